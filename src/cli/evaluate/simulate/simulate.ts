import * as v from 'valibot';
import { createMeter, type Meter, openFolder } from '../../../build';
import { SidestreamError } from '../../../error';
import {
  blockText,
  closedLoop,
  type LoopRun,
  parseBlock,
  type ShopBlock,
  simulateBlock,
  simulatedShop,
  simulationLine,
  simulationOf,
  simulationText,
} from '../../../evaluate/simulate';
import { startCompute, writeWhole } from '../../../training';
import { byProduct, readEventFile } from '../../event-file';
import { doTasks, isTaskProcess, parentMeter, TaskProcesses } from '../../task-processes';
import type { EvaluateInput } from '../input';
import type { Ground, LoopGround } from './ground';
import { learnPast, logGround } from './log-ground';
import { madeUpGround } from './made-up-ground';

export interface SimulateOptions extends Pick<EvaluateInput, 'past' | 'half' | 'models' | 'methods' | 'shoppers'> {
  /** Folder of the bundle. */
  bundle: string;
  /** Log to replay; without it shoppers are made up. */
  events?: string;
  seed: number;
  processes: number;
  /** Whether this process does tasks for another one. */
  worker?: boolean;
  json?: boolean;
  /** File of the report to write. */
  report?: string;
}

/** Made-up shoppers unless a number is asked for. */
const SHOPPERS = 1000;
/**
 * Blocks that shoppers are divided into: what a process does at once, and the groups that the errors of counts over all
 * shoppers come from. Results do not depend on the number of processes, as this one does not.
 */
const BLOCKS = 20;
/** What the progress counts. */
const STAGE = 'Choices';
/** The configuration that is compared with the others. */
const COMPARED = 'sidestream';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A block of the shoppers through all shops, or of those of a round through one whose popularity is given. */
const taskSchema = v.strictObject({
  block: whole,
  loop: v.optional(
    v.strictObject({ name: v.string(), round: whole, popularity: v.instance(Float32Array<ArrayBufferLike>) }),
  ),
});
type Task = v.InferOutput<typeof taskSchema>;

/** Simulates, and prints what was found. */
export async function runSimulation(options: SimulateOptions): Promise<void> {
  if (isTaskProcess(options)) {
    const ground = await groundOf(options);
    const meter = parentMeter();
    await doTasks(async (data) => {
      // The process that shows it knows the total.
      meter.start(STAGE, 0);
      const text = await doTask(ground, parseTask(data), meter);
      meter.stop();
      return text;
    });
  }
  const started = performance.now();
  const ground = await groundOf(options, true);
  const { source, setting, items, shoppers, loop } = ground;
  const { seed, processes } = options;
  const meter = createMeter();
  meter.start(STAGE, stepsOf(ground));
  // A process starts its meter with every block; here all of them are one stage.
  const ofBlock: Meter = { start() {}, advance: (count) => meter.advance(count), stop() {} };
  const run = { size: processes, command: taskCommand(options), say, meter: () => ofBlock };
  const pool = processes > 1 ? new TaskProcesses(run) : null;
  let last: Promise<unknown> = Promise.resolve();
  const work = async (task: Task): Promise<ShopBlock[]> => {
    if (pool) return parseBlock(await pool.run(labelOf(task), task));
    // One after the other: this process has one thread.
    const result = last.then(() => doTask(ground, task, ofBlock));
    last = result.catch(() => {});
    return parseBlock(await result);
  };
  const loopOf = (name: string, { rounds, past, cohort }: LoopGround): Promise<LoopRun> =>
    closedLoop({ name, rounds, past, items, seed }, async (round, popularity) => {
      const tasks = blocksOf(cohort).map((block): Task => ({ block, loop: { name, round, popularity } }));
      return (await Promise.all(tasks.map(work))).flat();
    });
  try {
    const [blocks, rounds] = await Promise.all([
      Promise.all(blocksOf(shoppers).map((block) => work({ block }))),
      Promise.all((loop?.configurations ?? []).map((name) => loopOf(name, loop ?? fail()))),
    ]);
    meter.stop();
    const seconds = (performance.now() - started) / 1000;
    const visits = blocks.reduce((sum, block) => sum + block.reduce((all, { records }) => all + records.length, 0), 0);
    const perSecond = { visitsPerSecond: visits / seconds, shoppersPerSecond: shoppers / seconds };
    const found = simulationOf({
      ...{ source, setting, items, seed, blocks, compared: COMPARED, loop: rounds },
      timing: { seconds, processes, ...perSecond },
    });
    console.log(`${setting}, seed ${seed}\n\n${simulationText(found)}`);
    if (options.report !== undefined) {
      const { simulationPage } = await import('../../../evaluate/simulate/page/page');
      await writeWhole(options.report, simulationPage(found));
      say(`The report is in ${options.report}`);
    }
    if (options.json) console.log(simulationLine(found));
  } finally {
    meter.stop();
    pool?.close();
  }
}

const say = (line: string): void => console.error(line);

/** @param learns makes what is missing of the past of a log */
async function groundOf(options: SimulateOptions, learns = false): Promise<Ground> {
  const { seed, methods } = options;
  await startCompute('wasm');
  const folder = await openFolder(options.bundle);
  if (options.events === undefined) {
    const { bundle } = byProduct(folder, { events: [], rejected: [] });
    return madeUpGround({ bundle, shoppers: options.shoppers ?? SHOPPERS, seed, methods });
  }
  const { bundle, log } = byProduct(folder, await readEventFile(options.events));
  const { past, half, models, shoppers } = options;
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const meter = createMeter();
  const input = { bundle, events: log.events, rowOf, seed, past, half, models, shoppers, methods, meter, say };
  const ground = logGround(input);
  if (learns) await learnPast(input);
  return ground;
}

/** @returns a text for `parseBlock` */
async function doTask(ground: Ground, { block, loop }: Task, meter: Meter): Promise<string> {
  const { market } = ground;
  const onVisit = (steps: number): void => meter.advance(steps);
  if (!loop) {
    const stock = await ground.stock();
    const shops = ground.configurations.map((name) => simulatedShop(name, stock));
    return blockText(await simulateBlock(shops, members(ground.shoppers, block, ground.shopper), market, onVisit));
  }
  const { configurations, cohort, shopper, stock } = ground.loop ?? fail();
  const name = configurations.find((one) => one === loop.name) ?? fail();
  const shops = [simulatedShop(name, await stock(loop))];
  const shoppers = members(cohort, block, (n) => shopper(loop.round, n));
  return blockText(await simulateBlock(shops, shoppers, market, onVisit));
}

const blocksOf = (shoppers: number): number[] =>
  Array.from({ length: Math.min(BLOCKS, shoppers) }, (_, block) => block);

/** Shoppers of a block: every twentieth, so that all blocks are alike. */
function* members<T>(count: number, block: number, shopper: (n: number) => T): Generator<T> {
  for (let n = block; n < count; n += Math.min(BLOCKS, count)) yield shopper(n);
}

/** Steps of all visits. */
function stepsOf({ shoppers, shopper, source, configurations, loop }: Ground): number {
  const one = shopper(0).wants.length;
  const lengths = Array.from({ length: shoppers }, (_, n) => (source === 'log' ? shopper(n).wants.length : one));
  const visits = lengths.reduce((sum, length) => sum + length, 0) * configurations.length;
  return visits + (loop ? loop.configurations.length * loop.rounds * loop.cohort * loop.steps : 0);
}

/** Command and options of a process that does tasks. */
function taskCommand({ bundle, events, models, past, half, seed, shoppers, methods }: SimulateOptions): string[] {
  return [
    ...['evaluate', '--protocol', 'simulate', '--bundle', bundle, '--seed', String(seed), '--models', models],
    ...['--past', String(past), '--half', half],
    ...(events === undefined ? [] : ['--events', events]),
    ...(shoppers === undefined ? [] : ['--shoppers', String(shoppers)]),
    ...(methods ? ['--methods', ...methods] : []),
  ];
}

/** @throws SidestreamError `runtime/invalid-input` when it is none */
function parseTask(data: unknown): Task {
  const parsed = v.safeParse(taskSchema, data);
  return parsed.success ? parsed.output : fail(parsed.issues[0].message);
}

const labelOf = ({ block, loop }: Task): string =>
  loop ? `${loop.name}, round ${loop.round + 1}, block ${block + 1}` : `block ${block + 1}`;

function fail(why = 'there is no such round'): never {
  throw new SidestreamError('runtime/invalid-input', `This is no task of the simulation: ${why}. Simulate again.`);
}
