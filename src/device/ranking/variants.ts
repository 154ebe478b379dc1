import type { CatalogStatistics, Item } from '../../core/catalog';
import { productStatistics, type VariantGroups, variantGroups } from '../../core/catalog/variants';
import { kept } from '../../core/common/grouped';
import {
  type ChoiceHistory,
  EVENT_STRENGTH,
  type History,
  type LoggedEvent,
  NO_RECORD,
  type ShopperRecord,
} from '../../core/events';
import { columnScales, type FeatureBlock } from './feature-block';
import { OWN, type PriceRange, type VariantRequest } from './placement';
import { itemFilter } from './rules/filter';
import { strengthOf } from './rules/rules';

/** From best to worst. */
const AVAILABILITY = ['in-stock', 'preorder', 'out-of-stock'];

/** The variants of the products of a catalogue; null if every item is a separate product. */
export function productVariants(items: readonly Item[]): ProductVariants | null {
  const groups = variantGroups(items);
  return groups && new ProductVariants(groups, items);
}

/** How variants of one product are listed and learned as one. Its code is loaded late. */
export class ProductVariants {
  readonly of: VariantGroups['of'];
  readonly products: VariantGroups['products'];
  readonly popularity: VariantGroups['popularity'];

  /** @param items as they were when they were grouped */
  constructor(
    private readonly groups: VariantGroups,
    private readonly items: readonly Item[],
  ) {
    ({ of: this.of, products: this.products, popularity: this.popularity } = groups);
  }

  /**
   * Narrows a request to one variant of each product by excluding all other variants. Knowledge about a variant applies to
   * the whole product. Under the rule `variants: 'all'` only the product in view is excluded.
   * @param personal score of every item, used if the shopper has a history
   */
  narrow<S extends { history: ChoiceHistory; record?: ShopperRecord }, R extends VariantRequest>(
    items: readonly Item[],
    state: S,
    request: R,
    personal: Float32Array,
  ): { state: S; request: R } {
    const { history, record = NO_RECORD } = state;
    const { exclude, row, rules = {}, shownBefore = [], placement } = request;
    const known = {
      history: { ...history, dismissed: this.all(history.dismissed) },
      record: {
        owned: this.all(record.owned),
        cart: this.all(record.cart),
        picked: this.all(record.picked),
        purchases: record.purchases,
        timesShown: (at: number, now: number): number => record.timesShown(at, now),
      },
    };
    const inView = this.all(row === null ? [] : [row]);
    if (rules.variants === 'all') {
      return { state: { ...state, ...known }, request: { ...request, exclude: new Set([...exclude, ...inView]) } };
    }
    const excluded = this.all(exclude);
    for (const at of inView) excluded.add(at);
    const standing = new Map<readonly number[], number>();
    const choose = this.#choice(items, history.rows, request, history.rows.length > 0 ? personal : null);
    for (const product of this.products) {
      const rows = this.of[product];
      if (!rows) continue;
      const chosen = choose(rows);
      standing.set(rows, chosen);
      for (const other of rows) if (other !== chosen) excluded.add(other);
    }
    const shown = new Map<number, number>();
    known.record.timesShown = (at, now) => {
      const [product] = this.#rows(at);
      return kept(shown, product, () => this.#rows(at).reduce((all, other) => all + record.timesShown(other, now), 0));
    };
    // If the viewed variant is not listed, another one represents its product.
    if (placement === 'recent') known.history.rows = history.rows.map((at) => standing.get(this.#rows(at)) ?? at);
    return {
      state: { ...state, ...known },
      request: { ...request, exclude: excluded, shownBefore: this.all(shownBefore) },
    };
  }

  /** Statistics of the items, if they are the whole catalogue. */
  get statistics(): CatalogStatistics {
    return productStatistics(this.items, this.groups);
  }

  /**
   * Prices of the available variants of a row's product; undefined if they cost the same, or fewer than two have a price.
   * @param items with their current prices and stock
   */
  prices(items: readonly Item[], row: number): PriceRange | undefined {
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const other of this.#rows(row)) {
      const { price, availability } = items[other];
      if (price === undefined || availability === 'out-of-stock') continue;
      lowest = Math.min(lowest, price);
      highest = Math.max(highest, price);
    }
    return lowest < highest ? { lowest, highest } : undefined;
  }

  /** The first of some rows that belongs to the product of `row`; undefined if no row does. */
  among(rows: Iterable<number>, row: number): number | undefined {
    const variants = this.#rows(row);
    for (const other of rows) if (variants.includes(other)) return other;
    return undefined;
  }

  /** Represents each product among the choices by its first row; changes them in place. */
  merge(choices: number[]): void {
    const standing = new Map<number, number>();
    for (const [n, row] of choices.entries()) {
      const [product] = this.#rows(row);
      choices[n] = standing.get(product) ?? row;
      standing.set(product, choices[n]);
    }
  }

  /**
   * Applies an event that is already in the history to the whole product of its row: a choice ends the product's other
   * states.
   */
  note(history: History, { type, time }: Pick<LoggedEvent, 'type' | 'time'>, row: number): void {
    const chosen = EVENT_STRENGTH[type] > 0;
    for (const other of this.of[row] ?? []) {
      if (type === 'undismiss' || chosen) history.dismissed.delete(other);
      // The record only uses a click to end the item's impressions.
      if (chosen && other !== row) history.record.add({ type: 'click', time }, other, true, history.total);
    }
  }

  /** All variants of the products of some rows. */
  all(rows: Iterable<number>): Set<number> {
    return new Set(Array.from(rows, (row) => this.#rows(row)).flat());
  }

  /** Gives all variants of a product the value of the first; changed in place. */
  share(values: Float32Array): void {
    for (const rows of this.of) if (rows) for (const row of rows) values[row] = values[rows[0]];
  }

  /** Standardises a block again with equal weight for every product. In the catalog order, all variants share one place. */
  weigh({
    name,
    width,
    values: given,
    center,
    scale,
  }: FeatureBlock): Pick<FeatureBlock, 'values' | 'center' | 'scale'> {
    /** Mean per column. */
    const mean = (
      values: Float32Array,
      of: (value: number, column: number) => number,
      divisor: (row: number) => number,
    ): Float64Array => {
      const means = new Float64Array(width);
      for (let at = 0; at < values.length; at++) {
        const column = at % width;
        means[column] += of(values[at], column) / divisor((at - column) / width);
      }
      return means;
    };
    const square = (around: ArrayLike<number>) => (value: number, column: number) => (value - around[column]) ** 2;
    const { length: count } = this.of;
    const before = mean(given, square(center), () => count).map((variance, column) => variance * scale[column] ** 2);
    const weight = Math.sqrt(before.reduce((sum, part) => sum + part, 0));
    const products = (row: number): number => this.groups.divisors[row];
    // Neighbours in the catalogue are its products, not the variants of one.
    const values = name.startsWith('place ') ? this.#ofFirst(given, width) : given;
    const around = Float32Array.from(mean(values, (value) => value, products));
    return { values, center: around, scale: columnScales(mean(values, square(around), products), weight) };
  }

  /**
   * All rows but the alternatives of a choice: the chosen row, and the first variant of each product that is not in `gone`.
   * @param gone rows of products that were not available for the choice
   */
  beside(chosen: number, gone: readonly number[]): number[] {
    const left = new Set([chosen, ...gone].map((row) => this.#rows(row)[0]));
    const competing = new Set([...this.products.filter((product) => !left.has(product)), chosen]);
    return [...this.of.keys()].filter((row) => !competing.has(row));
  }

  /** @param values [count * width] */
  #ofFirst(values: Float32Array, width: number): Float32Array {
    const shared = new Float32Array(values.length);
    for (const row of this.of.keys()) {
      const first = this.#rows(row)[0] * width;
      shared.set(values.subarray(first, first + width), row * width);
    }
    return shared;
  }

  #rows(row: number): readonly number[] {
    return this.of[row] ?? [row];
  }

  /**
   * The variant that represents a product, among those that match the filter and may be listed: a pinned one; else one in
   * stock before one on preorder or sold out; in lists of the shopper's own items, the variant that the list is about; the
   * one that the shop boosts most; the one that fits the visit's hints best; the one with the highest personal score; the
   * cheapest; the first in the catalogue.
   */
  #choice(
    items: readonly Item[],
    history: readonly number[],
    { placement, repeatable, rules = {}, limit, hints }: VariantRequest,
    personal: Float32Array | null,
  ): (rows: readonly number[]) => number {
    const { filter, excludeOutOfStock = true, boost = [], bury = [], pin = [] } = rules;
    const fits = filter ? itemFilter(filter) : () => true;
    const available = (row: number): boolean => !excludeOutOfStock || items[row].availability !== 'out-of-stock';
    const admits = (row: number): boolean => available(row) && fits(items[row]);
    const bought = placement === 'again' || placement === 'for-you' ? [...(repeatable?.gains.keys() ?? [])] : [];
    const own = new Set(placement === 'recent' ? history : bought);
    const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
    const rowOf = new Map(pin.length > 0 ? items.map(({ id }, row) => [id, row]) : []);
    const pinned = new Map<number, number>();
    for (const { itemId, position } of OWN.includes(placement) ? [] : pin) {
      const row = rowOf.get(itemId);
      if (row !== undefined && available(row) && position < limit && !pinned.has(position)) pinned.set(position, row);
    }
    const availability = (row: number): number => AVAILABILITY.indexOf(items[row].availability);
    const lift = (row: number): number => boosted(items[row]) - buried(items[row]);
    const price = (row: number): number => items[row].price ?? Number.MAX_VALUE;
    /** Below 0 if `a` comes before `b`; the most important difference decides. */
    const compare = (a: number, b: number): number =>
      Number(admits(b)) - Number(admits(a)) ||
      availability(a) - availability(b) ||
      Number(own.has(b)) - Number(own.has(a)) ||
      lift(b) - lift(a) ||
      (hints ? hints.lifts[b] - hints.lifts[a] : 0) ||
      (personal ? personal[b] - personal[a] : 0) ||
      price(a) - price(b);
    return (rows) => {
      const first = [...pinned.values()].find((row) => rows.includes(row));
      if (first !== undefined) return first;
      let [best] = rows;
      for (const row of rows) if (compare(row, best) < 0) best = row;
      return best;
    };
  }
}
