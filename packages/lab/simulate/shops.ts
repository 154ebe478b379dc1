import { Learner, type LearnerCatalog, type LearnerOptions } from '../../../src/device/learner';
import { type CatalogIndex, inListOrder, type Placement, rank, scores, topRows } from '../../../src/device/ranking';
import { contentScores } from '../evaluate/methods';
import { randomOf } from './seeds';
import type { SimulatedShopper } from './shopper';

/** A shop from one shopper's perspective. */
interface ShopRun {
  /** Rows of the list, best first. @param chosen rows that it must not hold */
  list(chosen: ReadonlySet<number>): number[];
  /** Scores of every item, by which the list is ordered. Call it after `list`. */
  scores(): Float32Array;
  observe(row: number, time: number): void;
  /** Makes the new items available from now on. */
  grow(): void;
  /** Number of the shopper's kept experts, including the one that learns everything; null if none are learned. */
  experts(): number | null;
}

/** A configuration: the lists shown to shoppers, and whether the shop learns from them. */
export interface SimulatedShop {
  name: string;
  /** Whether choices are learned, which makes the learning time worth reporting. */
  learns: boolean;
  start(shopper: SimulatedShopper): ShopRun;
}

export interface ShopStock {
  /** Catalogues before and after the new items appear; equal without new items. */
  before: LearnerCatalog;
  after: LearnerCatalog;
  /** Created once for all learners: see `sharedLearning`. */
  featuresOf?: LearnerOptions['featuresOf'];
}

/** Names of the configurations, in the order of the tables. */
export const CONFIGURATIONS = ['random', 'popularity', 'content', 'terms', 'sidestream', 'oracle'] as const;
export type Configuration = (typeof CONFIGURATIONS)[number];

/** Length of the lists. */
const LIST = 10;

/** The shop of a configuration. `oracle` needs shoppers whose wishes are known. */
export function simulatedShop(name: Configuration, stock: ShopStock): SimulatedShop {
  const starts: Record<Configuration, SimulatedShop['start']> = {
    // A different random order of the catalogue in each list.
    random: ({ seed }) =>
      scoredRun(stock, ({ index }, list) => {
        const random = randomOf(seed, list + 1);
        return Float32Array.from(index.items, () => random());
      }),
    popularity: () => learnerRun(stock, { learns: false, placement: 'trending' }),
    content() {
      const choices: number[] = [];
      return scoredRun(
        stock,
        (catalog) => contentScores(catalog, choices),
        (row) => void choices.push(row),
      );
    },
    terms: () => learnerRun(stock, { learns: true, experts: false }),
    sidestream: () => learnerRun(stock, { learns: true }),
    // Ranks by the shopper's true wishes: no shop can do better.
    oracle: (shopper) =>
      scoredRun(stock, ({ index: { items } }, step) =>
        Float32Array.from((shopper.wishes(step) ?? new Float64Array(items.length)).subarray(0, items.length)),
      ),
  };
  return { name, learns: name === 'terms' || name === 'sidestream', start: starts[name] };
}

/**
 * A shop that learns nothing, and orders its items by scores.
 * @param scoresOf scores of the next list; lists are counted from 0
 */
function scoredRun(
  { before, after }: ShopStock,
  scoresOf: (catalog: LearnerCatalog, list: number) => Float32Array,
  observe: (row: number) => void = () => {},
): ShopRun {
  let catalog = before;
  let score: Float32Array = new Float32Array(0);
  let lists = 0;
  return {
    list(chosen) {
      score = scoresOf(catalog, lists++);
      return topRows(score, LIST, (row) => !chosen.has(row));
    },
    scores: () => score,
    observe,
    grow() {
      catalog = after;
    },
    experts: () => null,
  };
}

interface LearnerRunOptions extends Pick<LearnerOptions, 'experts'> {
  /** False: choices are not learned, so every shopper gets the same list. */
  learns: boolean;
  /** Default `for-you`. */
  placement?: Placement;
}

/** The learner and the lists of a shop's worker. */
function learnerRun(
  { before, after, featuresOf }: ShopStock,
  { learns, experts, placement = 'for-you' }: LearnerRunOptions,
): ShopRun {
  const learner = new Learner(before, { experts, featuresOf });
  let index: CatalogIndex = before.index;
  let events = 0;
  return {
    list(chosen) {
      const request = { placement, row: null, limit: LIST, exclude: chosen };
      return rank(index, learner.stateAt(), request).map(({ row }) => row);
    },
    // Before the first choice, every shopper gets the popular items.
    scores: () =>
      placement === 'trending' || learner.history.rows.length === 0
        ? index.logPopularity
        : inListOrder(index, learner.history, scores(learner.terms, learner.weightsAt())),
    observe(row, time) {
      if (learns) learner.observe({ id: ++events, type: 'click', itemId: index.items[row].id, time });
    },
    grow() {
      if (before === after) return;
      learner.setCatalog(after);
      index = after.index;
    },
    experts: () =>
      learns && experts !== false ? learner.status.experts.filter(({ state }) => state !== 'candidate').length : null,
  };
}
