import { SidestreamError } from '../../error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from './chunk';

/** A chunk for a worker. */
export interface ChunkRequest {
  chunk: Chunk;
  projection: SharedProjection | null;
}

export type ChunkAnswer = { outputs: ChunkOutput[] } | { error: ReturnType<SidestreamError['serialize']> };

/** A process, or a worker of a browser, that encodes one chunk at a time. */
export interface ChunkWorker {
  send(request: ChunkRequest): void;
  /** Ends it, once it has ended its current chunk. */
  close(): Promise<void>;
}

export interface ChunkWorkerEvents {
  answered(answer: ChunkAnswer): void;
  /** It died. @param how the signal, the exit code or the message of the error */
  lost(how: string): void;
}

/** What a worker answers. */
export async function answerChunk(
  encoder: Pick<ChunkRunner, 'run'>,
  { chunk, projection }: ChunkRequest,
): Promise<ChunkAnswer> {
  try {
    return { outputs: await encoder.run(chunk, projection) };
  } catch (thrown) {
    return { error: SidestreamError.from(thrown).serialize() };
  }
}

/** Number of workers that may die over one chunk before the build fails. */
const TRIES = 3;

interface Job extends ChunkRequest {
  deaths: number;
  resolve(outputs: ChunkOutput[]): void;
  reject(error: unknown): void;
}

interface Member {
  worker: ChunkWorker;
  job: Job | null;
}

export interface WorkerPoolOptions {
  size: number;
  /** See `ChunkRunner`. */
  maxInputs?: number;
  start(events: ChunkWorkerEvents): ChunkWorker;
  /** What to do when workers keep dying, as a sentence. */
  advice: string;
}

/**
 * Encodes chunks in several workers. A worker is started when no idle one is available. A worker that dies (out of memory, killed)
 * is replaced, and its chunk goes to another.
 */
export class WorkerPool implements ChunkRunner {
  readonly slots: number;
  readonly maxInputs: number | undefined;
  readonly #members = new Set<Member>();
  readonly #queue: Job[] = [];
  #closed = false;

  constructor(private readonly options: WorkerPoolOptions) {
    this.slots = 2 * options.size;
    this.maxInputs = options.maxInputs;
  }

  /** @throws SidestreamError `build/worker-lost` if workers keep dying over a chunk; errors of encoding */
  run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ chunk, projection, deaths: 0, resolve, reject });
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
      member.worker.send({ chunk: job.chunk, projection: job.projection });
    }
  }

  #start(): Member {
    const worker = this.options.start({
      answered: (answer) => {
        const { job } = member;
        member.job = null;
        if ('outputs' in answer) job?.resolve(answer.outputs);
        else job?.reject(SidestreamError.deserialize(answer.error));
        this.#assign();
      },
      lost: (how) => this.#lost(member, how),
    });
    const member: Member = { worker, job: null };
    this.#members.add(member);
    return member;
  }

  #lost(member: Member, how: string): void {
    const { job } = member;
    if (!this.#members.delete(member) || !job || this.#closed) return;
    job.deaths++;
    if (job.deaths < TRIES) this.#queue.unshift(job);
    else {
      const what = job.chunk.modality === 'text' ? 'texts' : 'pictures';
      job.reject(
        new SidestreamError(
          'build/worker-lost',
          `${TRIES} workers died over the same ${job.chunk.inputs.length} ${what} (the last one: ${how}). ${this.options.advice}`,
        ),
      );
    }
    this.#assign();
  }
}
