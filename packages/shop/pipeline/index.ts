/** The steps of a build that run in Node and in browsers. */

export { buildContent, DIM, sharedInput } from './build-content';
export { type CatalogLanguage, catalogLanguage, detectLanguage } from './catalog-language';
export {
  type Chunk,
  ChunkEncoder,
  type ChunkOutput,
  type ChunkRunner,
  type SharedProjection,
  shareProjection,
} from './chunk';
export { type CollectedFeed, collectRows, type PlacedRow, RejectedRows, singleCurrency } from './collect-feed';
export { SAMPLE } from './encode-modality';
export type { CacheFile, CacheFolder } from './feature-cache';
export { type GrowingMeter, type Meter, metered, Pace, progressTo } from './meter';
export {
  BASES,
  type Basis,
  basisVectors,
  categoryPrecision,
  judgedItems,
  nearest,
  type Vectors,
  vectorsOf,
} from './neighbors';
export { isFetched, withPicture } from './picture-address';
export {
  type Answer,
  answerOf,
  type ChunkAnswer,
  type ChunkRequest,
  chunkPool,
  chunkText,
  type PoolEvents,
  type PoolWorker,
  WorkerPool,
  workersLost,
} from './worker-pool';
export { writeChecked } from './write-checked';
