/** Code that a list needs only once it is there: announcements, animation, impressions, scrolling. One late chunk. */
export { announce, prepareAnnouncer } from './announcer';
export { animateMoves, cardPositions } from './flip';
export { Impressions } from './impressions';
export { RowScroller } from './scroller';
