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
  type Meter,
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

/** A message of a process to its parent about its work, to be shown. */
export type Told =
  | [what: 'say', line: string]
  | [what: 'start', ...Parameters<Meter['start']>]
  | [what: 'advance', count: number]
  | [what: 'stop'];

/**
 * Starts a process for a pool. @param script address of its module, without the extension
 * @param first message that comes before the requests
 */
export function startProcess<Request, Result>(
  script: URL,
  first: unknown,
  events: PoolEvents<Result>,
): PoolWorker<Request> {
  const here = import.meta.url;
  const [ending, loader] = here.endsWith('.ts')
    ? ['ts', ['--import', pathToFileURL(createRequire(here).resolve('tsx')).href]]
    : ['js', []];
  const { send, close } = forkWorker<unknown, Result>(`${fileURLToPath(script)}.${ending}`, [], events, loader);
  send(first);
  return { send, close };
}

/** Starts a process that answers the requests of a pool. @param loader options of Node. Default: those of this process */
export function forkWorker<Request, Result>(
  module: string,
  args: readonly string[],
  { answered, lost, told }: PoolEvents<Result> & { told?(told: Told): void },
  loader: readonly string[] = process.execArgv,
) {
  const child = fork(module, args, {
    serialization: 'advanced',
    execArgv: [...loader],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message: Answer<Result> | Told) =>
    Array.isArray(message) ? told?.(message) : answered(message),
  );
  child.on('error', (error) => lost(error.message));
  child.on('exit', (code, signal) => lost(signal ?? `code ${code}`));
  return {
    // A process that cannot be written to is exiting; its request goes to another once it has exited.
    send: (request: Request): void => void child.send({ request }, () => {}),
    async close(): Promise<void> {
      if (child.connected) child.disconnect();
      await ended;
    },
    kill: (): void => void child.kill(),
  };
}

/**
 * In a process of `startProcess`: answers the requests of the parent until it ends.
 * @param open gets the first message, and makes what answers the others
 */
export function answerParent<First, Request>(open: (first: First) => (request: Request) => Promise<unknown>): void {
  process.once('message', ({ request }: { request: First }) => answerRequests(open(request)));
}

/** In a process of `forkWorker`: answers the requests of the parent until it ends. */
export function answerRequests<Request>(work: (request: Request) => Promise<unknown>): void {
  process.on('message', async ({ request }: { request: Request }) => {
    const answer = await answerOf(() => work(request));
    // Without a parent, nobody waits for the answer: `disconnect` ends this process.
    process.send?.(answer, () => {});
  });
  // The parent ended or closed the pool; the current request is no longer needed.
  process.on('disconnect', () => process.exit(0));
  // Ctrl+C reaches the whole process group; the parent decides when to end this process.
  process.on('SIGINT', () => {});
}
