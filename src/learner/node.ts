// The pooled stage: training a base model on the logs of a shop. Kept out of the room's other door, as it needs tfjs
// from the start, which pages load only when there is something to learn.
export { BaseModel } from './base-model';
export { type Link, linkCompanions } from './link-companions';
export {
  type EpochReport,
  logPopularity,
  type PooledRequest,
  type PooledResult,
  type PooledState,
  trainPooled,
} from './pooled';
export { cutChunks, type PooledSource } from './pooled-batch';
export { Companions } from './pooled-companions';
export { baseConfig, initialWeights } from './pooled-config';
export { type Interaction, type PooledData, pooledData } from './pooled-data';
export { type RankCase, type RankQuality, rankQuality } from './pooled-ranks';
export { prepareBatch } from './pooled-recipe';
export { cutWindows, nextWeights } from './pooled-windows';
