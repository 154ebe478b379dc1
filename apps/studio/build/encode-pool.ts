import {
  type Chunk,
  type ChunkOutput,
  type ChunkRequest,
  type ChunkRunner,
  chunkPool,
  type PoolEvents,
  type PoolWorker,
  type SharedProjection,
} from '../../../packages/shop/pipeline';
import { missingGpu } from '../../../src/core/encoders/web';
import { SidestreamError } from '../../../src/error';
import type { EncodeBackend } from '../session';
import type { EncodersMessage, FromEncodeWorker, ToEncodeWorker } from './encode-worker';

/** Maximum number of workers on the processor: each has its own copy of the encoders in memory. */
const MAX_WORKERS = 8;
/** Maximum number of inputs in a chunk: less than a second of work. */
const MAX_INPUTS = 8;

/** Where this browser encodes: on a hardware GPU, else on all cores of the processor. */
export async function encodeBackend(): Promise<EncodeBackend> {
  const why = await missingGpu();
  return why === null ? { kind: 'webgpu', workers: 1, why } : onProcessor(why);
}

const onProcessor = (why: string): EncodeBackend => ({
  kind: 'wasm',
  workers: Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1),
  why,
});

/** Encodes chunks in workers of this browser. Once the GPU is lost, workers on all cores take the further chunks. */
export class EncodePool implements ChunkRunner {
  readonly maxInputs = MAX_INPUTS;
  #pool: ChunkRunner;
  /** The pool that had the GPU; it still ends its chunks. */
  #before: ChunkRunner | null = null;

  /**
   * @param changed called with the backend after the GPU was lost
   * @param paused whether no further chunk is to be taken
   */
  constructor(
    private readonly encoders: Omit<EncodersMessage, 'kind' | 'backend'>,
    backend: EncodeBackend,
    private readonly changed: (backend: EncodeBackend) => void,
    private readonly paused: () => boolean,
  ) {
    this.#pool = this.#start(backend);
  }

  get slots(): number {
    return this.#pool.slots;
  }

  async run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]> {
    if (this.paused())
      throw new SidestreamError('runtime/aborted', 'Paused. All encoded products are kept: continue at any time.');
    return this.#pool.run(chunk, projection);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#before?.close()]);
  }

  #start({ kind, workers }: EncodeBackend): ChunkRunner {
    const encoders: EncodersMessage = { kind: 'encoders', ...this.encoders, backend: kind };
    return chunkPool({
      size: workers,
      start: (events) => startWorker(encoders, events, (backend) => backend !== kind && this.#lostGpu()),
      advice: 'Close other tabs and programs, then continue: all encoded products are kept.',
    });
  }

  #lostGpu(): void {
    if (this.#before) return;
    const backend = onProcessor('the GPU was lost');
    this.#before = this.#pool;
    this.#pool = this.#start(backend);
    this.changed(backend);
  }
}

/** @param ran called with the backend of every answer */
function startWorker(
  encoders: EncodersMessage,
  { answered, lost }: PoolEvents<ChunkOutput[]>,
  ran: (backend: EncodeBackend['kind']) => void,
): PoolWorker<ChunkRequest> {
  const worker = new Worker(new URL('./encode-worker.ts', import.meta.url), { type: 'module', name: 'studio encode' });
  worker.onmessage = ({ data }: MessageEvent<FromEncodeWorker>) => {
    ran(data.backend);
    answered(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    lost(event.message || 'its code could not be loaded');
  };
  const send = (message: ToEncodeWorker): void => worker.postMessage(message);
  send(encoders);
  return {
    send: (request) => send({ kind: 'chunk', ...request }),
    async close() {
      worker.terminate();
    },
  };
}
