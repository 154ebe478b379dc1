import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ImagePreset, TextPreset } from '../../../src/core/encoders';
import { readEncoder } from '../../encoders/hub';
import { createNodeEncoder, decodeImage } from '../../encoders/node';
import {
  type Answer,
  answerOf,
  ChunkEncoder,
  type ChunkOutput,
  type ChunkRequest,
  type ChunkRunner,
  chunkPool,
  type PoolEvents,
  type PoolWorker,
} from '../../shop/pipeline';

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

/** Encodes chunks in processes on this machine, one thread each. @param size 1 encodes in this process */
export const localRunner = (source: EncoderSource, size: number): ChunkRunner =>
  size === 1
    ? nodeChunkEncoder(source)
    : chunkPool({
        size,
        start: (events) =>
          startProcess<ChunkRequest, ChunkOutput[]>(new URL('./chunk-worker', import.meta.url), source, events),
        advice: 'If memory is short, build with fewer --workers; finished chunks are kept.',
      });

/**
 * Starts a process for a pool. @param script address of its module, without the extension
 * @param first message that comes before the requests
 */
export function startProcess<Request, Result>(
  script: URL,
  first: unknown,
  { answered, lost }: PoolEvents<Result>,
): PoolWorker<Request> {
  const here = import.meta.url;
  const source = here.endsWith('.ts');
  const child = fork(`${fileURLToPath(script)}.${source ? 'ts' : 'js'}`, [], {
    serialization: 'advanced',
    execArgv: source ? ['--import', pathToFileURL(createRequire(here).resolve('tsx')).href] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message: Answer<Result>) => answered(message));
  child.on('error', (error) => lost(error.message));
  child.on('exit', (code, signal) => lost(signal ?? `code ${code}`));
  // A process that cannot be written to is exiting; its request goes to another once it has exited.
  const send = (message: unknown): void => void child.send(message as object, () => {});
  send(first);
  return {
    send,
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/**
 * In a process of `startProcess`: answers the requests of the parent until it ends.
 * @param open gets the first message, and makes what answers the others
 */
export function answerParent(open: (first: unknown) => (request: unknown) => Promise<unknown>): void {
  let work: ((request: unknown) => Promise<unknown>) | null = null;
  process.on('message', async (message) => {
    if (!work) {
      work = open(message);
      return;
    }
    const doRequest = work;
    const answer = await answerOf(() => doRequest(message));
    // Without a parent, nobody waits for the answer: `disconnect` ends this process.
    process.send?.(answer, () => {});
  });
  // The parent ended or closed the pool; the current request is no longer needed.
  process.on('disconnect', () => process.exit(0));
  // Ctrl+C reaches the whole process group; the parent decides when to end this process.
  process.on('SIGINT', () => {});
}
