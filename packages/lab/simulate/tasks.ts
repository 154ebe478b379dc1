import { type ShopBlock, simulateBlock } from './block';
import { closedLoop, type LoopRun } from './closed-loop';
import type { Ground, LoopRound } from './ground';
import type { Simulated } from './result';
import { type Configuration, simulatedShop } from './shops';

/**
 * Number of blocks into which shoppers are divided. A block is the unit of work of a process, and the group for the
 * errors of counts over all shoppers. It is independent of the number of processes, and so are the results.
 */
const BLOCKS = 20;
/** The configuration that is compared with the rest. */
const COMPARED: Configuration = 'sidestream';

/** A block of shoppers through all shops, or of a round's shoppers through one shop with the given popularity. */
export interface SimulationTask {
  block: number;
  loop?: LoopRound;
}

export const taskLabel = ({ block, loop }: SimulationTask): string =>
  loop ? `${loop.name}, round ${loop.round + 1}, block ${block + 1}` : `block ${block + 1}`;

/** Runs a task. @param onVisit called after each visit, with its steps */
export async function doTask(
  ground: Ground,
  { block, loop }: SimulationTask,
  onVisit: (steps: number) => void,
): Promise<ShopBlock[]> {
  const { market } = ground;
  if (!loop || !ground.loop) {
    const stock = await ground.stock();
    const shops = ground.configurations.map((name) => simulatedShop(name, stock));
    return simulateBlock(shops, members(ground.shoppers, block, ground.shopper), market, onVisit);
  }
  const { cohort, shopper, stock } = ground.loop;
  const shops = [simulatedShop(loop.name, await stock(loop))];
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
): Promise<Omit<Simulated, 'seconds' | 'processes'>> {
  const loopOf = (name: Configuration, { rounds, past, cohort }: NonNullable<typeof loop>): Promise<LoopRun> =>
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

const blocksOf = (shoppers: number): number[] =>
  Array.from({ length: Math.min(BLOCKS, shoppers) }, (_, block) => block);

/** Shoppers of a block: every twentieth, which makes all blocks alike. */
function* members<T>(count: number, block: number, shopper: (n: number) => T): Generator<T> {
  for (let n = block; n < count; n += Math.min(BLOCKS, count)) yield shopper(n);
}
