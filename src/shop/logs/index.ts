export {
  type EventLog,
  endOfPast,
  isPurchase,
  type LogEvent,
  type ReadLog,
  readEvents,
  readLog,
  refusedRows,
  rejectedRow,
} from './event-log';
export { foreignLog, itemNames, NAMED_IDS, unknownText } from './item-names';
export { isOrderLog, logNotes, orderLogText, requireEvents, simulatedOrdersText, titlesNote } from './log-notes';
export { sortByTime } from './tied-events';
