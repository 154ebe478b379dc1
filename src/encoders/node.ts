/** Door for Node-only code: recipes, adaptation of foreign models, onnxruntime-node, sharp. */
export { type AdaptRequest, adaptModel } from './adapt/adapt';
export { agreement, referenceTaps, type Sample } from './adapt/agreement';
export { SAMPLE_TEXTS, samplePictures } from './adapt/sample';
export { imageSettings, textSettings } from './adapt/settings';
export { HUB_PRESETS, type HubPreset } from './hub-presets';
export { createNodeEncoder, type EncoderFiles, type NodeEncoderOptions } from './node-encoder';
export { decodeImage } from './node-image';
export { nodeRuntime } from './node-packages';
export { findRecipe, RECIPES } from './recipes/list';
export type { Built, ReadSource, Recipe } from './recipes/recipe';
export { createTokenizer } from './tokenizer';
