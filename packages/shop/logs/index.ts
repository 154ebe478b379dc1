export {
  type EventLog,
  endOfPast,
  type LogEvent,
  type ReadLog,
  readEvents,
  readLog,
  refusedRows,
  rejectedRow,
} from './event-log';
export { isPurchase, strengthOf } from './event-strength';
export { foreignLog, itemNames, NAMED_IDS, unknownText } from './item-names';
export { isOrderLog, logNotes, orderLogText, requireEvents, simulatedOrdersText, titlesNote } from './log-notes';
export { recency } from './recency';
export { sortByTime } from './tied-events';
