export { bundleAddress, createRecommender, refuse, startRecommender } from './create-recommender';
export { type EraseOptions, eraseDevice } from './erase-device';
export { coreOf } from './handle';
