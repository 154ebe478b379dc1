export { ITEM_KNN } from './item-knn';
export { type LeaveOneOutShop, ranksOf, type Scores, tuned, withPopularity } from './ranker';
export { type ChoiceCase, type ChoiceHistory, firstChoices } from './split';
