export { coreOf } from '../../device/protocol';
export { tabOf } from './connection';
export {
  bundleAddress,
  createRecommender,
  type EraseOptions,
  eraseDevice,
  onPageRecommender,
  pageBundle,
  pageRecommender,
  refuse,
  startRecommender,
} from './create-recommender';
export { DebouncedRunner } from './debounced-runner';
export { PendingCalls } from './worker-calls';
export { setWorkerUrl } from './worker-script';
