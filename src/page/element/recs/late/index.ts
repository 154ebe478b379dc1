/**
 * Code that a list needs only once it is shown: announcements, dismissals, animation, focus, impressions, scrolling. One late
 * chunk.
 */
export { announce, prepareAnnouncer } from './announcer';
export { Dismissals } from './dismissals';
export { animateMoves, cardPositions } from './flip';
export { FocusRestoration } from './focus-restoration';
export { followLink } from './follow-link';
export { Impressions } from './impressions';
export { whenRenderedAgain } from './rendered';
export { RowScroller } from './scroller';
