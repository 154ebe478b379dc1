export {
  columnsOf,
  type EventLog,
  endOfPast,
  LOG_FIELDS,
  type LogColumns,
  type LogEvent,
  type LogField,
  type LogReading,
  type LogSink,
  missingColumn,
  REQUIRED,
  type ReadLog,
  readLog,
  refusedRows,
  rejectedRow,
  rowTaker,
  streamLog,
} from './event-log';
export { isPurchase, strengthOf } from './event-strength';
export { foreignLog, type ItemNames, itemNames, NAMED_IDS, unknownText } from './item-names';
export {
  isOrderLog,
  logNotes,
  orderLogText,
  readNotes,
  requireEvents,
  requireRead,
  simulatedOrdersText,
  titlesNote,
} from './log-notes';
export { HALF_LIFE, recency } from './recency';
export { sortByTime } from './tied-events';
