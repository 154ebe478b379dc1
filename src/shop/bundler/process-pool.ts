import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ImagePreset, TextPreset } from '../../core/encoders';
import { createNodeEncoder, decodeImage } from '../../core/encoders/node';
import {
  type ChunkAnswer,
  ChunkEncoder,
  type ChunkRequest,
  type ChunkRunner,
  type ChunkWorker,
  type ChunkWorkerEvents,
  WorkerPool,
} from '../pipeline';
import { readEncoder } from './encoder-files';

export interface EncoderSource {
  presets: { text: TextPreset; image: ImagePreset };
  models: string;
}

/** Encodes chunks in this process, on one thread: several processes use several cores. */
export const nodeChunkEncoder = ({ presets, models }: EncoderSource): ChunkEncoder =>
  new ChunkEncoder({
    openText: async () => createNodeEncoder(presets.text, await readEncoder(presets.text, models), { threads: 1 }),
    openImage: async () => createNodeEncoder(presets.image, await readEncoder(presets.image, models), { threads: 1 }),
    decodeImage: (bytes) => decodeImage(bytes, presets.image),
  });

/** A message to `chunk-worker.ts`; the first one names the encoders. */
export type ToWorker = EncoderSource | ChunkRequest;

/** Encodes chunks in processes on this machine, one thread each. @param size 1 encodes in this process */
export const localRunner = (source: EncoderSource, size: number): ChunkRunner =>
  size === 1
    ? nodeChunkEncoder(source)
    : new WorkerPool({
        size,
        start: (events) => startProcess(source, events),
        advice: 'If memory is short, build with fewer --workers; finished chunks are kept.',
      });

function startProcess(encoders: EncoderSource, { answered, lost }: ChunkWorkerEvents): ChunkWorker {
  const here = import.meta.url;
  const source = here.endsWith('.ts');
  const child = fork(fileURLToPath(new URL(`./chunk-worker.${source ? 'ts' : 'js'}`, here)), [], {
    serialization: 'advanced',
    execArgv: source ? ['--import', pathToFileURL(createRequire(here).resolve('tsx')).href] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message: ChunkAnswer) => answered(message));
  child.on('error', (error) => lost(error.message));
  child.on('exit', (code, signal) => lost(signal ?? `code ${code}`));
  // A process that cannot be written to is exiting; its chunk goes to another once it has exited.
  const send = (message: ToWorker): void => void child.send(message, () => {});
  send(encoders);
  return {
    send,
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
