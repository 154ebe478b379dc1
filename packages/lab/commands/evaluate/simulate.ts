import { existsSync } from 'node:fs';
import pLimit from 'p-limit';
import { sharedLearning } from '../../../../src/device/learner';
import { answerRequests, createMeter, openFolder } from '../../../cli/bundler';
import {
  concludeRefused,
  isTaskProcess,
  optionWords,
  parentOutput,
  say,
  taskProcesses,
  withModels,
} from '../../../cli/commands';
import { startCompute, writeWhole } from '../../../cli/training';
import type { Meter } from '../../../shop/pipeline';
import { byProduct, popularCatalog } from '../../../shop/training';
import { splicedPairs } from '../../evaluate/drift';
import { wantedMethods } from '../../evaluate/methods';
import { sharedSeconds } from '../../evaluate/quality';
import { type Shopper, shopperSimilarity } from '../../evaluate/shoppers';
import type { ShopBlock } from '../../simulate/block';
import type { Ground } from '../../simulate/ground';
import { simulationLine, simulationOf } from '../../simulate/result';
import { loggedShopper } from '../../simulate/shopper';
import { CONFIGURATIONS, type ShopStock } from '../../simulate/shops';
import { simulatedGround } from '../../simulate/simulated-ground';
import { simulationText } from '../../simulate/summary-text';
import { doTask, type SimulationTask, simulate, stepsOf, taskLabel } from '../../simulate/tasks';
import { marketOf } from '../../simulate/visit';
import { coldHalf, coldText, type EvaluateInput, type InputOptions, popularityOf, readInput } from './input';
import { needsSide, pastCatalog, sideFile } from './methods';

export interface SimulateOptions extends Omit<InputOptions, 'prepared' | 'windows'> {
  /** Log to replay; without it, shoppers are simulated. */
  prepared?: string;
  seed: number;
  /** Whether simulated shoppers also feed back into the shop's knowledge. */
  closedLoop: boolean;
  processes: number;
  json?: boolean;
  report?: string;
}

/** Default number of simulated shoppers. */
const SHOPPERS = 1000;
const STAGE = 'Choices';

export async function runSimulation(options: SimulateOptions): Promise<void> {
  if (isTaskProcess(options)) {
    const { ground } = await groundOf(options);
    const { meter } = parentOutput();
    return answerRequests(async (task: SimulationTask) => {
      // The process that shows it knows the total.
      meter.start(STAGE, 0);
      const blocks = await doTask(ground, task, (steps) => meter.advance(steps));
      meter.stop();
      return blocks;
    });
  }
  const started = performance.now();
  const { ground, refused } = await groundOf(options);
  const { seed, processes } = options;
  const meter = createMeter();
  meter.start(STAGE, stepsOf(ground));
  // A process starts its meter with every block; here, all blocks form one stage.
  const ofBlock: Meter = { start() {}, advance: (count) => meter.advance(count), stop() {} };
  const run = { size: processes, command: taskCommand(options), say, meter: () => ofBlock };
  const pool = processes > 1 ? taskProcesses<SimulationTask, ShopBlock[]>(run) : null;
  // One after another: this process has one thread.
  const limit = pLimit(1);
  const work = (task: SimulationTask): Promise<ShopBlock[]> =>
    pool ? pool.run(taskLabel(task), task) : limit(() => doTask(ground, task, (steps) => meter.advance(steps)));
  try {
    const simulated = await simulate(ground, seed, work);
    meter.stop();
    const seconds = (performance.now() - started) / 1000;
    const found = simulationOf({ ...simulated, seconds, processes });
    console.log(`${ground.setting}, seed ${seed}\n\n${simulationText(found)}`);
    if (options.report !== undefined) {
      const { simulationPage } = await import('../../simulate/page');
      await writeWhole(options.report, simulationPage(found));
      say(`The report is in ${options.report}`);
    }
    concludeRefused(refused);
    if (options.json) console.log(simulationLine(found));
  } finally {
    meter.stop();
    pool?.close();
  }
}

async function groundOf(options: SimulateOptions): Promise<{ ground: Ground; refused: number }> {
  const { seed, methods, closedLoop, prepared, models } = options;
  if (prepared === undefined) {
    await startCompute();
    const { bundle } = byProduct(await openFolder(options.bundle), { events: [], rejected: [] });
    const shoppers = options.shoppers ?? SHOPPERS;
    return { ground: simulatedGround({ bundle, shoppers, seed, methods, closedLoop }), refused: 0 };
  }
  const { refused, inputOf } = await readInput({ ...options, prepared }, { meter: createMeter(), say });
  const input = inputOf(seed);
  // Once, before other processes read it.
  if (!isTaskProcess(options) && needsSide(input)) {
    await withModels(models, async () => {
      const { path, make } = await sideFile(input);
      if (!existsSync(path)) await make();
    });
  }
  return { ground: logGround(input), refused };
}

function taskCommand(options: SimulateOptions): string[] {
  const { bundle, prepared, models, past, half, seed, shoppers, methods, closedLoop } = options;
  const words = optionWords({ protocol: 'simulate', bundle, prepared, models, past, half, seed, shoppers, methods });
  return ['evaluate', ...words, ...(closedLoop ? [] : ['--no-closed-loop'])];
}

/** Minimum number of events of a shopper of the log, and number of used events, as in the device protocol. */
const [MIN_EVENTS, MAX_EVENTS] = [30, 110];
/** Minimum number of events of a shopper whose stream is spliced with another, as in the drift protocol. */
const SPLICED_EVENTS = 60;
/** Nobody knows what the shoppers of a log wanted. */
const POSSIBLE = CONFIGURATIONS.filter((name) => name !== 'oracle');

/**
 * The shoppers of a log who are not in its past. In addition, shoppers with 60 events or more are spliced with the least
 * similar one, up to half the number of shoppers: changes and returns of taste come only from these streams.
 * @throws SidestreamError `runtime/invalid-input` if there is no shopper
 */
function logGround(input: EvaluateInput): Ground {
  const { seed, bundle } = input;
  const configurations = wantedMethods(input, POSSIBLE, undefined, 'configuration');
  const { past, shoppers } = coldHalf(input, MIN_EVENTS);
  const popularity = popularityOf(input, past);
  const { index } = popularCatalog(bundle, popularity);
  const long = shoppers.filter(({ rows }) => rows.length >= SPLICED_EVENTS);
  const pairs = Math.min(long.length, Math.ceil(shoppers.length / 2));
  const spliced = long.length < 2 ? [] : splicedPairs(long, pairs, seed, shopperSimilarity(index, popularity));
  const streams: Shopper[] = [...shoppers, ...spliced];
  let stock: Promise<ShopStock> | undefined;
  return {
    source: 'log',
    items: bundle.items.length,
    configurations,
    shoppers: streams.length,
    sharedSecond: sharedSeconds(
      shoppers.map(({ rows }) => ({ places: [...rows.keys()].slice(0, MAX_EVENTS) })),
      shoppers,
    ),
    setting: `${coldText(input, `${shoppers.length} shoppers`)}, their first ${MAX_EVENTS} events, which they choose whatever is shown; changes and returns of taste come from ${spliced.length} streams of two of them, alternating every 40 events`,
    shopper: (n) => loggedShopper(streams[n], seed, n, MAX_EVENTS),
    market: marketOf(index, popularity),
    stock() {
      stock ??= pastCatalog(input, past).then((catalog) => ({
        before: catalog,
        after: catalog,
        featuresOf: sharedLearning().featuresOf,
      }));
      return stock;
    },
    loop: null,
  };
}
