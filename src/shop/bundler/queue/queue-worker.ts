import type { Job, Worker } from 'bullmq';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import type { SharedProjection } from '../../pipeline';
import { readEncoder } from '../encoder-files';
import type { EncoderSource } from '../node-encoders';
import { localRunner } from '../process-pool';
import {
  type ChunkJob,
  connectionTo,
  connectionTrouble,
  jobSchema,
  loadEngine,
  type ProjectionJob,
  projectionSchema,
  queueNames,
  toBytes,
  toChunk,
  toJobOutputs,
} from './queue-jobs';

/** Milliseconds without a heartbeat after which a chunk goes to another worker. */
const LOCK_MS = 10_000;
/** Number of workers that may be lost over one chunk before it counts as failed. */
const LOST = 5;
/** Number of cached projections: builds of several shops may share a queue. */
const PROJECTIONS = 8;

export interface QueueWorkerOptions {
  url: string;
  source: EncoderSource;
  /** Number of chunks at a time, one process each. */
  workers: number;
  say(line: string): void;
}

/**
 * Encodes chunks of a queue until `close`, which finishes the current ones.
 * @throws SidestreamError `encoder/missing` if the encoders do not exist; `build/no-engine`; `build/queue`
 */
export async function startQueueWorker({
  url,
  source,
  workers,
  say,
}: QueueWorkerOptions): Promise<Pick<Worker, 'close'>> {
  // Without the encoders, every chunk would fail.
  await Promise.all([
    readEncoder(source.presets.text, source.models),
    readEncoder(source.presets.image, source.models),
  ]);
  const { Queue, Worker } = await loadEngine(url);
  const connection = connectionTo(url);
  const names = queueNames(source);
  const runner = localRunner(source, workers);
  const projections = new Queue<ProjectionJob>(names.projections, { connection });
  const known = new Map<string, SharedProjection>();

  const projectionOf = async (id: string): Promise<SharedProjection> => {
    let projection = known.get(id);
    if (!projection) {
      const job = await projections.getJob(id);
      if (!job) throw new SidestreamError('build/queue', 'The build that this chunk belongs to has ended.');
      const { digest, bytes } = v.parse(projectionSchema, job.data);
      projection = { digest, bytes: toBytes(bytes) };
      const oldest = known.keys().next();
      if (known.size >= PROJECTIONS && !oldest.done) known.delete(oldest.value);
      known.set(id, projection);
    }
    return projection;
  };
  const work = async (job: Job<ChunkJob>) => {
    const data = v.parse(jobSchema, job.data);
    return toJobOutputs(
      await runner.run(toChunk(data), data.projection === null ? null : await projectionOf(data.projection)),
    );
  };
  const worker = new Worker<ChunkJob>(names.chunks, work, {
    connection,
    concurrency: workers,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    maxStalledCount: LOST,
  });
  let done = 0;
  worker.on('completed', (job) => {
    done += job.data.inputs.length;
    if (done % 1000 < job.data.inputs.length) say(`${done} encoded`);
  });
  worker.on('failed', (_, error) => say(`A chunk failed: ${error.message}`));
  worker.on('stalled', () => say('A worker was lost; its chunk goes to another.'));
  const trouble = connectionTrouble(say);
  worker.on('error', trouble);
  projections.on('error', trouble);
  return {
    async close(force) {
      await worker.close(force);
      await projections.close();
      await runner.close();
    },
  };
}
