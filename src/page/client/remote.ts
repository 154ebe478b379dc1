import type * as Comlink from 'comlink';
import type { RecommenderEvents, WorkerRecommender } from '../../device/protocol';

export type Remote = Comlink.Remote<WorkerRecommender>;

export type Emit = <K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]) => void;
