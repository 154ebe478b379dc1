import {
  type Bundle,
  type ContentBlend,
  type ContentVectors,
  type CooccurrenceTable,
  concatTables,
  contentBlend,
  type FeatureTable,
  type Item,
  type ItemsPart,
  type Manifest,
  pickRows,
  placeByContent,
  type SideModel,
} from '../../core/catalog';
import type { Shown } from '../../core/catalog/locales';
import { SidestreamError } from '../../error';
import { type CatalogIndex, catalogIndex, type Placement, type Rules, type ShopDemand } from '../ranking';
import type { LocalItem } from '../store';
import type { ClusterLearned } from './cluster-learned';
import type { ItemTexts } from './item-texts';

/** Replacement for the items' own prices and stock. */
export interface LiveOffers {
  /** Currency of the prices, as a code; undefined if unknown. */
  readonly currency?: string;
  /** Whether the prices belong to another market than the bundle's. */
  readonly foreign: boolean;
  /** The item at its present price and stock. */
  joined(item: Item): Item;
  /** The index with all its items at their present prices and stock. */
  patched(index: CatalogIndex): CatalogIndex;
}

/**
 * The rules of the bundle's file that now apply to a placement, or, with null, to one of the shop's own lists; the page's
 * rules replace rules with the same names.
 */
export type RulesFor = (placement: Placement | null, own: Rules) => Rules;

/** Some items of the bundle, or one item that this device added, with features. */
interface LoadedPart extends ItemsPart {
  /** Places of the items in their cluster; absent if they belong to no single one. */
  places?: readonly number[];
  local: LocalItem | null;
}

/**
 * The catalogue in the worker, indexed for ranking: the bundle's items, then items that this device added and clusters of
 * a large catalogue as they are loaded. Rows keep their numbers, except in `keepOnly` and `clearLocal`.
 */
export class LoadedCatalog {
  readonly bundle: Bundle;
  /** Null without offers, whose code is loaded with them. */
  offers: LiveOffers | null = null;
  /** Only the page's rules if the bundle has no rules file, whose code is loaded with it. */
  rulesFor: RulesFor = (_, own) => own;
  /** Null in a shop with one language: their code is loaded with them. */
  texts: ItemTexts | null = null;
  /** Null without clusters, whose code is loaded with them. */
  clusterLearned: ClusterLearned | null = null;
  #parts: LoadedPart[];
  readonly #shopIds: Set<string>;
  #cooccurrence: CooccurrenceTable | null = null;
  #side: SideModel | null = null;
  #demand: ShopDemand | null = null;
  /** Offers replace items in it, changing only their prices and stock. */
  index: CatalogIndex;
  #table: FeatureTable;
  #complete: boolean;
  readonly #variantsOf: ((items: readonly Item[]) => CatalogIndex['variants']) | undefined;

  /** @param variantsOf finds the variants of one product; absent if the catalogue has none */
  constructor(bundle: Bundle, variantsOf?: (items: readonly Item[]) => CatalogIndex['variants']) {
    this.#variantsOf = variantsOf;
    const { items, features } = bundle;
    this.bundle = bundle;
    this.#complete = !bundle.loadFeatures;
    this.#shopIds = new Set(items.map(({ id }) => id));
    this.#parts = [{ items, features, local: null }];
    this.#table = features;
    this.index = this.#reindex();
  }

  get table(): FeatureTable {
    return this.#table;
  }

  get blend(): ContentBlend {
    return contentBlend(this.bundle.manifest);
  }

  get localItems(): LocalItem[] {
    return this.#parts.flatMap(({ local }) => local ?? []);
  }

  /** Number of items of the shop, loaded or not. */
  get count(): number {
    return this.bundle.statistics ? this.bundle.manifest.count + this.localItems.length : this.index.items.length;
  }

  /** Currency of the prices, as a code; undefined if unknown. */
  get currency(): string | undefined {
    return this.offers?.currency ?? (this.offers?.foreign ? undefined : this.bundle.manifest.currency);
  }

  /** Whether it has the features of the items that it was opened with. Until then these count as items without features. */
  get complete(): boolean {
    return this.#complete;
  }

  setFeatures(features: FeatureTable): void {
    this.#parts[0] = { ...this.#parts[0], features };
    this.#complete = true;
    this.index = this.#reindex();
  }

  get startWeights(): Readonly<Record<string, number>> | undefined {
    return this.bundle.manifest.side?.weights;
  }

  /** Sets the side model of the bundle's items. Items that this device adds are placed by their content. */
  setSide(side: SideModel): void {
    this.#side = side;
    this.index = { ...this.index, side: this.#sideOf(this.index.content) };
  }

  setCooccurrence(cooccurrence: CooccurrenceTable): void {
    this.#cooccurrence = cooccurrence;
    // Nothing else in the index depends on it.
    this.index = { ...this.index, cooccurrence };
  }

  /** Demand for the bundle's items from the shop's log; null while unknown. */
  get demand(): ShopDemand | null {
    return this.#demand;
  }

  setDemand(demand: ShopDemand): void {
    this.#demand = demand;
    this.index = this.#reindex();
  }

  /** The clusters of a large catalogue with the items that others chose with the items at some rows, the best first. */
  clustersBeside(rows: readonly number[]): number[] {
    return this.clusterLearned?.clustersBeside(this.#parts, new Set(rows)) ?? [];
  }

  /** Adds items encoded on this device. Items of other encoders, or with an id that the shop uses, are skipped. */
  add(items: LocalItem[]): void {
    const { dim, taps } = this.#table;
    for (const local of items) {
      const { item, values, scales } = local;
      if (!this.accepts(local)) continue;
      const part = { items: [item], features: { count: 1, dim, taps, values, scales }, local };
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

  /** Adds items of the bundle that are not loaded yet, and what training made for loaded ones. @returns whether anything was added */
  grow(parts: readonly ItemsPart[]): boolean {
    const before = this.index.items.length;
    for (const { items, features, cluster } of parts) {
      const rows = [...items.keys()].filter((row) => !this.index.rowOf.has(items[row].id));
      const fresh = rows.filter((row) => !this.#shopIds.has(items[row].id));
      if (fresh.length === 0) continue;
      for (const row of fresh) this.#shopIds.add(items[row].id);
      const own = { items: fresh.map((row) => items[row]), features: pickRows(features, fresh) };
      this.#parts.push({ ...own, cluster, places: fresh, local: null });
    }
    const grown = this.#parts.reduce((sum, { items }) => sum + items.length, 0) > before;
    if (!grown && !this.clusterLearned?.changed) return false;
    this.index = this.#reindex();
    return true;
  }

  /** Removes the bundle's items except the initial and the given ones. The remaining items get new rows. */
  keepOnly(ids: ReadonlySet<string>): void {
    const [head, ...others] = this.#parts;
    const kept = others.flatMap((part): LoadedPart[] => {
      if (part.local) return [part];
      const rows = [...part.items.keys()].filter((row) => ids.has(part.items[row].id));
      for (const { id } of part.items) if (!ids.has(id)) this.#shopIds.delete(id);
      if (rows.length === 0) return [];
      const own = { items: rows.map((row) => part.items[row]), features: pickRows(part.features, rows) };
      return [{ ...part, ...own, places: rows.map((row) => part.places?.[row] ?? row) }];
    });
    this.#parts = [head, ...kept];
    const left = new Set(kept.map(({ cluster }) => cluster));
    const gone = others.flatMap(({ cluster }) => (cluster === undefined || left.has(cluster) ? [] : [cluster]));
    this.clusterLearned?.drop(gone);
    this.index = this.#reindex();
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
    this.#table = concatTables(this.#parts.map(({ features }) => features));
    const all = this.#parts.flatMap(({ items }) => items);
    const learned = this.clusterLearned?.join(this.#parts);
    if (learned) [this.#cooccurrence, this.#demand] = [learned.cooccurrence, learned.demand];
    const items = this.#demand?.withPopularity(all) ?? all;
    const index = catalogIndex(items, this.#table, this.blend, {
      variants: this.#variantsOf?.(items),
      cooccurrence: this.#cooccurrence,
      trend: this.#demand?.trend(all.length),
      similarCategory: this.bundle.manifest.similar?.category,
      statistics: this.bundle.statistics ?? undefined,
    });
    const sided = { ...index, side: this.#sideOf(index.content, learned?.side) };
    // Last, because the statistics that standardise prices come from the bundle's own prices.
    return this.offers?.patched(sided) ?? sided;
  }

  /** @param joined the model of a large catalogue's loaded items */
  #sideOf(content: ContentVectors, joined?: { model: SideModel; unknown: number[] } | null): SideModel | null {
    if (joined) return placeByContent(joined.model, content, joined.unknown);
    return this.#side && placeByContent(this.#side, content);
  }
}

/**
 * Everything that the features of an added item depend on: digests of the bundle's encoders and of its projections, with its
 * lexical encoder, as `text/image/projection`. Features are comparable only if these are the same.
 */
export function encodersOf({ modalities, projection }: Manifest): string {
  return `${modalities.text.digest}/${modalities.image.digest}/${projection.sha256}`;
}
