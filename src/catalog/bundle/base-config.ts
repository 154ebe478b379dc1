import * as v from 'valibot';

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536));

/**
 * How a base model is trained and how its scores are read.
 * `sidestream`: cosine over a temperature, log popularity added; the user vector is the transformer's output plus the
 * mean of the history. `paper`: dot product of item embedding and transformer output.
 */
export const BASE_RECIPES = ['sidestream', 'paper'] as const;
export type BaseRecipe = (typeof BASE_RECIPES)[number];

/** What a base model is, beside its weights. */
export const baseConfigSchema = v.strictObject({
  recipe: v.picklist(BASE_RECIPES),
  /** E: width of item embeddings and user vectors; a multiple of `heads`. */
  embeddingDim: size,
  /** L: items of a history that the user encoder sees. */
  maxSeqLen: size,
  heads: size,
  blocks: size,
  /** Scores of the `sidestream` recipe are cosines divided by this. */
  temperature: v.pipe(v.number(), v.finite(), v.minValue(1e-6)),
});
export type BaseConfig = v.InferOutput<typeof baseConfigSchema>;
