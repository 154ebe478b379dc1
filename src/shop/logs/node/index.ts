export { type PrepareRequest, prepareLog } from './prepare';
export type { Prepared } from './prepared-folder';
export { openPrepared, type PreparedLog } from './prepared-log';
export { preparedCooccurrence } from './prepared-pairs';
