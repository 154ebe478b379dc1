import { type CatalogIndex, rankOf } from '../../../src/device/ranking';
import { percentilesOf, selfInformation } from '../evaluate/list-quality';
import { qualityOf } from '../evaluate/quality';
import type { SimulatedShopper } from './shopper';
import type { SimulatedShop } from './shops';

/** Knowledge about the items before the shoppers arrive. */
export type Market = ReturnType<typeof marketOf>;

/**
 * @param index all items, with the later ones at the end
 * @param popularity [items] past choices; an item without any is new
 */
export const marketOf = (index: Pick<CatalogIndex, 'content'>, popularity: Float32Array) => ({
  index,
  selfInformation: selfInformation(popularity),
  percentile: percentilesOf(popularity),
  /** Whether nobody had chosen an item. */
  isNew: (row: number): boolean => popularity[row] === 0,
});

/** Sums over a visit; a figure is a ratio of two sums, see `figures.ts`. Null: it does not apply to this shopper. */
export interface VisitRecord {
  hr10: number | null;
  ndcg10: number | null;
  mrr: number | null;
  /** Share of the lists with a click. */
  clicks: number;
  /** `hr10` of a shopper whose taste stays the same. */
  steady: number | null;
  /** Choices until the first, the second, the gradual and the returning taste were listed; `MAX_ADAPTATION` if never. */
  start: number | null;
  adaptation: number | null;
  gradual: number | null;
  returned: number | null;
  /** Fit of the lists right before the first taste left and right after it returned, 0 to 1. */
  fitBefore: number | null;
  fitAfter: number | null;
  novelty: number;
  popularityBias: number;
  diversity: number;
  /** Number of sought new items, and of those among the first ten. */
  newWants: number;
  newHits: number;
  /** Experts kept at the end. */
  experts: number | null;
}

/** Choices after which a list that has not followed counts as never following. */
export const MAX_ADAPTATION = 20;
/** Number of choices before a taste leaves, and after it returns, that measure how much of it was retained. */
const RETENTION_CHOICES = 5;
/** A taste counts as listed when this share of the list fits: 3 of 10, while chance yields half an item. */
export const LISTED = 0.3;

/**
 * Sends a shopper through a shop. At each step, the shop shows a list; the sought item is ranked in it; the shopper clicks
 * something in the list or otherwise chooses the sought item; the shop learns the choice.
 */
export function visitShop(shop: SimulatedShop, shopper: SimulatedShopper, market: Market) {
  const run = shop.start(shopper);
  const ranks: number[] = [];
  const chosen = new Set<number>();
  /** Rows of the list at each step, and rows chosen, in order. */
  const [lists, choices]: [number[][], number[]] = [[], []];
  /** By step: fit of the list, and number of kept experts; milliseconds that learning each choice took. */
  const [fit, experts, updateMs]: [number[], (number | null)[], number[]] = [[], [], []];
  const listed = { clicks: 0, novelty: 0, percentile: 0, diversity: 0 };
  const news = { newWants: 0, newHits: 0 };
  const steps = shopper.wants.length;
  for (let step = 0; step < steps; step++) {
    if (step === shopper.arrival) run.grow();
    const list = run.list(chosen);
    lists.push(list);
    fit.push(shopper.fit(list, step, chosen));
    experts.push(run.experts());
    listed.novelty += meanOf(list, (row) => market.selfInformation[row]);
    listed.percentile += meanOf(list, (row) => market.percentile[row]);
    listed.diversity += 1 - meanCosine(market.index, list);
    const want = chosen.has(shopper.wants[step]) ? shopper.instead(step, chosen) : shopper.wants[step];
    if (want !== null && shopper.ranked) {
      const rank = rankOf(run.scores(), want, chosen);
      ranks.push(rank);
      if (market.isNew(want)) {
        news.newWants++;
        news.newHits += Number(rank <= 10);
      }
    }
    const click = shopper.click(list, step);
    if (click !== null) listed.clicks++;
    // A repeated choice of a log is also learned.
    const choice = click ?? want ?? (shopper.wishes(step) ? null : shopper.wants[step]);
    if (choice === null) continue;
    const started = performance.now();
    run.observe(choice, shopper.times[step]);
    updateMs.push(performance.now() - started);
    choices.push(choice);
    chosen.add(choice);
  }
  const { hr10, ndcg10, mrr, events } = qualityOf(ranks);
  const ranked = (value: number): number | null => (events > 0 ? value : null);
  const { novelty, percentile, diversity } = listed;
  const record: VisitRecord = {
    hr10: ranked(hr10),
    ndcg10: ranked(ndcg10),
    mrr: ranked(mrr),
    steady: shopper.kind === 'steady' ? ranked(hr10) : null,
    clicks: listed.clicks / steps,
    ...changesOf(shopper, fit),
    novelty: novelty / steps,
    diversity: diversity / steps,
    popularityBias: percentile / steps - meanOf(shopper.wants, (row) => market.percentile[row]),
    ...news,
    experts: run.experts(),
  };
  return { record, lists, choices, fit, experts, updateMs };
}

type Changes = Pick<VisitRecord, 'start' | 'adaptation' | 'gradual' | 'returned' | 'fitBefore' | 'fitAfter'>;

/** How lists followed the taste. */
function changesOf({ kind, shift, back }: SimulatedShopper, fit: readonly number[]): Changes {
  const until = (from: number | null): number | null => {
    if (from === null || fit.length - from < MAX_ADAPTATION) return null;
    const found = fit.slice(from, from + MAX_ADAPTATION).findIndex((value) => value >= LISTED);
    return found === -1 ? MAX_ADAPTATION : found;
  };
  const mean = (from: number): number => meanOf(fit.slice(from, from + RETENTION_CHOICES), (value) => value);
  return {
    start: kind === 'spliced' ? null : until(0),
    adaptation: kind === 'gradual' ? null : until(shift),
    gradual: kind === 'gradual' ? until(shift) : null,
    returned: until(back),
    fitBefore: back === null || shift === null ? null : mean(shift - RETENTION_CHOICES),
    // The first list after the return was made before the return was observable.
    fitAfter: back === null ? null : mean(back + 1),
  };
}

function meanOf<T>(values: readonly T[], of: (value: T) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return values.length > 0 ? sum / values.length : 0;
}

/** Mean content similarity of the pairs of a list: from the length of the sum of its vectors. */
function meanCosine({ content: { width, values } }: Market['index'], list: readonly number[]): number {
  let [ofSum, own] = [0, 0];
  for (let d = 0; d < width; d++) {
    let sum = 0;
    for (const row of list) {
      const value = values[row * width + d];
      sum += value;
      own += value * value;
    }
    ofSum += sum * sum;
  }
  const n = list.length;
  return n > 1 ? (ofSum - own) / (n * (n - 1)) : 0;
}
