export { coreOf } from '../../device/protocol';
export { bundleAddress, createRecommender, refuse, startRecommender } from './create-recommender';
export { type EraseOptions, eraseDevice } from './erase-device';
export { onPageRecommender, pageBundle, pageRecommender } from './page-recommender';
export { setWorkerUrl } from './worker-url';
