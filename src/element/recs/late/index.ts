/** What a list needs only once it is there: impressions, announcements, animation, scrolling. A chunk of its own. */
export { announce, prepareAnnouncer } from './announcer';
export { animateMoves, cardPositions } from './flip';
export { Impressions } from './impressions';
export { RowScroller } from './scroller';
