export { BaseModel, type BaseScorer } from './base-model';
export { baseConfig, initialWeights } from './config';
export { disposeTaps, disposeView, type HistoryView, historyView, itemRows, tapsOf, userRows } from './network';
export { itemVectors, userVectors, vectorScores } from './vectors';
