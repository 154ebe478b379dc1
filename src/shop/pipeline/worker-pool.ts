import { SidestreamError } from '../../error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from './chunk';

/** What a worker answers. */
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

/** Number of workers that may die over one request before it fails. */
const TRIES = 3;

interface Job<Request, Result> {
  request: Request;
  deaths: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Member<Request, Result> {
  worker: PoolWorker<Request>;
  job: Job<Request, Result> | null;
}

export interface WorkerPoolOptions<Request, Result> {
  size: number;
  start(events: PoolEvents<Result>): PoolWorker<Request>;
  /** What a request is about, for the message of an error. */
  what(request: Request): string;
  /** What to do when workers keep dying, as a sentence. */
  advice: string;
}

/**
 * Handles requests in several workers. A worker is started when no idle one is available. A worker that dies (out of memory, killed) is
 * replaced, and its request goes to another.
 */
export class WorkerPool<Request, Result> {
  readonly #members = new Set<Member<Request, Result>>();
  readonly #queue: Job<Request, Result>[] = [];
  #closed = false;

  constructor(private readonly options: WorkerPoolOptions<Request, Result>) {}

  /** @throws SidestreamError `build/worker-lost` if workers keep dying over a request; the worker's errors */
  run(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, deaths: 0, resolve, reject });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#members].map(({ worker }) => worker.close()));
  }

  #assign(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const idle = [...this.#members].find((member) => member.job === null);
      if (!idle && this.#members.size >= this.options.size) return;
      const job = this.#queue.shift();
      if (!job) return;
      const member = idle ?? this.#start();
      member.job = job;
      member.worker.send(job.request);
    }
  }

  #start(): Member<Request, Result> {
    const worker = this.options.start({
      answered: (answer) => {
        const { job } = member;
        member.job = null;
        if ('result' in answer) job?.resolve(answer.result);
        else job?.reject(SidestreamError.deserialize(answer.error));
        this.#assign();
      },
      lost: (how) => this.#lost(member, how),
    });
    const member: Member<Request, Result> = { worker, job: null };
    this.#members.add(member);
    return member;
  }

  #lost(member: Member<Request, Result>, how: string): void {
    const { job } = member;
    if (!this.#members.delete(member) || !job || this.#closed) return;
    job.deaths++;
    if (job.deaths < TRIES) this.#queue.unshift(job);
    else {
      const { what, advice } = this.options;
      const message = `${TRIES} workers died over the same ${what(job.request)} (the last one: ${how}). ${advice}`;
      job.reject(new SidestreamError('build/worker-lost', message));
    }
    this.#assign();
  }
}

/** A chunk for a worker. */
export interface ChunkRequest {
  chunk: Chunk;
  projection: SharedProjection | null;
}

export type ChunkAnswer = Answer<ChunkOutput[]>;

/** Encodes chunks in several workers. @param maxInputs see `ChunkRunner` */
export function chunkPool(
  options: Omit<WorkerPoolOptions<ChunkRequest, ChunkOutput[]>, 'what'>,
  maxInputs?: number,
): ChunkRunner {
  const what = ({ chunk }: ChunkRequest) =>
    `${chunk.inputs.length} ${chunk.modality === 'text' ? 'texts' : 'pictures'}`;
  const pool = new WorkerPool({ ...options, what });
  return {
    slots: 2 * options.size,
    maxInputs,
    run: (chunk, projection) => pool.run({ chunk, projection }),
    close: () => pool.close(),
  };
}
