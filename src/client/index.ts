export { coreOf } from '../protocol';
export { bundleAddress, createRecommender, startRecommender } from './create-recommender';
export { onPageRecommender, pageRecommender } from './page-recommender';
