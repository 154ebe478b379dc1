import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SidestreamError } from '../../error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from '../pipeline';
import type { FromWorker, ToWorker } from './chunk-worker';
import { type EncoderSource, nodeChunkEncoder } from './node-encoders';

/** Number of processes that may die over one chunk before the build fails. */
const TRIES = 3;

interface Job {
  chunk: Chunk;
  projection: SharedProjection | null;
  deaths: number;
  resolve(outputs: ChunkOutput[]): void;
  reject(error: unknown): void;
}

interface Worker {
  process: ChildProcess;
  job: Job | null;
  /** Digest of its projection by modality. */
  projections: Map<string, string>;
}

/**
 * Encodes chunks in processes on this machine, one thread each. A process is started when no idle one is available. A process
 * that dies (out of memory, killed) is replaced, and its chunk goes to another.
 * @param size maximum number of processes; 1 encodes in this process
 */
export const localRunner = (source: EncoderSource, size: number): ChunkRunner =>
  size === 1 ? nodeChunkEncoder(source) : new ProcessPool(source, size);

class ProcessPool implements ChunkRunner {
  readonly slots: number;
  readonly #workers = new Set<Worker>();
  readonly #queue: Job[] = [];
  #closed = false;

  constructor(
    private readonly source: EncoderSource,
    private readonly size: number,
  ) {
    this.slots = 2 * size;
  }

  /** @throws SidestreamError `build/worker-lost` if processes keep dying over a chunk; errors of encoding */
  run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ chunk, projection, deaths: 0, resolve, reject });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const gone = [...this.#workers].map(
      ({ process: child }) => new Promise<void>((resolve) => child.once('exit', () => resolve())),
    );
    for (const { process: child } of this.#workers) if (child.connected) child.disconnect();
    await Promise.all(gone);
  }

  #assign(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const idle = [...this.#workers].find((worker) => worker.job === null);
      if (!idle && this.#workers.size >= this.size) return;
      const job = this.#queue.shift();
      if (job) this.#give(idle ?? this.#start(), job);
    }
  }

  #give(worker: Worker, job: Job): void {
    const { chunk, projection } = job;
    worker.job = job;
    const known = projection !== null && worker.projections.get(chunk.modality) === projection.digest;
    if (projection) worker.projections.set(chunk.modality, projection.digest);
    send(worker, { kind: 'chunk', chunk, projection: known ? 'same' : projection });
  }

  #start(): Worker {
    const here = import.meta.url;
    const source = here.endsWith('.ts');
    const child = fork(fileURLToPath(new URL(`./chunk-worker.${source ? 'ts' : 'js'}`, here)), [], {
      serialization: 'advanced',
      execArgv: source ? ['--import', pathToFileURL(createRequire(here).resolve('tsx')).href] : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker: Worker = { process: child, job: null, projections: new Map() };
    this.#workers.add(worker);
    child.on('message', (message: FromWorker) => {
      const { job } = worker;
      worker.job = null;
      if ('outputs' in message) job?.resolve(message.outputs);
      else job?.reject(SidestreamError.deserialize(message.error));
      this.#assign();
    });
    child.on('error', (error) => this.#lost(worker, error.message));
    child.on('exit', (code, signal) => this.#lost(worker, signal ?? `code ${code}`));
    send(worker, { kind: 'encoders', source: this.source });
    return worker;
  }

  #lost(worker: Worker, how: string): void {
    const { job } = worker;
    if (!this.#workers.delete(worker) || !job || this.#closed) return;
    job.deaths++;
    if (job.deaths < TRIES) this.#queue.unshift(job);
    else {
      const what = job.chunk.modality === 'text' ? 'texts' : 'pictures';
      job.reject(
        new SidestreamError(
          'build/worker-lost',
          `${TRIES} processes died over the same ${job.chunk.inputs.length} ${what} (the last one: ${how}). ` +
            'If memory is short, build with fewer --workers; finished chunks are kept.',
        ),
      );
    }
    this.#assign();
  }
}

function send({ process: child }: Worker, message: ToWorker): void {
  // A process that cannot be written to is exiting; its chunk goes to another once it has exited.
  child.send(message, () => {});
}
