import {
  type ContentBlend,
  concatTables,
  contentBlend,
  type FeatureTable,
  type Item,
  joinCompanions,
  joinDemand,
  joinSide,
  type Manifest,
  type OpenedHead,
  type Part,
  pickRows,
  placeByContent,
  type Shard,
  type StartWeights,
  withPopularity,
} from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';
import { SidestreamError } from '../../../error';
import { type CatalogIndex, catalogIndex, ShopDemand } from '../../ranking';
import type { LocalItem } from '../../store';
import type { ItemTexts } from './item-texts';
import type { OfferService, RulesFor } from './offers-and-rules';

/** Some items of the bundle, or one item that this device added. */
interface LoadedPart extends Part {
  items: readonly Item[];
  features: FeatureTable;
  positions: Uint32Array;
  local: LocalItem | null;
}

/** Number of best companions of an item for which shards are loaded. */
const MAX_BESIDE = 12;
/** Range of positions in the feed. */
const POSITIONS = 2 ** 32;

/**
 * The catalogue in the worker, indexed for ranking: the head of the bundle, then shards as they are loaded and items that this
 * device added. Rows keep their numbers, except in `evict` and `clearLocal`.
 */
export class Catalog {
  /** Null without offers, whose code is loaded with them. */
  offers: OfferService | null = null;
  /** Only the page's rules if the bundle has no rules file, whose code is loaded with it. */
  rulesFor: RulesFor = (_, own) => own;
  /** Null in a shop with one language: their code is loaded with them. */
  texts: ItemTexts | null = null;
  /** Ids of the items of each loaded shard, in its order; the shard that was requested last at the end. */
  readonly loadedShards = new Map<number, readonly string[]>();
  #parts: LoadedPart[];
  readonly #shopIds: Set<string>;
  /** Demand for the loaded items from the shop's log; null without one. */
  demand: ShopDemand | null = null;
  /** Offers replace items in it, changing only their prices and stock. */
  index: CatalogIndex;
  table: FeatureTable;
  /** Whether the shopper's choices can be learned: all items are loaded, if a page loads the whole bundle. */
  complete: boolean;

  /** @param variantsOf finds the variants of one product; absent if the catalogue has none */
  constructor(
    readonly bundle: OpenedHead,
    private readonly variantsOf?: (items: readonly Item[]) => CatalogIndex['variants'],
  ) {
    const { head, manifest } = bundle;
    this.complete = !manifest.shards.whole;
    this.#shopIds = new Set(head.items.map(({ id }) => id));
    this.#parts = [{ ...head, local: null }];
    this.table = head.features;
    this.index = this.#reindex();
  }

  get blend(): ContentBlend {
    return contentBlend(this.bundle.manifest);
  }

  get localItems(): LocalItem[] {
    return this.#parts.flatMap(({ local }) => local ?? []);
  }

  /** Number of items of the shop, loaded or not. */
  get count(): number {
    return this.bundle.manifest.count + this.localItems.length;
  }

  /** Whether all items of the shop are loaded. */
  get whole(): boolean {
    return this.index.items.length >= this.count;
  }

  /** Currency of the prices, as a code; undefined if unknown. */
  get currency(): string | undefined {
    return this.offers?.currency ?? (this.offers?.foreign ? undefined : this.bundle.manifest.currency);
  }

  /** Adds all items of a bundle that a page loads as a whole. */
  completeWith(shards: readonly Shard[]): void {
    this.grow(shards);
    this.complete = true;
  }

  get startWeights(): StartWeights | undefined {
    return this.bundle.manifest.side?.start;
  }

  /**
   * The shards with items that others chose with some items, unless they are loaded.
   * @param chosen rows with their weights
   * @param of row whose companions count. Default: all rows
   * @returns by shard, the largest weighted sum of lifts of one of its items
   */
  shardsBeside(chosen: readonly (readonly [row: number, weight: number])[], of?: number): Map<number, number> {
    const weights = new Map(chosen);
    const sums = new Map<number, { shard: number; lift: number; counts: boolean }>();
    let start = 0;
    for (const { items, places, companions } of this.#parts) {
      for (let n = 0; companions && n < items.length; n++) {
        const weight = weights.get(start + n);
        if (weight === undefined) continue;
        const place = places?.[n] ?? n;
        const end = Math.min(companions.offsets[place + 1], companions.offsets[place] + MAX_BESIDE);
        for (let at = companions.offsets[place]; at < end; at++) {
          const [shard, lift] = [companions.shards[at], weight * companions.lifts[at]];
          const key = 2 ** 16 * shard + companions.hashes[at];
          const known = sums.get(key) ?? { shard, lift: 0, counts: false };
          sums.set(key, {
            shard,
            lift: known.lift + lift,
            counts: known.counts || of === undefined || of === start + n,
          });
        }
      }
      start += items.length;
    }
    const best = new Map<number, number>();
    for (const { shard, lift, counts } of sums.values()) {
      if (counts && !this.loadedShards.has(shard)) best.set(shard, Math.max(best.get(shard) ?? 0, lift));
    }
    return best;
  }

  /** The shard of a loaded item; undefined for other items. */
  shardOf(id: string): number | undefined {
    let row = this.index.rowOf.get(id) ?? Number.POSITIVE_INFINITY;
    for (const { items, number, shards } of this.#parts) {
      if (row < items.length) return shards?.[row] ?? number;
      row -= items.length;
    }
    return undefined;
  }

  /** Adds items encoded on this device. Items of other encoders, or with an id that the shop uses, are skipped. */
  add(items: LocalItem[]): void {
    const { dim, taps } = this.table;
    for (const local of items) {
      const { item, values, scales } = local;
      if (!this.accepts(local)) continue;
      const features = { count: 1, dim, taps, values, scales };
      const part = { items: [item], features, positions: Uint32Array.of(POSITIONS - 1), local };
      const at = this.#parts.findIndex((other) => other.local?.item.id === item.id);
      if (at < 0) this.#parts.push(part);
      else this.#parts[at] = part;
    }
    this.index = this.#reindex();
  }

  /** Whether an item was encoded by the bundle's encoders and has an id that the shop does not use. */
  accepts({ item, encoders }: LocalItem): boolean {
    return encoders === encodersOf(this.bundle.manifest) && !this.#shopIds.has(item.id);
  }

  clearLocal(): void {
    this.#parts = this.#parts.filter(({ local }) => local === null);
    this.index = this.#reindex();
  }

  /** Adds items of the bundle that are not loaded yet. @returns whether anything was added */
  grow(shards: readonly Shard[]): boolean {
    const before = this.#parts.length;
    for (const shard of shards) {
      const ids = shard.items.map(({ id }) => id);
      if (shard.number !== undefined) this.loadedShards.set(shard.number, ids);
      const rows = [...shard.items.keys()].filter((row) => !this.index.rowOf.has(shard.items[row].id));
      const fresh = rows.filter((row) => !this.#shopIds.has(shard.items[row].id));
      if (fresh.length === 0) continue;
      for (const row of fresh) this.#shopIds.add(shard.items[row].id);
      this.#parts.push({ ...partOf(shard, fresh), local: null });
    }
    if (this.#parts.length === before) return false;
    this.index = this.#reindex();
    return true;
  }

  /** Notes that shards were requested, the most important first. */
  touch(shards: readonly number[]): void {
    for (const shard of shards.toReversed()) {
      const ids = this.loadedShards.get(shard);
      if (ids && this.loadedShards.delete(shard)) this.loadedShards.set(shard, ids);
    }
  }

  /** Removes shards, but not their items in the head and the given ones. The remaining items get new rows. */
  evict(shards: readonly number[], ids: ReadonlySet<string>): void {
    const [head, ...others] = this.#parts;
    const kept = others.flatMap((part): LoadedPart[] => {
      if (part.local) return [part];
      const rows = [...part.items.keys()].filter((row) => ids.has(part.items[row].id));
      for (const { id } of part.items) if (!ids.has(id)) this.#shopIds.delete(id);
      return rows.length > 0 ? [{ ...partOf(part, rows), local: null }] : [];
    });
    this.#parts = [head, ...kept];
    for (const shard of shards) this.loadedShards.delete(shard);
    this.index = this.#reindex();
  }

  /** Loads texts and offers of shards, before their items are there: no list may have a wrong language or old prices. Never rejects. */
  async follow(shards: readonly Shard[]): Promise<void> {
    await Promise.all([this.texts?.follow(shards), this.offers?.follow(shards)]);
  }

  /** How to show items in a language, by default the page's; see `ItemTexts`. */
  async shown(lang?: string): Promise<Shown> {
    return (await this.texts?.in(lang)) ?? ((item) => item);
  }

  find(id: string): Item | null {
    const row = this.index.rowOf.get(id);
    return row === undefined ? null : this.index.items[row];
  }

  /** @throws SidestreamError `runtime/unknown-item` */
  rowOf(itemId: string): number {
    const row = this.index.rowOf.get(itemId);
    if (row === undefined) {
      throw new SidestreamError(
        'runtime/unknown-item',
        `The catalogue has no item "${itemId}". Publish a new bundle, or check the id.`,
      );
    }
    return row;
  }

  #reindex(): CatalogIndex {
    this.table = concatTables(this.#parts.map(({ features }) => features));
    const all = this.#parts.flatMap(({ items }) => items);
    const { manifest, head } = this.bundle;
    const demand = joinDemand(this.#parts);
    this.demand = demand && new ShopDemand(demand);
    const table = joinCompanions(this.#parts);
    const { origin } = manifest.companions ?? {};
    const items = withPopularity(all, demand);
    const scale = manifest.count / POSITIONS;
    const index = catalogIndex(items, this.table, this.blend, {
      variants: this.variantsOf?.(items),
      cooccurrence: table && origin ? { ...table, origin } : table,
      trend: this.demand?.trend(all.length),
      similarCategory: manifest.similar?.category,
      statistics: head.statistics,
      shopCount: manifest.count,
      places: Float32Array.from(
        this.#parts.flatMap(({ positions }) => Array.from(positions, (place) => place * scale)),
      ),
    });
    const side = head.model && joinSide(head.model, this.#parts);
    const sided = { ...index, side: side && placeByContent(side.model, index.content, side.unknown) };
    // Last, because the statistics that standardise prices come from the bundle's own prices.
    return this.offers?.patched(sided) ?? sided;
  }
}

/** Some items of a part. @param rows their places in it */
function partOf(part: Shard & { places?: readonly number[] }, rows: readonly number[]): Omit<LoadedPart, 'local'> {
  return {
    ...part,
    items: rows.map((row) => part.items[row]),
    features: pickRows(part.features, [...rows]),
    positions: Uint32Array.from(rows, (row) => part.positions[row]),
    places: rows.map((row) => part.places?.[row] ?? row),
  };
}

/**
 * Everything that the features of an added item depend on: digests of the bundle's encoders and of its projections, with its
 * lexical encoder, as `text/image/projection`. Features are comparable only if these are the same.
 */
export function encodersOf({ modalities, projection }: Manifest): string {
  return `${modalities.text.digest}/${modalities.image.digest}/${projection.sha256}`;
}
