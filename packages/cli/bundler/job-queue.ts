import { once } from 'node:events';
import type { Job, RedisOptions, Worker } from 'bullmq';
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
/** Interval at which a job in flight is looked at, ms: events can be missed, and a server can lose jobs. */
const LOOK_MS = 2000;
/** Results that were not fetched because the command that wanted them ended are removed after a day. */
const KEEP = { age: 24 * 3600 };

/**
 * Jobs that the processes of `sidestream worker` on the same queue answer. Their ids are digests: a restarted command finds its results.
 * @param what what a job is about, for the message of an error
 * @throws SidestreamError `build/no-engine`; `build/queue` if the server cannot be reached
 */
export async function openQueue<Data>(
  url: string,
  name: string,
  what: (data: Data) => string,
  say: (line: string) => void,
) {
  const { Queue, QueueEvents } = await loadEngine(url);
  const connection = connectionTo(url);
  const queue = new Queue(name, { connection, streams: { events: { maxLen: 2 * SLOTS } } });
  const events = new QueueEvents(name, { connection });
  const trouble = connectionTrouble(say);
  queue.on('error', trouble);
  events.on('error', trouble);
  // Some for each job that is waited for.
  events.setMaxListeners(0);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  if ((await queue.getWorkersCount()) === 0) {
    say(`There is no worker yet. Start one: sidestream worker --queue ${withoutPassword(url)}`);
  }
  /** Ends when a job does, or when it is to be looked at. */
  const change = (id: string) =>
    Promise.race(
      ['completed', 'failed'].map((name) => once(events, `${name}:${id}`, { signal: AbortSignal.timeout(LOOK_MS) })),
    ).catch(() => undefined);
  let closed = false;
  /** The error of a job. @param why without a full stop */
  const failed = (data: Data, why: string): SidestreamError =>
    new SidestreamError('build/queue', `Workers failed over ${what(data)}: ${why}. What is finished is kept.`);
  return {
    failed,
    /** @returns the worker's answer, which the caller parses; never, once the queue is closed @throws SidestreamError `build/queue` */
    async run(id: string, data: Data): Promise<unknown> {
      try {
        // A job that failed for an earlier command would otherwise stay failed.
        if ((await queue.getJobState(id)) === 'failed') await queue.remove(id);
        while (!closed) {
          // Waits before it looks: a job may end in between.
          const changed = change(id);
          const state = await queue.getJobState(id);
          const job = await queue.getJob(id);
          if (!job) {
            await queue.add('job', data, { jobId: id, attempts: 3, removeOnComplete: KEEP, removeOnFail: KEEP });
          } else if (state === 'failed') throw failed(data, job.failedReason);
          else if (state === 'completed') {
            await job.remove();
            return job.returnvalue;
          } else await changed;
        }
      } catch (error) {
        if (!closed) throw SidestreamError.from(error, 'build/queue');
      }
      return new Promise(() => undefined);
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([events.close(), queue.close()]);
    },
  };
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
export async function openBlobs(url: string, say: (line: string) => void) {
  await loadEngine(url);
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', connectionTrouble(say));
  return {
    async put(name: string, bytes: Uint8Array): Promise<void> {
      const pieces = Math.ceil(bytes.length / PIECE);
      for (let n = 0; n < pieces; n++) {
        await redis.set(keyOf(name, n), Buffer.from(bytes.subarray(n * PIECE, (n + 1) * PIECE)), 'EX', KEEP.age);
      }
      await redis.set(keyOf(name), pieces, 'EX', KEEP.age);
    },
    /** @throws SidestreamError `build/queue` if the server no longer has it */
    async get(name: string): Promise<Uint8Array> {
      const count = Number(await redis.get(keyOf(name)));
      const pieces: Uint8Array[] = [];
      for (let n = 0; n < count; n++) {
        const piece = await redis.getBuffer(keyOf(name, n));
        if (piece) pieces.push(piece);
      }
      if (count > 0 && pieces.length === count) return Buffer.concat(pieces);
      throw new SidestreamError('build/queue', 'The command to which this job belongs has ended.');
    },
    async remove(name: string): Promise<void> {
      const count = Number(await redis.get(keyOf(name)));
      await redis.del(keyOf(name), ...Array.from({ length: count }, (_, n) => keyOf(name, n)));
    },
    close: () => redis.quit(),
  };
}

const keyOf = (name: string, piece?: number): string => ['sidestream', name, ...[piece ?? []].flat()].join(':');
