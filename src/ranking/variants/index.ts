import type { CatalogStatistics, Item } from '../../catalog';
import { productStatistics, type VariantGroups, variantGroups } from '../../catalog/variants';
import { OWN } from '../placement';
import type { ProductVariants, VariantRequest, VariantShopper } from '../product-variants';
import { strengthOf } from '../rules/apply-boosts';
import { itemFilter } from '../rules/item-filter';

/** From best to worst. */
const AVAILABILITY = ['in-stock', 'preorder', 'out-of-stock'];

/** The variants of the products of a catalogue; null where each item is a product of its own. */
export function productVariants(items: readonly Item[]): ProductVariants | null {
  const groups = variantGroups(items);
  return groups && new Variants(groups, items);
}

class Variants implements ProductVariants {
  readonly of: VariantGroups['of'];
  readonly products: VariantGroups['products'];
  readonly divisors: VariantGroups['divisors'];
  readonly popularity: VariantGroups['popularity'];

  readonly #items: readonly Item[];
  readonly #groups: VariantGroups;
  #statistics: CatalogStatistics | null = null;

  constructor(groups: VariantGroups, items: readonly Item[]) {
    const { of, products, divisors, popularity } = groups;
    this.#groups = groups;
    this.#items = items;
    this.of = of;
    this.products = products;
    this.divisors = divisors;
    this.popularity = popularity;
  }

  narrow<R extends VariantRequest>(
    items: readonly Item[],
    { history, record }: VariantShopper,
    request: R,
    personal: Float32Array | null,
  ): { shopper: VariantShopper; request: R } {
    const { exclude, row, rules = {}, shownBefore = [], placement } = request;
    const known: VariantShopper = {
      history: { ...history, dismissed: this.all(history.dismissed) },
      record: {
        owned: this.all(record.owned),
        cart: this.all(record.cart),
        purchases: record.purchases,
        timesShown: (at, now) => record.timesShown(at, now),
      },
    };
    const inView = this.all(row === null ? [] : [row]);
    if (rules.variants === 'all') {
      return { shopper: known, request: { ...request, exclude: new Set([...exclude, ...inView]) } };
    }
    const others = new Set<number>();
    const standing = new Map<number, number>();
    const choose = this.#choice(items, history.rows, request, personal);
    for (const product of this.products) {
      const rows = this.of[product];
      if (!rows) continue;
      const chosen = choose(rows);
      for (const other of rows) {
        if (other !== chosen) others.add(other);
        standing.set(other, chosen);
      }
    }
    const shown = new Map<number, number>();
    known.record.timesShown = (at, now) => {
      const product = this.of[at]?.[0] ?? at;
      const sum = shown.get(product) ?? this.#rows(at).reduce((all, other) => all + record.timesShown(other, now), 0);
      shown.set(product, sum);
      return sum;
    };
    // Where the variant looked at is not listed, another one stands for its product.
    if (placement === 'recent') known.history.rows = history.rows.map((at) => standing.get(at) ?? at);
    return {
      shopper: known,
      request: {
        ...request,
        exclude: new Set([...this.all(exclude), ...inView, ...others]),
        shownBefore: this.all(shownBefore),
      },
    };
  }

  get statistics(): CatalogStatistics {
    this.#statistics ??= productStatistics(this.#items, this.#groups);
    return this.#statistics;
  }

  first(rows: readonly number[]): number[] {
    return rows.map((row) => this.of[row]?.[0] ?? row);
  }

  all(rows: Iterable<number>): Set<number> {
    return new Set(Array.from(rows, (row) => this.#rows(row)).flat());
  }

  share(values: Float32Array): void {
    for (const rows of this.of) if (rows) for (const row of rows) values[row] = values[rows[0]];
  }

  candidates(chosen: number, gone: readonly number[]): number[] {
    const left = new Set(this.first(gone));
    const [own] = this.first([chosen]);
    const rows = this.products.filter((product) => product !== own && !left.has(product));
    return [...rows, chosen];
  }

  beside(chosen: number, gone: readonly number[]): number[] {
    const competing = new Set(this.candidates(chosen, gone));
    return [...this.of.keys()].filter((row) => !competing.has(row));
  }

  #rows(row: number): readonly number[] {
    return this.of[row] ?? [row];
  }

  /**
   * Which variant of a product stands for it, of those that fit the filter and may be listed: a pinned one; else one in stock
   * before one that can be ordered or is sold out; in lists of the shopper's own items what they are about; the one that the
   * shop boosts most; the one with the highest personal score; the cheapest; the first of the catalogue.
   */
  #choice(
    items: readonly Item[],
    history: readonly number[],
    { placement, due, rules = {}, limit }: VariantRequest,
    personal: Float32Array | null,
  ): (rows: readonly number[]) => number {
    const { filter, excludeOutOfStock = true, boost = [], bury = [], pin = [] } = rules;
    const fits = filter ? itemFilter(filter) : () => true;
    const available = (row: number): boolean => !excludeOutOfStock || items[row].availability !== 'out-of-stock';
    const admits = (row: number): boolean => available(row) && fits(items[row]);
    const bought = placement === 'again' || placement === 'for-you' ? [...(due?.contributions.keys() ?? [])] : [];
    const own = new Set(placement === 'recent' ? history : bought);
    const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
    const rowOf = new Map(pin.length > 0 ? items.map(({ id }, row) => [id, row]) : []);
    const pinned = new Map<number, number>();
    for (const { itemId, position } of OWN.includes(placement) ? [] : pin) {
      const row = rowOf.get(itemId);
      if (row !== undefined && available(row) && position < limit && !pinned.has(position)) pinned.set(position, row);
    }
    /** The most important first; the lowest is best. */
    const order = (row: number): number[] => [
      admits(row) ? 0 : 1,
      AVAILABILITY.indexOf(items[row].availability),
      own.has(row) ? 0 : 1,
      buried(items[row]) - boosted(items[row]),
      personal ? -personal[row] : 0,
      items[row].price ?? Number.MAX_VALUE,
    ];
    return (rows) => {
      const first = [...pinned.values()].find((row) => rows.includes(row));
      if (first !== undefined) return first;
      let [best, least] = [rows[0], order(rows[0])];
      for (const row of rows.slice(1)) {
        const own = order(row);
        const at = own.findIndex((value, n) => value !== least[n]);
        if (own[at] < least[at]) [best, least] = [row, own];
      }
      return best;
    };
  }
}
