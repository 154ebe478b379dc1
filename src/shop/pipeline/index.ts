/** The steps of a build that run in Node and in browsers. */

export { type BuiltContent, buildContent, type EncoderFiles } from './build-content';
export { DIM, sharedInput } from './build-features';
export { type CatalogLanguage, catalogLanguage, detectLanguage } from './catalog-language';
export {
  type Chunk,
  type ChunkOutput,
  type ChunkRunner,
  type SharedProjection,
  shareProjection,
} from './chunk';
export { ChunkEncoder } from './chunk-encoder';
export { type CollectedFeed, collectRows } from './collect-feed';
export { SAMPLE } from './encode-modality';
export type { CacheFile, CacheFolder } from './feature-cache';
export { type GrowingMeter, type Meter, metered } from './meter';
export { BASES, type Basis, basisVectors, categoryPrecision, judgedItems, nearest, vectorsOf } from './neighbors';
export { type PlacedRow, RejectedRows } from './rejected-rows';
export {
  type ChunkAnswer,
  type ChunkRequest,
  ChunkResponder,
  type ChunkWorker,
  type ChunkWorkerEvents,
  WorkerPool,
} from './worker-pool';
export { writeChecked } from './write-checked';
