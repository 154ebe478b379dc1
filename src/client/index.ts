export { bundleAddress, createRecommender, startRecommender } from './create-recommender';
export { coreOf } from './handle';
export { setWorkerUrl } from './worker-url';
