import type { RecommenderOptions } from './api';

/** Options as the page sends them: of a function the word, since it cannot be sent. */
export type GivenOptions = Omit<RecommenderOptions, 'onProgress' | 'onMetric'> & {
  onProgress?: unknown;
  onMetric?: unknown;
};
