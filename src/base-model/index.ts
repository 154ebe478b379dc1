export { BaseModel } from './base-model';
export {
  BASE_RECIPES,
  type BaseConfig,
  type BaseRecipe,
  baseConfig,
  baseConfigSchema,
  initialWeights,
} from './config';
export { disposeTaps, disposeView, type HistoryView, historyView, itemRows, tapsOf, userRows } from './network';
export { itemVectors, userVectors, vectorScores } from './vectors';
