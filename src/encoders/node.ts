/** Door for Node-only code: recipes, onnxruntime-node, sharp. */
export { createNodeEncoder, type EncoderFiles } from './node-encoder';
export { decodeImage } from './node-image';
export { findRecipe, RECIPES } from './recipes/list';
export type { Built, ReadSource, Recipe } from './recipes/recipe';
