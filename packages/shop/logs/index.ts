export {
  columnsOf,
  type EventLog,
  endOfPast,
  LOG_FIELDS,
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
  streamLog,
} from './event-log';
export { IMPRESSIONS, isPurchase, NO_CHOICES, PURCHASES, strengthOf } from './event-strength';
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
export { COMPACT_DAY, MAX_MILLISECONDS, SECONDS_BELOW } from './log-time';
export { HALF_LIFE, recency } from './recency';
export { sortByTime } from './tied-events';
