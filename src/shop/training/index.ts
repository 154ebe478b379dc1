export { cooccurrenceTable } from './companions';
export { startCompute } from './compute';
export { recentPopularity, repeatsOf } from './demand';
export { isBundle, requireBundle, type StoredLearned, storeLearned, writeWhole } from './learned-file';
export { cutWindows, type Interaction } from './offline-data';
export { choiceMatrix, gramProduct, type SparseMatrix, transposed } from './sparse-matrix';
export { fitStartWeights } from './start-weights';
