import * as v from 'valibot';
import { fitting } from '../../../src/core/common/schema';
import { invalidInput, type SidestreamError } from '../../../src/error';
import { type ShopBlock, simulateBlock } from './block';
import { closedLoop, type LoopRun } from './closed-loop';
import type { Ground } from './ground';
import type { Simulated } from './result';
import { type Configuration, simulatedShop } from './shops';

/**
 * Number of blocks into which shoppers are divided. A block is the unit of work of a process, and the group for the
 * errors of counts over all shoppers. It is independent of the number of processes, and so are the results.
 */
const BLOCKS = 20;
/** The configuration that is compared with the rest. */
const COMPARED: Configuration = 'sidestream';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const taskSchema = v.strictObject({
  block: whole,
  loop: v.optional(
    v.strictObject({ name: v.string(), round: whole, popularity: v.instance(Float32Array<ArrayBufferLike>) }),
  ),
});
/** A block of shoppers through all shops, or of a round's shoppers through one shop with the given popularity. */
export type SimulationTask = v.InferOutput<typeof taskSchema>;

/** @throws SidestreamError `runtime/invalid-input` if it is not a task */
export const parseTask = (data: unknown): SimulationTask => fitting(taskSchema, data, notTask);

export const taskLabel = ({ block, loop }: SimulationTask): string =>
  loop ? `${loop.name}, round ${loop.round + 1}, block ${block + 1}` : `block ${block + 1}`;

/** Runs a task. @param onVisit called after each visit, with its steps */
export async function doTask(
  ground: Ground,
  { block, loop }: SimulationTask,
  onVisit: (steps: number) => void,
): Promise<ShopBlock[]> {
  const { market } = ground;
  if (!loop) {
    const stock = await ground.stock();
    const shops = ground.configurations.map((name) => simulatedShop(name, stock));
    return simulateBlock(shops, members(ground.shoppers, block, ground.shopper), market, onVisit);
  }
  const { configurations, cohort, shopper, stock } = ground.loop ?? fail();
  const name = configurations.find((one) => one === loop.name) ?? fail();
  const shops = [simulatedShop(name, await stock(loop))];
  return simulateBlock(
    shops,
    members(cohort, block, (n) => shopper(loop.round, n)),
    market,
    onVisit,
  );
}

/** Steps of all visits. */
export function stepsOf({ source, shoppers, shopper, configurations, loop }: Ground): number {
  // Simulated visits all have the same length, and creating shoppers takes time.
  const one = shopper(0).wants.length;
  const lengths = Array.from({ length: shoppers }, (_, n) => (source === 'log' ? shopper(n).wants.length : one));
  const visits = lengths.reduce((sum, length) => sum + length, 0) * configurations.length;
  return visits + (loop ? loop.configurations.length * loop.rounds * loop.cohort * loop.steps : 0);
}

/**
 * Divides a simulation into tasks.
 * @param work runs a task, here or elsewhere; it is called for many concurrently
 * @returns everything except the times
 */
export async function simulate(
  { source, sharedSecond, setting, items, shoppers, loop }: Ground,
  seed: number,
  work: (task: SimulationTask) => Promise<ShopBlock[]>,
): Promise<Omit<Simulated, 'timing'>> {
  const loopOf = (name: string, { rounds, past, cohort }: NonNullable<typeof loop>): Promise<LoopRun> =>
    closedLoop({ name, rounds, past, items, seed }, async (round, popularity) => {
      const tasks = blocksOf(cohort).map((block) => work({ block, loop: { name, round, popularity } }));
      return (await Promise.all(tasks)).flat();
    });
  const [blocks, rounds] = await Promise.all([
    Promise.all(blocksOf(shoppers).map((block) => work({ block }))),
    Promise.all(loop ? loop.configurations.map((name) => loopOf(name, loop)) : []),
  ]);
  return { source, sharedSecond, setting, items, seed, blocks, compared: COMPARED, loop: rounds };
}

/** Speed of a simulation, in the form of results. */
export function timingOf(
  { blocks }: Pick<Simulated, 'blocks'>,
  seconds: number,
  processes: number,
): Simulated['timing'] {
  const visits = blocks.reduce((sum, block) => sum + block.reduce((all, { records }) => all + records.length, 0), 0);
  const shoppers = blocks.reduce((sum, [{ records }]) => sum + records.length, 0);
  return { seconds, processes, visitsPerSecond: visits / seconds, shoppersPerSecond: shoppers / seconds };
}

const blocksOf = (shoppers: number): number[] =>
  Array.from({ length: Math.min(BLOCKS, shoppers) }, (_, block) => block);

/** Shoppers of a block: every twentieth, which makes all blocks alike. */
function* members<T>(count: number, block: number, shopper: (n: number) => T): Generator<T> {
  for (let n = block; n < count; n += Math.min(BLOCKS, count)) yield shopper(n);
}

const notTask = (why: string): SidestreamError =>
  invalidInput(`This is not a task of the simulation: ${why}. Simulate again.`);

function fail(): never {
  throw notTask('there is no such round');
}
