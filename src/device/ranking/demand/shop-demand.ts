import { type Demand, type Item, popularityNow } from '../../../core/catalog';
import type { ShopperRecord } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { DueItems } from '../due-items';
import { repeatScores } from './repeat-scores';

/** Minimum share of repeats among a shop's purchases; below it, `again` is empty. */
const MIN_SHARE = 0.05;
/** Share from which `for-you` includes items that are due: one place in ten is then a repeat. */
const FOR_YOU_SHARE = 0.1;
/** An item is due from half its interval on, until eight have passed without a purchase. */
const [FROM, UNTIL] = [0.5, 8];

/** The data of lists from the shop's log, for the bundle's items in their order; items after them are unknown. */
export class ShopDemand {
  readonly #demand: Demand;

  constructor(demand: Demand) {
    this.#demand = demand;
  }

  /**
   * The items with current choices from the log as popularity, if no item of the shop's feed has a popularity; an item
   * without choices then has none.
   */
  withPopularity(items: Item[]): Item[] {
    if (items.some(({ popularity }) => popularity !== undefined)) return items;
    const now = popularityNow(this.#demand);
    return items.map((item, row) => ({ ...item, popularity: now[row] || undefined }));
  }

  /**
   * What sells now: log((x + 1) / (mean + 1)) of the recency-weighted choices x, 0 for an unknown item.
   * @returns [count]
   */
  trend(count: number): Float32Array {
    const { recent } = this.#demand;
    const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
    return Float32Array.from({ length: count }, (_, row) => Math.log(((recent[row] ?? mean) + 1) / (mean + 1)));
  }

  /**
   * Items that the shopper may buy again now; empty in a shop where less than 5 % of the purchases are repeats.
   * @param now milliseconds since the epoch
   * @param limit of the list
   * @param rule `repeats` of the request
   */
  due(
    index: Pick<CatalogIndex, 'items'>,
    { purchases }: Pick<ShopperRecord, 'purchases'>,
    now: number,
    limit: number,
    rule?: boolean,
  ): DueItems | null {
    const { repeats } = this.#demand;
    if (!repeats || repeats.share < MIN_SHARE) return null;
    const due = repeatScores(index, repeats, purchases, now).filter(
      ({ intervals }) => intervals >= FROM && intervals <= UNTIL,
    );
    const inForYou = rule ?? repeats.share >= FOR_YOU_SHARE;
    return {
      contributions: new Map(due.map(({ row, ...parts }) => [row, { repeats: parts.repeats, due: parts.due }])),
      places: inForYou ? Math.max(1, Math.round(repeats.share * limit)) : 0,
    };
  }
}
