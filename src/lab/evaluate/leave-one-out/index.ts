export { ITEM_KNN } from './item-knn';
export { type LeaveOneOutShop, type Ranker, rankerOf, ranksOf, tuned } from './ranker';
export type { ChoiceCase, ChoiceHistory } from './split';
