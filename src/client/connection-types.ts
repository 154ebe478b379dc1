import type * as Comlink from 'comlink';
import type { GivenOptions, Kept, RecommenderEvents, TrackInput, WorkerRecommender } from '../protocol';

export type Remote = Comlink.Remote<WorkerRecommender>;

/** Hears of one event. */
export type Emit = <K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]) => void;

/** The page's connection to one worker, which all handles of a recommender share. A worker that crashed is replaced. */
export interface Connection {
  /** Callers that have not closed it. */
  handles: number;
  /** Called with every event. */
  readonly listeners: Set<Emit>;
  /** Whether its worker is there. */
  readonly up: boolean;
  /** Resolves when it can be asked; rejects when the start failed. */
  readonly started: Promise<void>;
  /** Set when it is being closed. */
  closing: Promise<void> | null;
  /**
   * Asks the worker, at once when it is up: the page may block its main thread right after the call.
   * @throws SidestreamError what the worker throws; `runtime/worker-crashed`; `runtime/closed`; `runtime/invalid-input`
   *   for an argument that is no plain data
   */
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T>;
  /** Takes in what a further caller of `createRecommender()` asks for. */
  join(options: GivenOptions): Promise<void>;
  /** Makes a call that changes the shopper's consent: a worker that takes the place of this one has to know. */
  consenting(level: GivenOptions['consent'], work: (remote: Remote) => Promise<void>): Promise<void>;
  track(event: TrackInput): Promise<void>;
  fail(thrown: unknown): void;
  /** Calls under way have their answers first; no later ones may come. */
  close(): Promise<void>;
}

/** What restarting the worker needs of a connection. */
export interface RestartContext {
  /** What callers named so far, with the consent that holds now: what the next worker is started with. */
  given: GivenOptions;
  call: Connection['call'];
  consenting: Connection['consenting'];
  /** Starts a worker. @param kept what it goes on with */
  begin(kept: Kept | null): Promise<Remote>;
  /** Ends the worker. */
  endWorker(): void;
  /**
   * Calls that come wait for another worker.
   * @param start what brings it, once the calls under way are answered; `last` is the one there was
   */
  replace(start: (last: Remote | null) => Promise<Remote>): void;
  emit: Emit;
  fail(thrown: unknown): void;
}
