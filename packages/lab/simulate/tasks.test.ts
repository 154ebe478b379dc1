import { beforeAll, describe, expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../src/core/catalog';
import { memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import type { Ground } from './ground';
import { simulationOf } from './result';
import { simulatedGround } from './simulated-ground';
import { doTask, type SimulationTask, simulate, stepsOf } from './tasks';

const [SHOPPERS, SEED] = [5, 2];
const methods = ['popularity', 'sidestream'];
let groundOf: (closedLoop: boolean) => Ground;
/** With one ground that runs the tasks in order. */
let one: Awaited<ReturnType<typeof simulateOn>>;

beforeAll(async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await topicContent({ items: 60, topics: 4 }), sink);
  const bundle = await openBundle(fetchFile);
  groundOf = (closedLoop) => simulatedGround({ bundle, shoppers: SHOPPERS, seed: SEED, methods, closedLoop });
  one = await simulateOn([groundOf(true)], 'first');
});

/** Simulates with the given number of grounds, which share the tasks. @param order of the tasks that are available at once */
async function simulateOn(grounds: readonly Ground[], order: 'first' | 'last') {
  const all = stepsOf(grounds[0]);
  let [steps, asked] = [0, 0];
  const waiting: (() => Promise<void>)[] = [];
  const next = async (): Promise<void> => (order === 'first' ? waiting.shift() : waiting.pop())?.();
  const work = (task: SimulationTask): Promise<Awaited<ReturnType<typeof doTask>>> =>
    new Promise((resolve, reject) => {
      const ground = grounds[asked++ % grounds.length];
      waiting.push(() =>
        doTask(ground, task, (more) => {
          steps += more;
        }).then(resolve, reject),
      );
      setTimeout(() => void next());
    });
  const simulated = await simulate(grounds[0], SEED, work);
  const { timing: _, ...found } = simulationOf({ ...simulated, seconds: 2, processes: grounds.length });
  return { all, steps, found };
}

describe('tasks of a simulation', () => {
  it('give the same result whichever ground runs which task, in any order', async () => {
    const two = await simulateOn([groundOf(true), groundOf(true)], 'last');
    expect(two.found).toEqual(one.found);
    expect(one.found.closedLoop.map(({ name }) => name)).toEqual(methods);
    expect(one.steps).toBe(one.all);
  });

  it('can leave out the closed loop without changing other results', async () => {
    const none = await simulateOn([groundOf(false)], 'first');
    expect(none.found.closedLoop).toEqual([]);
    expect(none.steps).toBe(none.all);
    expect(none.steps).toBe(60 * SHOPPERS * methods.length);
    expect(none.found.configurations).toEqual(one.found.configurations);
  });
});
