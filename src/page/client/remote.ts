import type * as Comlink from 'comlink';
import type { RecommenderEvents, WorkerRecommender } from '../../device/protocol';

/** The recommender in its worker. */
export type Remote = Comlink.Remote<WorkerRecommender>;

/** Receives one event. */
export type Emit = <K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]) => void;
