export { bundleAddress, createRecommender } from './create-recommender';
export { coreOf } from './handle';
