export { BaseModel } from './base-model';
export {
  type BaseConfig,
  type BaseRecipe,
  baseConfig,
  initialWeights,
} from './config';
export { disposeTaps, disposeView, type HistoryView, historyView, itemRows, tapsOf, userRows } from './network';
export { itemVectors, userVectors, vectorScores } from './vectors';
