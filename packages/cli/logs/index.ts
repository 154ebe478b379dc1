export { IMPRESSION_USES } from './import-log';
export { MIN_SHOPPERS, type PrepareRequest, prepareLog } from './prepare';
export { type Prepared, readPrepared } from './prepared-folder';
export { demandWithout, openPrepared, type PreparedLog, preparedEvents } from './prepared-log';
export { preparedCooccurrence } from './prepared-pairs';
