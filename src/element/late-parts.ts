export { announce, prepareAnnouncer } from './announcer';
export { Impressions } from './impressions';
export { playFrom, takeSnapshot } from './motion';
export { RowScroller } from './scroller';
