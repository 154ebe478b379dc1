import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { isOrderLog, simulatedOrdersText } from '../order-log';
import { jsonNumber } from '../result';
import { addSeries, emptySeries, type Series, type ShopBlock } from './block';
import { type LoopRun, loopFigures, ROUND_FIGURE_NAMES } from './closed-loop';
import { changesOf, FIGURES, type FigureName, figuresOf, type Interval, interval } from './figures';
import { type ShopperKind, TASTE_CHANGES } from './shopper';

/** Version of the result that programs read. */
export const SIMULATION_SCHEMA = 1;

const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];
const KINDS: readonly ShopperKind[] = [...TASTE_CHANGES, 'logged', 'spliced'];

const intervalSchema = v.object({ mean: jsonNumber, low: jsonNumber, high: jsonNumber });
const byFigure = v.object(v.entriesFromList(FIGURE_NAMES, intervalSchema));
const round = v.object(v.entriesFromList(ROUND_FIGURE_NAMES, intervalSchema));

const simulationSchema = v.object({
  schema: v.literal(SIMULATION_SCHEMA),
  protocol: v.literal('simulate'),
  /** Made-up shoppers, or those of a log. */
  source: v.picklist(['synthetic', 'log']),
  /** Share of a log's events that have the second of another event of their shopper, 0..1; null for made-up shoppers. */
  sharedSecond: v.optional(v.nullable(v.number()), null),
  /** What to know before the figures are read, in sentences; mostly none. */
  warnings: v.optional(v.array(v.string()), () => []),
  setting: v.string(),
  seed: v.number(),
  shoppers: v.number(),
  items: v.number(),
  configurations: v.array(
    v.object({
      name: v.string(),
      figures: byFigure,
      /** By step: how well lists fit, by kind of shopper; experts kept. */
      fit: v.array(v.object({ kind: v.picklist(KINDS), steps: v.array(intervalSchema) })),
      experts: v.array(intervalSchema),
    }),
  ),
  /** Changes of the configuration `of` against others, with the intervals of the difference. */
  comparison: v.object({ of: v.string(), against: v.array(v.object({ name: v.string(), changes: byFigure })) }),
  /** Empty where there is no closed loop. */
  closedLoop: v.array(
    v.object({ name: v.string(), rounds: v.array(round), change: round, againstRandom: v.nullable(round) }),
  ),
  /** What depends on the machine: nothing else in the result does. */
  timing: v.object({
    seconds: v.number(),
    processes: v.number(),
    visitsPerSecond: v.number(),
    shoppersPerSecond: v.number(),
    /** Milliseconds to learn a choice. */
    updateMs: v.array(v.object({ name: v.string(), median: v.number(), p95: v.number() })),
  }),
});

/** What a simulation found. */
export type Simulation = v.InferOutput<typeof simulationSchema>;

/** Reads a result. @throws SidestreamError `runtime/invalid-input` when the text is none, or of another version */
export function parseSimulation(text: string): Simulation {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), simulationSchema), text);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new SidestreamError(
    'runtime/invalid-input',
    `The result cannot be used: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}. Simulate again with this version.`,
  );
}

/** One line of JSON; what is no number is null, others have 5 digits after the point. */
export const simulationLine = (simulation: Simulation): string =>
  JSON.stringify(simulation, (_, value) => (typeof value === 'number' ? Number(value.toFixed(5)) : value));

/** What was simulated. */
export interface Simulated extends Pick<Simulation, 'source' | 'sharedSecond' | 'setting' | 'seed' | 'items'> {
  /** Blocks of shoppers, each with the shops in the same order. */
  blocks: readonly (readonly ShopBlock[])[];
  /** Shop that is compared with the others. */
  compared: string;
  /** By shop: the blocks of each round. */
  loop: readonly LoopRun[];
  timing: Omit<Simulation['timing'], 'updateMs'>;
}

/** What the blocks say together. It depends on their order, not on which process simulated which. */
export function simulationOf({ blocks, compared, loop, timing, ...about }: Simulated): Simulation {
  const names = blocks[0].map(({ name }) => name);
  const ofShop = (name: string): ShopBlock[] => blocks.map((block) => block[names.indexOf(name)]);
  const others = names.filter((name) => name !== compared && names.includes(compared));
  const { sharedSecond } = about;
  return {
    ...{ schema: SIMULATION_SCHEMA, protocol: 'simulate', ...about },
    warnings: sharedSecond !== null && isOrderLog(sharedSecond) ? [simulatedOrdersText(sharedSecond)] : [],
    shoppers: blocks.reduce((sum, [{ records }]) => sum + records.length, 0),
    configurations: names.map((name) => configuration(name, ofShop(name))),
    comparison: {
      of: compared,
      against: others.map((name) => ({ name, changes: changesOf(ofShop(compared), ofShop(name)) })),
    },
    closedLoop: loopFigures(loop),
    timing: { ...timing, updateMs: names.flatMap((name) => updateTimes(name, ofShop(name))) },
  };
}

function configuration(name: string, blocks: readonly ShopBlock[]): Simulation['configurations'][number] {
  const joined = (pick: (block: ShopBlock) => Series | undefined): Interval[] => {
    const all = emptySeries();
    for (const block of blocks) addSeries(all, pick(block) ?? emptySeries());
    return all.count.map((n, step) => intervalOf(n, all.sum[step], all.squares[step]));
  };
  return {
    ...{ name, figures: figuresOf(blocks) },
    fit: KINDS.map((kind) => ({ kind, steps: joined(({ fit }) => fit[kind]) })).filter(({ steps }) => steps.length > 0),
    experts: joined(({ experts }) => experts),
  };
}

function intervalOf(n: number, sum: number, squares: number): Interval {
  const variance = Math.max(0, (squares - sum ** 2 / n) / (n - 1));
  return interval(sum / n, Math.sqrt(variance / n));
}

/** None where nothing is learned. */
function updateTimes(name: string, blocks: readonly ShopBlock[]): Simulation['timing']['updateMs'] {
  const sorted = blocks.flatMap(({ updateMs }) => updateMs).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  return [{ name, median: at(0.5), p95: at(0.95) }];
}
