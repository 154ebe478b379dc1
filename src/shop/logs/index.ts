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
export { isOrderLog, logNotes, orderLogText, requireEvents, simulatedOrdersText } from './log-notes';
export { sortByTime } from './tied-events';
