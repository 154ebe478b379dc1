import { createHash } from 'node:crypto';
import type { Job, Queue, QueueEvents, RedisOptions, Worker } from 'bullmq';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import type { Chunk, ChunkOutput, ChunkRunner, SharedProjection } from '../pipeline';
import { readEncoder } from './encoder-files';
import { type EncoderSource, localRunner } from './process-pool';

/** Incremented when builders and workers of different versions become incompatible or round differently. */
const PROTOCOL = 2;

const base64 = v.pipe(v.string(), v.base64());

/** One chunk as a job. Pictures are sent as file bytes: a worker needs no access to the shop's folders. */
const jobSchema = v.object({
  modality: v.picklist(['text', 'image']),
  inputs: v.array(v.string()),
  /** Job id of the projection; null for raw taps. */
  projection: v.nullable(v.string()),
});
type ChunkJob = v.InferOutput<typeof jobSchema>;

/** A worker's answer for each input. */
const outputsSchema = v.array(v.union([v.object({ bytes: base64 }), v.object({ reason: v.string() })]));
type JobOutputs = v.InferOutput<typeof outputsSchema>;

const projectionSchema = v.object({ digest: v.string(), bytes: base64 });
type ProjectionJob = v.InferOutput<typeof projectionSchema>;

/** Loads BullMQ, which a build needs only with `--queue`. @throws SidestreamError `build/no-engine`, `build/queue` */
async function loadEngine(url: string): Promise<typeof import('bullmq')> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new SidestreamError(
      'build/queue',
      `"${url}" is not the address of a queue. Give one like redis://localhost:6379.`,
    );
  }
  const { Redis, engine } = await Promise.all([import('ioredis'), import('bullmq')]).then(
    ([client, engine]) => ({ Redis: client.Redis, engine }),
    (cause: unknown) => {
      const message =
        'Distributed builds need two more packages. Run "npm i bullmq ioredis", here and where workers run.';
      throw new SidestreamError('build/no-engine', message, { cause });
    },
  );
  // Queues would retry forever, which is right for a lost server but not for a wrong address.
  const probe = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null });
  let why = '';
  probe.on('error', (error: Error) => {
    why = error.message;
  });
  try {
    await probe.connect();
    await probe.ping();
    return engine;
  } catch (cause) {
    const message = `The queue at ${withoutPassword(url)} cannot be used (${why || String(cause)}). Start a Redis or Valkey server there, or check the address.`;
    throw new SidestreamError('build/queue', message, { cause });
  } finally {
    probe.disconnect();
  }
}

/**
 * Names of the queues. Builders and workers meet only if they have the same encoders and protocol: features from different ones
 * would be silently wrong.
 */
export function queueNames({ presets }: EncoderSource): { chunks: string; projections: string } {
  const encoders = createHash('sha256')
    .update(JSON.stringify([PROTOCOL, presets]))
    .digest('hex')
    .slice(0, 16);
  return { chunks: `sidestream-chunks-${encoders}`, projections: `sidestream-projections-${encoders}` };
}

/** @param url `redis://` or `rediss://` with host, and with user, password, port and database if needed */
const connectionTo = (url: string): RedisOptions => ({ url, maxRetriesPerRequest: null });

function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.href;
}

/** Reports a broken connection, at most every ten seconds. */
function connectionTrouble(say: (line: string) => void): (error: Error) => void {
  let reported = 0;
  return ({ message }) => {
    if (Date.now() - reported < 10_000) return;
    reported = Date.now();
    say(`The queue does not answer (${message}); trying again.`);
  };
}

function toJob({ modality, inputs }: Chunk, projection: string | null): ChunkJob {
  return {
    modality,
    inputs: inputs.map((input) => (typeof input === 'string' ? input : Buffer.from(input).toString('base64'))),
    projection,
  };
}

function toChunk({ modality, inputs }: ChunkJob): Chunk {
  return { modality, inputs: modality === 'text' ? inputs : inputs.map(toBytes) };
}

const toJobOutputs = (outputs: ChunkOutput[]): JobOutputs =>
  outputs.map((output) => ('reason' in output ? output : { bytes: Buffer.from(output.bytes).toString('base64') }));

const fromJobOutputs = (outputs: JobOutputs): ChunkOutput[] =>
  outputs.map((output) => ('reason' in output ? output : { bytes: toBytes(output.bytes) }));

const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

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

/** Encodes chunks of a queue until `close`, which finishes the current ones. @throws SidestreamError `build/*`, `encoder/missing` */
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
