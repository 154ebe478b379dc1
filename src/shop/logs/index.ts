export { endOfPast } from './end-of-past';
export { type EventLog, type LogEvent, type ReadLog, readEvents, refusedRows } from './event-log';
export { groupedRows } from './grouped-rows';
export { jsonLines, rejectedRow } from './json-lines';
export { logNotes } from './log-notes';
export { isPurchase } from './log-purchase';
export { readLog, requireEvents } from './open-log';
export { isOrderLog, orderLogText, simulatedOrdersText } from './order-log';
