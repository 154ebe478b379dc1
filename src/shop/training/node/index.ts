export { startCompute } from './compute';
export { keptFile } from './kept-file';
export { isBundle, requireBundle, type StoredLearned, storeLearned, writeWhole } from './learned-file';
