/** Sizes of a model. Everything else is read off the shapes of its parameters. */
export interface ModelConfig {
  /** D: width of every tap. */
  hiddenDim: number;
  /** E: width of item embeddings and user vectors; a multiple of `heads`. */
  embeddingDim: number;
  /** H: inner width of an expert. */
  bottleneckDim: number;
  /** L: items of a sequence that the user encoder sees. */
  maxSeqLen: number;
  /** Attention heads. */
  heads: number;
  /** Transformer blocks of the user encoder. */
  blocks: number;
  /** K: mixture layers per ladder, over K+1 taps. */
  tapLayers: number;
  /** Default 1e-6. */
  layerNormEps?: number;
}

export const LAYER_NORM_EPS = 1e-6;
