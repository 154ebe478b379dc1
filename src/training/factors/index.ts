export { type FactorSources, makeFactors } from './make-factors';
export { type SparseMatrix, transposed } from './sparse-matrix';
