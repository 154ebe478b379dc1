export { coreOf } from '../protocol';
export { bundleAddress, createRecommender, startRecommender } from './create-recommender';
export { onPageRecommender, pageBundle, pageRecommender } from './page-recommender';
export { setWorkerUrl } from './worker-url';
