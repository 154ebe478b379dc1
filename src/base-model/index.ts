export { BaseModel } from './base-model';
export { baseConfig, initialWeights } from './config';
export { disposeView, type HistoryView, historyView, itemRows, userRows } from './network';
export { disposeTaps, tapsOf } from './taps';
export { itemVectors, userVectors, vectorScores } from './vectors';
