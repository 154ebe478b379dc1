export { announce, prepareAnnouncer } from './announcer';
export { playFrom, takeSnapshot } from './flip';
export { Impressions } from './impressions';
export { RowScroller } from './scroller';
