import { missingGpu } from '../../core/encoders/web';
import {
  type ChunkAnswer,
  type ChunkRunner,
  type ChunkWorker,
  type ChunkWorkerEvents,
  WorkerPool,
} from '../../shop/pipeline';
import type { EncodeBackend } from '../session';
import type { EncodersMessage, ToEncodeWorker } from './encode-worker';

/** Maximum number of workers on the processor: each has its own copy of the encoders in memory. */
const MAX_WORKERS = 8;
/** Number of texts in a chunk: about a second of work. */
const TEXTS = 16;

/** Where this browser encodes: on a hardware GPU, else on all cores of the processor. */
export async function encodeBackend(): Promise<EncodeBackend> {
  const why = await missingGpu();
  if (why === null) return { kind: 'webgpu', workers: 1, why };
  return { kind: 'wasm', workers: Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1), why };
}

/** Encodes chunks in workers of this browser. */
export const encodePool = (
  encoders: Omit<EncodersMessage, 'kind' | 'backend'>,
  { kind, workers }: EncodeBackend,
): ChunkRunner =>
  new WorkerPool({
    size: workers,
    texts: TEXTS,
    start: (events) => startWorker({ kind: 'encoders', ...encoders, backend: kind }, events),
    advice: 'Close other tabs and programs, then continue: what is encoded is kept.',
  });

function startWorker(encoders: EncodersMessage, { answered, lost }: ChunkWorkerEvents): ChunkWorker {
  const worker = new Worker(new URL('./encode-worker.ts', import.meta.url), { type: 'module', name: 'studio encode' });
  worker.onmessage = ({ data }: MessageEvent<ChunkAnswer>) => answered(data);
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
