import type { Job, Queue, QueueEvents, RedisOptions, Worker } from 'bullmq';
import { SidestreamError } from '../../../src/error';

/** Loads BullMQ, which only work with `--queue` needs. @throws SidestreamError `build/no-engine`, `build/queue` */
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
      const message = 'A queue needs two more packages. Run "npm i bullmq ioredis", here and where workers run.';
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

/** Number of jobs in the queue at a time: enough for many workers, few enough for the memory of a small server. */
export const SLOTS = 64;
/** Interval at which all jobs in flight are checked, ms, because events can be missed. */
const SWEEP_MS = 2000;
/** Results that were not fetched because the command that wanted them ended are removed after a day. */
const KEEP = { age: 24 * 3600 };

interface Pending<Data> {
  data: Data;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  /** Whether it is currently being checked. */
  busy: boolean;
}

/** Jobs that the processes of `sidestream worker` on the same queue answer. Their ids are digests: a restarted command finds its results. */
export class JobQueue<Data> {
  readonly #pending = new Map<string, Pending<Data>>();
  readonly #sweep: NodeJS.Timeout;

  private constructor(
    private readonly queue: Queue<Data>,
    private readonly events: QueueEvents,
    private readonly what: (data: Data) => string,
    say: (line: string) => void,
  ) {
    const look = ({ jobId }: { jobId: string }): void => void this.#look(jobId);
    events.on('completed', look);
    events.on('failed', look);
    this.#sweep = setInterval(() => {
      for (const id of this.#pending.keys()) void this.#look(id);
    }, SWEEP_MS);
    const trouble = connectionTrouble(say);
    queue.on('error', trouble);
    events.on('error', trouble);
  }

  /**
   * @param what what a job is about, for the message of an error
   * @throws SidestreamError `build/no-engine`; `build/queue` if the server cannot be reached
   */
  static async open<Data>(
    url: string,
    name: string,
    what: (data: Data) => string,
    say: (line: string) => void,
  ): Promise<JobQueue<Data>> {
    const { Queue, QueueEvents } = await loadEngine(url);
    const connection = connectionTo(url);
    const queue = new Queue<Data>(name, { connection, streams: { events: { maxLen: 2 * SLOTS } } });
    const events = new QueueEvents(name, { connection });
    const jobs = new JobQueue(queue as Queue<Data>, events, what, say);
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    if ((await queue.getWorkersCount()) === 0) {
      say(`There is no worker yet. Start one: sidestream worker --queue ${withoutPassword(url)}`);
    }
    return jobs;
  }

  /** @returns the worker's answer, which the caller parses @throws SidestreamError `build/queue` */
  async run(id: string, data: Data): Promise<unknown> {
    const done = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { data, resolve, reject, busy: false });
    });
    // A job that failed for an earlier command would otherwise stay failed.
    if ((await this.queue.getJobState(id)) === 'failed') await this.queue.remove(id);
    await this.#add(id, data);
    await this.#look(id);
    return done;
  }

  /** The error of a job. @param why without a full stop */
  failed(data: Data, why: string): SidestreamError {
    return new SidestreamError(
      'build/queue',
      `Workers failed over ${this.what(data)}: ${why}. What is finished is kept.`,
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([this.events.close(), this.queue.close()]);
  }

  async #add(id: string, data: Data): Promise<void> {
    const queue = this.queue as Queue;
    await queue.add('job', data, { jobId: id, attempts: 3, removeOnComplete: KEEP, removeOnFail: KEEP });
  }

  /** Takes the answer of a finished job; adds the job again if the server lost it. */
  async #look(id: string): Promise<void> {
    const pending = this.#pending.get(id);
    if (!pending || pending.busy) return;
    pending.busy = true;
    try {
      const state = await this.queue.getJobState(id);
      if (state === 'unknown') await this.#add(id, pending.data);
      if (state !== 'completed' && state !== 'failed') return;
      const job = await this.queue.getJob(id);
      if (!job) return;
      if (state === 'failed') throw this.failed(pending.data, job.failedReason);
      await job.remove();
      this.#pending.delete(id);
      pending.resolve(job.returnvalue);
    } catch (error) {
      this.#pending.delete(id);
      pending.reject(SidestreamError.from(error, 'build/queue'));
    } finally {
      pending.busy = false;
    }
  }
}

/** Milliseconds without a heartbeat after which a job goes to another worker. */
const LOCK_MS = 10_000;
/** Number of workers that may be lost over one job before it counts as failed. */
const LOST = 5;

/** Answers the jobs of a queue until it is closed, which finishes the current ones. @throws SidestreamError `build/no-engine`, `build/queue` */
export async function serveJobs<Data>(
  url: string,
  name: string,
  options: { workers: number; work(data: Data): Promise<unknown>; say(line: string): void },
): Promise<Pick<Worker, 'close'>> {
  const { Worker } = await loadEngine(url);
  const { workers, work, say } = options;
  const worker = new Worker<Data>(name, (job: Job<Data>) => work(job.data), {
    connection: connectionTo(url),
    concurrency: workers,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    maxStalledCount: LOST,
  });
  worker.on('failed', (_, error) => say(`A job failed: ${error.message}`));
  worker.on('stalled', () => say('A worker was lost; its job goes to another.'));
  worker.on('error', connectionTrouble(say));
  return worker;
}

/** Size of the pieces in which blobs are stored, bytes: servers bound a value to 512 MB, and a large one blocks them. */
const PIECE = 16e6;

/** Large values that workers and commands share on the server of a queue. They are removed after a day. */
export class QueueBlobs {
  private constructor(private readonly redis: import('ioredis').Redis) {}

  static async open(url: string, say: (line: string) => void): Promise<QueueBlobs> {
    await loadEngine(url);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', connectionTrouble(say));
    return new QueueBlobs(redis);
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const pieces = Math.ceil(bytes.length / PIECE);
    for (let n = 0; n < pieces; n++) {
      await this.redis.set(keyOf(name, n), Buffer.from(bytes.subarray(n * PIECE, (n + 1) * PIECE)), 'EX', KEEP.age);
    }
    await this.redis.set(keyOf(name), pieces, 'EX', KEEP.age);
  }

  /** @throws SidestreamError `build/queue` if the server no longer has it */
  async get(name: string): Promise<Uint8Array> {
    const count = Number(await this.redis.get(keyOf(name)));
    const pieces: Uint8Array[] = [];
    for (let n = 0; n < count; n++) {
      const piece = await this.redis.getBuffer(keyOf(name, n));
      if (piece) pieces.push(piece);
    }
    if (count > 0 && pieces.length === count) return Buffer.concat(pieces);
    throw new SidestreamError('build/queue', 'The command to which this job belongs has ended.');
  }

  async remove(name: string): Promise<void> {
    const count = Number(await this.redis.get(keyOf(name)));
    await this.redis.del(keyOf(name), ...Array.from({ length: count }, (_, n) => keyOf(name, n)));
  }

  async close(): Promise<void> {
    await this.redis.quit();
  }
}

const keyOf = (name: string, piece?: number): string => ['sidestream', name, ...[piece ?? []].flat()].join(':');
