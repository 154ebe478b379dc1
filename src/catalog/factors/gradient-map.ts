/** Eigenvectors that a map has at most. */
export const HIGHEST_RANK = 64;

/**
 * What a shop's log says of how the experts on the user's side should learn: a symmetric matrix Q diag(lambda) Q^T over the
 * columns of the features that they read. Its product with the gradient of a choice is added to the step of the read-outs. It
 * fits only the factors and the base model that it was made with, since their columns are among those that it is about.
 */
export interface GradientMap {
  /** The blocks of features that it is about, in the order of their columns. */
  blocks: { name: string; width: number }[];
  /** lambda, at most 64; the largest absolute value first. */
  eigenvalues: Float32Array;
  /** Q^T, [eigenvalues, columns]: rows of length 1. */
  eigenvectors: Float32Array;
}

/** Columns of all blocks of a map. */
export const mapColumns = ({ blocks }: Pick<GradientMap, 'blocks'>): number =>
  blocks.reduce((sum, { width }) => sum + width, 0);
