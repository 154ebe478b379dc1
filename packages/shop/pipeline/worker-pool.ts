import pLimit, { type LimitFunction } from 'p-limit';
import { SidestreamError } from '../../../src/error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from './chunk';

/** A worker's answer. */
export type Answer<Result> = { result: Result } | { error: ReturnType<SidestreamError['serialize']> };

/** A process, or a worker of a browser, that handles one request at a time. */
export interface PoolWorker<Request> {
  send(request: Request): void;
  /** Ends it, once it has ended its current request. */
  close(): Promise<void>;
}

export interface PoolEvents<Result> {
  answered(answer: Answer<Result>): void;
  /** It died. @param how the signal, the exit code or the message of the error */
  lost(how: string): void;
}

/** The answer of some work. */
export async function answerOf<Result>(work: () => Promise<Result>): Promise<Answer<Result>> {
  try {
    return { result: await work() };
  } catch (thrown) {
    return { error: SidestreamError.from(thrown).serialize() };
  }
}

/** Default number of workers that may die over one request before it fails. */
const TRIES = 3;

/** The error of a request over which that many workers died. @param how the last one died @param advice as a sentence */
export const workersLost = (what: string, how: string, advice: string): SidestreamError =>
  new SidestreamError(
    'build/worker-lost',
    `${TRIES} workers died over the same ${what} (the last one: ${how}). ${advice}`,
  );

/** Outcome of a request: an answer, or how its worker died. */
type Outcome<Result> = Answer<Result> | { how: string };

interface Member<Request, Result> {
  worker: PoolWorker<Request>;
  /** Receives what comes of its request; null while it is idle. */
  settle: ((outcome: Outcome<Result>) => void) | null;
}

export interface WorkerPoolOptions<Request, Result> {
  size: number;
  start(events: PoolEvents<Result>): PoolWorker<Request>;
  /** Number of workers that may die over one request. Default 3. */
  tries?: number;
  /** The error of a request over which they died. @param how the last one died */
  lost(request: Request, how: string): SidestreamError;
}

/**
 * Handles requests in several workers. A worker is started when no idle one is available. A worker that dies (out of memory, killed) is
 * replaced, and its request goes to another.
 */
export class WorkerPool<Request, Result> {
  readonly #members = new Set<Member<Request, Result>>();
  readonly #limit: LimitFunction;
  #closed = false;

  constructor(private readonly options: WorkerPoolOptions<Request, Result>) {
    this.#limit = pLimit(options.size);
  }

  /** @throws SidestreamError the error of `lost` if workers keep dying over a request; the worker's errors */
  run(request: Request): Promise<Result> {
    const { tries = TRIES, lost } = this.options;
    return this.#limit(async () => {
      for (let deaths = 1; ; deaths++) {
        const outcome = await this.#ask(request);
        if ('result' in outcome) return outcome.result;
        if ('error' in outcome) throw SidestreamError.deserialize(outcome.error);
        if (deaths === tries) throw lost(request, outcome.how);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#limit.clearQueue();
    await Promise.all([...this.#members].map(({ worker }) => worker.close()));
  }

  #ask(request: Request): Promise<Outcome<Result>> {
    return new Promise((resolve) => {
      const member = [...this.#members].find(({ settle }) => settle === null) ?? this.#start();
      member.settle = resolve;
      member.worker.send(request);
    });
  }

  #start(): Member<Request, Result> {
    const settle = (outcome: Outcome<Result>): void => {
      const settled = member.settle;
      member.settle = null;
      settled?.(outcome);
    };
    const worker = this.options.start({
      answered: settle,
      lost: (how) => {
        if (this.#members.delete(member) && !this.#closed) settle({ how });
      },
    });
    const member: Member<Request, Result> = { worker, settle: null };
    this.#members.add(member);
    return member;
  }
}

/** A chunk for a worker. */
export interface ChunkRequest {
  chunk: Chunk;
  projection: SharedProjection | null;
}

export type ChunkAnswer = Answer<ChunkOutput[]>;

/** `16 pictures`, for the message of an error. */
export const chunkText = ({ modality, inputs }: Pick<Chunk, 'modality' | 'inputs'>): string =>
  `${inputs.length} ${modality === 'text' ? 'texts' : 'pictures'}`;

/** Encodes chunks in several workers. @param advice for when they keep dying, as a sentence */
export function chunkPool({
  advice,
  ...options
}: Omit<WorkerPoolOptions<ChunkRequest, ChunkOutput[]>, 'lost'> & { advice: string }): ChunkRunner {
  const pool = new WorkerPool({ ...options, lost: ({ chunk }, how) => workersLost(chunkText(chunk), how, advice) });
  return {
    slots: 2 * options.size,
    run: (chunk, projection) => pool.run({ chunk, projection }),
    close: () => pool.close(),
  };
}
