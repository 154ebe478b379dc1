export { buildBundle } from './build-bundle';
export { MIN_ORDERS } from './build-cooccurrence';
export {
  folderFetch,
  folderSink,
  notWritten,
  openFolder,
  readManifest,
  removeStale,
  withBundle,
} from './folder-bundle';
export { openBlobs, openQueue, serveJobs } from './job-queue';
export type { LocaleFeed } from './locales';
export { exitBy, withLock } from './lock-file';
export { createMeter, jointMeters } from './meter';
export { keptOffers, MISSING, type OffersResult, removeOffers, writeOffers } from './offers';
export { openText } from './open-feed';
export { answerParent, answerRequests, forkWorker, startProcess, type Told } from './process-pool';
export { startQueueWorker } from './queue';
export { readFeed, readMapping } from './read-feed';
export { type CheckedRules, checkRules, publishRules, putRules, removeRules } from './rules';
