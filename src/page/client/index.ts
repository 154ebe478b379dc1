export { coreOf } from '../../device/protocol';
export { tabOf } from './connection';
export {
  bundleAddress,
  createRecommender,
  type EraseOptions,
  eraseDevice,
  refuse,
  startRecommender,
} from './create-recommender';
export { onPageRecommender, pageBundle, pageRecommender } from './page-recommender';
export { PendingCalls } from './pending-calls';
export { setWorkerUrl } from './worker-url';
