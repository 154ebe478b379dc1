import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { WorkerPool, workersLost } from '../../shop/pipeline';
import type { ShardData, ShardRunner } from '../../shop/training/side';
import { openBlobs, openQueue, serveJobs, startProcess } from '../bundler';
import { type BlobStore, resultNameSchema, type ShardTask, shardTaskSchema, taskRunner } from './shard-task';

/** Blobs as files. */
export const folderStore = (folder: string): BlobStore => ({
  put: (name, bytes) => writeFile(join(folder, name), bytes),
  get: (name) => readFile(join(folder, name)),
  remove: (name) => rm(join(folder, name), { force: true }),
});

const what = ({ round: { shard, epoch } }: ShardTask): string => `shard ${shard + 1} in epoch ${epoch}`;

/** Does tasks in processes on this machine, which share a folder. A task of a process that dies goes to another. */
async function taskProcesses(size: number) {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-shards-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const pool = new WorkerPool<ShardTask, string>({
    size,
    start: (events) => startProcess(new URL('./shard-worker', import.meta.url), folder, events),
    lost: (task, how) => workersLost(what(task), how, 'If memory is short, train with fewer --processes.'),
  });
  return {
    store: folderStore(folder),
    work: (task: ShardTask) => pool.run(task),
    async close() {
      await pool.close();
      process.off('exit', remove);
      remove();
    },
  };
}

/** Learns shards in processes on this machine. */
export function localShards(processes: number): (data: readonly ShardData[]) => Promise<ShardRunner> {
  return async (data) => {
    const { store, work, close } = await taskProcesses(processes);
    return taskRunner(data, store, work, close);
  };
}

/** Name of the queue; the number grows when versions learn differently. */
const QUEUE = 'sidestream-shards-1';

/** Learns shards in the processes that run `sidestream worker` on the same queue. */
export function queuedShards(
  url: string,
  say: (line: string) => void,
): (data: readonly ShardData[]) => Promise<ShardRunner> {
  return async (data) => {
    const jobs = await openQueue<ShardTask>(url, QUEUE, what, say);
    const blobs = await openBlobs(url, say);
    const work = async (task: ShardTask): Promise<string> => {
      const { shard, epoch, round } = task.round;
      return v.parse(resultNameSchema, await jobs.run(`shard-${task.state}-${shard}-${epoch}-${round}`, task));
    };
    return taskRunner(data, blobs, work, async () => {
      await jobs.close();
      await blobs.close();
    });
  };
}

/** Learns shards of a queue until `close`, which finishes the current rounds. @throws SidestreamError `build/no-engine`, `build/queue` */
export async function serveShards(
  url: string,
  workers: number,
  say: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const blobs = await openBlobs(url, say);
  const { store, work, close } = await taskProcesses(workers);
  const known = new Set<string>();
  /** Number of tasks at work on each state. */
  const uses = new Map<string, number>();
  const worker = await serveJobs<unknown>(url, QUEUE, {
    workers,
    say,
    async work(data) {
      const task = v.parse(shardTaskSchema, data);
      if (!known.has(task.data)) await store.put(task.data, await blobs.get(task.data));
      known.add(task.data);
      uses.set(task.state, (uses.get(task.state) ?? 0) + 1);
      await store.put(task.state, await blobs.get(task.state));
      try {
        const result = await work(task);
        await blobs.put(result, await store.get(result));
        await store.remove(result);
        return result;
      } finally {
        const left = (uses.get(task.state) ?? 1) - 1;
        uses.set(task.state, left);
        if (left === 0) await store.remove(task.state);
      }
    },
  });
  return {
    async close() {
      await worker.close();
      await Promise.all([blobs.close(), close()]);
    },
  };
}
