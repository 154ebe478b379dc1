import { type Bundle, contentBlend, pickRows } from '../../../src/core/catalog';
import { kept } from '../../../src/core/common/grouped';
import { type LearnerCatalog, sharedLearning } from '../../../src/device/learner';
import { catalogIndex } from '../../../src/device/ranking';
import { invalidInput } from '../../../src/error';
import { choicesFrom, cooccurrenceTable, type Interaction } from '../../shop/training/interactions';
import { wantedMethods } from '../evaluate/methods';
import { choicesOf, popularityOf } from './closed-loop';
import type { Ground } from './ground';
import { simulatedShopper, TASTE_CHANGES, VISIT } from './shopper';
import { CONFIGURATIONS, type Configuration, type ShopStock } from './shops';
import { marketOf } from './visit';
import { makeWorld, newItemsLast } from './world';

/** Share of the catalogue that appears during the visits. */
const NEW_SHARE = 0.1;
/** Number of rounds of the closed loop, which together have as many shoppers as the comparison. */
const ROUNDS = 8;
/**
 * Number of earlier shoppers, who found everything themselves: they form the shop's knowledge, however many shoppers are
 * simulated.
 */
const PAST_SHOPPERS = 500;
/** The initial log of the closed loop has as many shoppers as this many rounds, so the rounds can change it. */
const PAST_ROUNDS = 4;
/** Shops whose lists feed back into their log. */
const LOOP: readonly Configuration[] = ['random', 'popularity', 'content', 'sidestream'];
/** Fewer items leave no room for tastes that differ. */
const MIN_ITEMS = 40;
/** Cohorts: the earlier shoppers, the shoppers of the comparison, and the shoppers of the first round. */
const [PAST, MAIN, FIRST_ROUND] = [0, 1, 2];

/** Simulated shoppers and their shop. */
export interface SimulatedOptions {
  /** By product. */
  bundle: Pick<Bundle, 'items' | 'features' | 'manifest'>;
  shoppers: number;
  seed: number;
  /** Configurations; all when absent. */
  methods?: readonly string[];
  /** Whether a closed loop is also run. Default true. */
  closedLoop?: boolean;
}

/**
 * Simulated shoppers and a simulated past of the same shop: the past choices form the shop's knowledge, popularity and
 * co-occurrence, as `sidestream train --companions-only` counts them.
 * @throws SidestreamError `runtime/invalid-input` for a catalogue of fewer than 40 items, or an unknown configuration
 */
export function simulatedGround(options: SimulatedOptions): Ground {
  const { bundle, shoppers, seed, closedLoop = true } = options;
  const count = bundle.items.length;
  if (count < MIN_ITEMS) {
    throw invalidInput(
      `Simulated shoppers need a catalogue of ${MIN_ITEMS} items or more, and this one has ${count}. Simulate with a larger bundle.`,
    );
  }
  const blend = contentBlend(bundle.manifest);
  const { order, known } = newItemsLast(count, NEW_SHARE, seed);
  const items = order.map((row) => ({ ...bundle.items[row], popularity: undefined }));
  const features = pickRows(bundle.features, order);
  const whole = catalogIndex(items, features, blend);
  const world = makeWorld(whole, known, seed);

  const cohort = Math.ceil(shoppers / ROUNDS);
  const { part } = VISIT;
  const steady = (number: number, n: number) =>
    simulatedShopper(world, 'steady', [number, n], { part, arrival: Number.POSITIVE_INFINITY }, part);
  const before = Array.from({ length: PAST_SHOPPERS }, (_, n) => steady(PAST, n).wants);
  const past = inTurns(before);
  const popularity = popularityOf(past, count);

  /** The knowledge that the shop learned from its past; popularity may be overridden. */
  const learned = once(() => cooccurrenceTable(choicesFrom(past), count));
  const catalog = (rows: number, popular: Float32Array): LearnerCatalog => {
    const cooccurrence = learned();
    const table = pickRows(
      features,
      Array.from({ length: rows }, (_, row) => row),
    );
    const own = items.slice(0, rows).map((item, row) => ({ ...item, popularity: popular[row] || undefined }));
    const options = { cooccurrence: rows < count ? cut(cooccurrence, rows) : cooccurrence };
    return { index: catalogIndex(own, table, blend, options), table, blend };
  };
  const { featuresOf } = sharedLearning();
  const stock = once(
    (): ShopStock => ({ before: catalog(known, popularity), after: catalog(count, popularity), featuresOf }),
  );
  /** Catalogues of the current rounds: all blocks of a round share one. */
  const latest = new Map<string, LearnerCatalog>();
  const configurations = wantedMethods(options, CONFIGURATIONS, undefined, 'configuration');
  return {
    source: 'synthetic',
    sharedSecond: null,
    items: count,
    configurations,
    shoppers,
    stock: async () => stock(),
    market: marketOf(whole, choicesOf(past, count)),
    setting: `${shoppers} simulated shoppers, ${3 * part} choices each, in a catalogue of ${count} items, of which ${count - known} appear at choice ${VISIT.arrival + 1}; a quarter each with a steady taste, one that changes abruptly at choice ${part + 1}, one that changes slowly from there, and one that differs from there to choice ${2 * part}; the shop has learned from ${past.length} choices without lists`,
    shopper: (n) => simulatedShopper(world, TASTE_CHANGES[n % TASTE_CHANGES.length], [MAIN, n]),
    loop: closedLoop
      ? {
          configurations: LOOP.filter((name) => configurations.includes(name)),
          rounds: ROUNDS,
          cohort,
          steps: part,
          past: inTurns(before.slice(0, PAST_ROUNDS * cohort)),
          shopper: (round, n) => steady(FIRST_ROUND + round, n),
          async stock({ name, round, popularity: popular }) {
            const now = kept(latest, `${name} ${round}`, () => catalog(known, popular));
            if (latest.size > LOOP.length) latest.delete([...latest.keys()][0]);
            return { before: now, after: now, featuresOf };
          },
        }
      : null,
  };
}

/** The first choice of every shopper, then the second of each, and so on. */
const inTurns = (streams: readonly (readonly number[])[]): Interaction[] =>
  (streams[0] ?? []).flatMap((_, step) =>
    streams.map((rows, n) => ({ user: `past-${n}`, row: rows[step], time: step * streams.length + n })),
  );

type Cooccurrence = ReturnType<typeof cooccurrenceTable>;

/** The table of the first items; the others were never chosen, so nothing is lost. */
const cut = ({ offsets, rows, lifts }: Cooccurrence, count: number): Cooccurrence => ({
  count,
  offsets: offsets.slice(0, count + 1),
  rows,
  lifts,
});

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
