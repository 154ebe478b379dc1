/** Code that a list needs only once it is there: announcements, animation, focus, impressions, scrolling. One late chunk. */
export { announce, prepareAnnouncer } from './announcer';
export { animateMoves, cardPositions } from './flip';
export { FocusRestoration } from './focus-restoration';
export { Impressions } from './impressions';
export { RowScroller } from './scroller';
