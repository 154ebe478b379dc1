import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import * as v from 'valibot';
import { SidestreamError } from '../../../src/error';
import {
  type ShardData,
  type ShardRound,
  type ShardRunner,
  type ShardState,
  shardDataSchema,
  shardResultSchema,
  shardRoundSchema,
  shardStateSchema,
} from '../../shop/training/side';

/* Rounds of a training as tasks for other processes. What is large lies in a store that both sides reach, under digests of its content. */

export interface BlobStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array>;
  remove(name: string): Promise<void>;
}

const name = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
export const shardTaskSchema = v.strictObject({
  /** Names of the data of the shard and of the state. */
  data: name,
  state: name,
  round: shardRoundSchema,
});
export type ShardTask = v.InferOutput<typeof shardTaskSchema>;

/** Answer to a task: the name of its result. */
export const resultNameSchema = name;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function putValue(store: BlobStore, value: unknown): Promise<string> {
  const bytes = serialize(value);
  const name = digestOf(bytes);
  await store.put(name, bytes);
  return name;
}

/** @throws SidestreamError `build/queue` if the blob is damaged or of another version */
async function getValue<T>(store: BlobStore, name: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const bytes = await store.get(name);
  try {
    return v.parse(schema, deserialize(bytes));
  } catch (cause) {
    const message =
      'A part of the training cannot be read. Run the same version of Sidestream here and in all workers.';
    throw new SidestreamError('build/queue', message, { cause });
  }
}

/** Learns rounds of shards elsewhere. @param work has a task done @returns the name of its result */
export function taskRunner(
  data: readonly ShardData[],
  store: BlobStore,
  work: (task: ShardTask) => Promise<string>,
  close: () => Promise<void>,
): ShardRunner {
  const names = new Map<number, Promise<string>>();
  let now: { state: ShardState; name: Promise<string> } | null = null;
  const nameOf = async (state: ShardState): Promise<string> => {
    if (now?.state === state) return now.name;
    const before = now;
    now = { state, name: putValue(store, state) };
    // All shards have ended the round before.
    if (before) await store.remove(await before.name);
    return now.name;
  };
  return {
    async run({ state, ...round }: ShardRound) {
      const { shard } = round;
      const own = names.get(shard) ?? putValue(store, data[shard]);
      names.set(shard, own);
      const result = await work({ data: await own, state: await nameOf(state), round });
      const found = await getValue(store, result, shardResultSchema);
      await store.remove(result);
      return found;
    },
    async close() {
      const kept = await Promise.allSettled([...names.values(), ...(now ? [now.name] : [])]);
      for (const one of kept) if (one.status === 'fulfilled') await store.remove(one.value);
      await close();
    },
  };
}

/** Number of shards whose data a process keeps. */
const KEPT = 2;

/** Does tasks in this process. @param open starts to learn a shard */
export function taskWorker(
  store: BlobStore,
  open: (data: ShardData) => Promise<ShardRunner>,
): (task: ShardTask) => Promise<string> {
  const runners = new Map<string, Promise<ShardRunner>>();
  return async ({ data, state, round }) => {
    const runner = runners.get(data) ?? getValue(store, data, shardDataSchema).then(open);
    runners.delete(data);
    runners.set(data, runner);
    for (const [name, other] of runners) {
      if (runners.size <= KEPT) break;
      runners.delete(name);
      await (await other).close();
    }
    return putValue(
      store,
      await (await runner).run({ ...round, state: await getValue(store, state, shardStateSchema) }),
    );
  };
}
