export type { EncoderHost } from './encoder-worker';
export type { Engine } from './engine';
export type { RecommenderHost } from './recommender-host';
