import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import type { ShardData, ShardResult, ShardRound, ShardRunner, ShardState } from '../side';

/* Rounds of a training as tasks for other processes. What is large lies in a store that both sides reach, under digests of its content. */

export interface BlobStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array>;
  remove(name: string): Promise<void>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const name = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
export const shardTaskSchema = v.strictObject({
  /** Names of the data of the shard and of the state. */
  data: name,
  state: name,
  round: v.strictObject({
    shard: count,
    epoch: count,
    round: count,
    rounds: count,
    cooling: v.nullable(v.strictObject({ done: count, last: count })),
  }),
});
export type ShardTask = v.InferOutput<typeof shardTaskSchema>;

/** Answer to a task: the name of its result. */
export const resultNameSchema = name;

const finite = v.pipe(v.number(), v.finite());
const floats = v.instance(Float32Array);
const weights = v.record(v.string(), v.strictObject({ shape: v.array(count), values: floats }));
const stateSchema = v.strictObject({ weights, averages: weights, adam: weights, steps: count });
const columns = v.strictObject({ columns: count, values: floats });
const numbers = <Names extends string>(...names: Names[]) =>
  v.strictObject(Object.fromEntries(names.map((key) => [key, finite])) as Record<Names, typeof finite>);
const dataSchema = v.strictObject({
  config: v.strictObject({
    width: count,
    hidden: count,
    inputs: numbers('text', 'image', 'attributes'),
    decays: v.array(finite),
  }),
  features: v.strictObject({
    count,
    inputs: v.strictObject({ text: columns, image: columns, attributes: columns }),
  }),
  logPopularity: floats,
  sequences: v.strictObject({
    offsets: v.instance(Uint32Array),
    rows: v.instance(Int32Array),
    weights: floats,
  }),
  settings: v.strictObject({
    ...numbers(
      ...(['width', 'hidden', 'epochs', 'learningRate', 'weightDecay', 'contentDecay', 'negatives'] as const),
      ...(['averaging', 'dropout', 'embeddingDropout', 'historyDropout'] as const),
    ).entries,
    decays: v.array(finite),
    /** May be infinite. */
    halfLife: v.number(),
  }),
  seed: count,
  frozen: v.array(v.string()),
  shards: count,
}) satisfies v.GenericSchema<unknown, ShardData>;
const resultSchema = v.strictObject({
  state: stateSchema,
  loss: finite,
  steps: count,
}) satisfies v.GenericSchema<unknown, ShardResult>;

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
      const found = await getValue(store, result, resultSchema);
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
    const runner = runners.get(data) ?? getValue(store, data, dataSchema).then(open);
    runners.delete(data);
    runners.set(data, runner);
    for (const [name, other] of runners) {
      if (runners.size <= KEPT) break;
      runners.delete(name);
      await (await other).close();
    }
    return putValue(store, await (await runner).run({ ...round, state: await getValue(store, state, stateSchema) }));
  };
}
