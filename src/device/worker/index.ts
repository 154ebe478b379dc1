export type { EncoderHost } from './encoder-worker';
export type { Engine, RecommenderHost } from './engine';
export type { Places, PlacesMessage } from './script-loader';
