import { isOrderLog, simulatedOrdersText } from '../../shop/logs';
import { addSeries, emptySeries, type Series, type ShopBlock } from './block';
import { type LoopRun, loopFigures } from './closed-loop';
import { figuresOf, type Interval, interval } from './figures';
import type { Ground } from './ground';
import { SHOPPER_KINDS } from './shopper';

/** Version of the result that programs read. */
const SIMULATION_SCHEMA = 1;

export type Simulation = ReturnType<typeof simulationOf>;

/** One line of JSON; NaN becomes null, and numbers have 5 decimals. */
export const simulationLine = (simulation: Simulation): string =>
  JSON.stringify(simulation, (_, value) => (typeof value === 'number' ? Number(value.toFixed(5)) : value));

export interface Simulated extends Pick<Ground, 'source' | 'sharedSecond' | 'setting' | 'items'> {
  seed: number;
  /** Blocks of shoppers, each with the shops in the same order. */
  blocks: readonly (readonly ShopBlock[])[];
  /** Shop that is compared with the rest. */
  compared: string;
  /** By shop: the blocks of each round. */
  loop: readonly LoopRun[];
  seconds: number;
  processes: number;
}

/** The combined result of the blocks. It depends on their order, but not on which process simulated which. */
export function simulationOf({ blocks, compared, loop, seconds, processes, ...about }: Simulated) {
  const names = blocks[0].map(({ name }) => name);
  const ofShop = (name: string): ShopBlock[] => blocks.map((block) => block[names.indexOf(name)]);
  const others = names.filter((name) => name !== compared && names.includes(compared));
  const { sharedSecond } = about;
  const shoppers = blocks.reduce((sum, [{ records }]) => sum + records.length, 0);
  return {
    schema: SIMULATION_SCHEMA,
    protocol: 'simulate',
    ...about,
    /** Caveats about the figures, in sentences; usually empty. */
    warnings: sharedSecond !== null && isOrderLog(sharedSecond) ? [simulatedOrdersText(sharedSecond)] : [],
    shoppers,
    configurations: names.map((name) => configuration(name, ofShop(name))),
    /** Changes of the configuration `of` against others, with the intervals of the difference. */
    comparison: {
      of: compared,
      against: others.map((name) => ({ name, changes: figuresOf(ofShop(compared), ofShop(name)) })),
    },
    /** Empty if there is no closed loop. */
    closedLoop: loopFigures(loop),
    /** The only machine-dependent part of the result. `updateMs`: milliseconds to learn a choice. */
    timing: {
      seconds,
      processes,
      visitsPerSecond: (shoppers * names.length) / seconds,
      shoppersPerSecond: shoppers / seconds,
      updateMs: names.flatMap((name) => updateTimes(name, ofShop(name))),
    },
  };
}

function configuration(name: string, blocks: readonly ShopBlock[]) {
  const joined = (pick: (block: ShopBlock) => Series | undefined): Interval[] => {
    const all = emptySeries();
    for (const block of blocks) addSeries(all, pick(block) ?? emptySeries());
    return all.count.map((n, step) => meanInterval(n, all.sum[step], all.squares[step]));
  };
  return {
    name,
    figures: figuresOf(blocks),
    /** By step: fit of the lists by kind of shopper, and number of kept experts. */
    fit: SHOPPER_KINDS.map((kind) => ({ kind, steps: joined(({ fit }) => fit[kind]) })).filter(
      ({ steps }) => steps.length > 0,
    ),
    experts: joined(({ experts }) => experts),
  };
}

function meanInterval(n: number, sum: number, squares: number): Interval {
  const variance = Math.max(0, (squares - sum ** 2 / n) / (n - 1));
  return interval(sum / n, Math.sqrt(variance / n));
}

/** Empty if nothing is learned. */
function updateTimes(name: string, blocks: readonly ShopBlock[]): { name: string; median: number; p95: number }[] {
  const sorted = blocks.flatMap(({ updateMs }) => updateMs).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  return [{ name, median: at(0.5), p95: at(0.95) }];
}
