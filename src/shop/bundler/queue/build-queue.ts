import { createHash } from 'node:crypto';
import type { Job, Queue, QueueEvents } from 'bullmq';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from '../../pipeline';
import type { EncoderSource } from '../node-encoders';
import {
  type ChunkJob,
  connectionTo,
  connectionTrouble,
  fromJobOutputs,
  loadEngine,
  outputsSchema,
  type ProjectionJob,
  queueNames,
  toJob,
  withoutPassword,
} from './queue-jobs';

/** Number of chunks in the queue at a time: enough for many workers, few enough for the memory of a small server. */
const SLOTS = 64;
/** Interval at which all chunks in flight are checked, ms, because events can be missed. */
const SWEEP_MS = 2000;
/** Results that were not fetched because their build ended are removed after a day. */
const KEEP = { age: 24 * 3600 };

/**
 * Encodes chunks in the processes that run `sidestream worker` on the same queue. The id of a chunk is a digest of its content,
 * so a restarted build finds the results that workers finished meanwhile.
 * @throws SidestreamError `build/no-engine`; `build/queue` if the server cannot be reached
 */
export async function queueRunner(
  url: string,
  source: EncoderSource,
  say: (line: string) => void = console.error,
): Promise<ChunkRunner> {
  const { Queue, QueueEvents } = await loadEngine(url);
  const connection = connectionTo(url);
  const names = queueNames(source);
  const chunks = new Queue<ChunkJob>(names.chunks, { connection, streams: { events: { maxLen: 2 * SLOTS } } });
  const projections = new Queue<ProjectionJob>(names.projections, { connection });
  const events = new QueueEvents(names.chunks, { connection });
  const runner = new QueueRunner(chunks, projections, events, say);
  await Promise.all([chunks.waitUntilReady(), projections.waitUntilReady(), events.waitUntilReady()]);
  if ((await chunks.getWorkersCount()) === 0) {
    say(`There is no worker yet. Start one: sidestream worker --queue ${withoutPassword(url)}`);
  }
  return runner;
}

interface Pending {
  job: ChunkJob;
  resolve(outputs: ChunkOutput[]): void;
  reject(error: unknown): void;
  /** Whether it is currently being checked. */
  busy: boolean;
}

class QueueRunner implements ChunkRunner {
  readonly slots = SLOTS;
  readonly #pending = new Map<string, Pending>();
  readonly #shared = new Map<string, Promise<string>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(
    private readonly chunks: Queue<ChunkJob>,
    private readonly projections: Queue<ProjectionJob>,
    private readonly events: QueueEvents,
    say: (line: string) => void,
  ) {
    const look = ({ jobId }: { jobId: string }): void => void this.#look(jobId);
    events.on('completed', look);
    events.on('failed', look);
    this.#sweep = setInterval(() => {
      for (const id of this.#pending.keys()) void this.#look(id);
    }, SWEEP_MS);
    const trouble = connectionTrouble(say);
    chunks.on('error', trouble);
    projections.on('error', trouble);
    events.on('error', trouble);
  }

  /** @throws SidestreamError `build/queue` if workers failed over the chunk */
  async run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]> {
    const job = toJob(chunk, projection && (await this.#share(projection)));
    const id = `chunk-${createHash('sha256').update(JSON.stringify(job)).digest('hex')}`;
    const done = new Promise<ChunkOutput[]>((resolve, reject) => {
      this.#pending.set(id, { job, resolve, reject, busy: false });
    });
    // A chunk that failed in an earlier build would otherwise stay failed.
    if ((await this.chunks.getJobState(id)) === 'failed') await this.chunks.remove(id);
    await this.#add(id, job);
    await this.#look(id);
    return done;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    // The projections are no longer needed: a continued build adds them again.
    const shared = await Promise.allSettled(this.#shared.values());
    for (const one of shared) {
      if (one.status === 'fulfilled') await (await this.projections.getJob(one.value))?.remove();
    }
    await Promise.all([this.events.close(), this.chunks.close(), this.projections.close()]);
  }

  async #share({ digest, bytes }: SharedProjection): Promise<string> {
    const id = `projection-${digest}`;
    let shared = this.#shared.get(digest);
    if (!shared) {
      const data = { digest, bytes: Buffer.from(bytes).toString('base64') };
      shared = this.projections.add('projection', data, { jobId: id }).then(() => id);
      this.#shared.set(digest, shared);
    }
    return shared;
  }

  #add(id: string, job: ChunkJob): Promise<Job<ChunkJob>> {
    return this.chunks.add('chunk', job, { jobId: id, attempts: 3, removeOnComplete: KEEP, removeOnFail: KEEP });
  }

  /** Takes the result of a finished chunk; adds the chunk again if the server lost it. */
  async #look(id: string): Promise<void> {
    const pending = this.#pending.get(id);
    if (!pending || pending.busy) return;
    pending.busy = true;
    try {
      const state = await this.chunks.getJobState(id);
      if (state === 'unknown') await this.#add(id, pending.job);
      if (state !== 'completed' && state !== 'failed') return;
      const job = await this.chunks.getJob(id);
      if (!job) return;
      if (state === 'failed') throw failed(pending.job, job.failedReason);
      const outputs = fromJobOutputs(v.parse(outputsSchema, job.returnvalue));
      if (outputs.length !== pending.job.inputs.length) throw failed(pending.job, 'the answer is for other inputs');
      await job.remove();
      this.#pending.delete(id);
      pending.resolve(outputs);
    } catch (error) {
      this.#pending.delete(id);
      pending.reject(SidestreamError.from(error, 'build/queue'));
    } finally {
      pending.busy = false;
    }
  }
}

function failed({ modality, inputs }: ChunkJob, why: string): SidestreamError {
  const what = `${inputs.length} ${modality === 'text' ? 'texts' : 'pictures'}`;
  return new SidestreamError('build/queue', `Workers failed over ${what}: ${why}. Finished chunks are kept.`);
}
