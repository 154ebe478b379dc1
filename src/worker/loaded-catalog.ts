import {
  type Bundle,
  type CompanionTable,
  type ContentBlend,
  categoryPaths,
  concatTables,
  contentBlend,
  type FeatureTable,
  type Item,
  type ItemsPart,
  inCategory,
  type Manifest,
  pickRows,
} from '../catalog';
import { SidestreamError } from '../error';
import type { BrowseRequest, BrowseResponse } from '../protocol';
import { type CatalogueIndex, catalogueIndex } from '../ranking';
import type { LocalItem } from '../store';

/** Some items in the shop: of the bundle, or one that this device added. */
interface Shelf extends ItemsPart {
  local: LocalItem | null;
}

/**
 * The catalogue in the worker, indexed for ranking: the bundle's items, then what came later: items that this device
 * added and, of a large catalogue, clusters as they are wanted. Rows only grow, but for `keepOnly` and `clearLocal`.
 */
export class LoadedCatalogue {
  readonly bundle: Bundle;
  #shelves: Shelf[];
  readonly #shopIds: Set<string>;
  #companions: CompanionTable | null = null;
  #index: CatalogueIndex;
  #table: FeatureTable;

  constructor(bundle: Bundle) {
    const { items, features } = bundle;
    this.bundle = bundle;
    this.#shopIds = new Set(items.map(({ id }) => id));
    this.#shelves = [{ items, features, local: null }];
    this.#table = features;
    this.#index = this.#reindex();
  }

  get index(): CatalogueIndex {
    return this.#index;
  }

  get table(): FeatureTable {
    return this.#table;
  }

  get blend(): ContentBlend {
    return contentBlend(this.bundle.manifest);
  }

  get localItems(): LocalItem[] {
    return this.#shelves.flatMap(({ local }) => local ?? []);
  }

  /** Items of the shop, loaded or not. */
  get count(): number {
    return this.bundle.statistics ? this.bundle.manifest.count + this.localItems.length : this.#index.items.length;
  }

  /** Knows from now on what is chosen together of the bundle's items. */
  setCompanions(companions: CompanionTable): void {
    this.#companions = companions;
    // Nothing else of the index depends on it.
    this.#index = { ...this.#index, companions };
  }

  /** Adds items encoded on this device. Items made with other encoders or of an id the shop uses are left out. */
  add(items: LocalItem[]): void {
    const { dim, taps } = this.#table;
    for (const local of items) {
      const { item, values, scales } = local;
      if (!this.accepts(local)) continue;
      const shelf = { items: [item], features: { count: 1, dim, taps, values, scales }, local };
      const at = this.#shelves.findIndex((other) => other.local?.item.id === item.id);
      if (at < 0) this.#shelves.push(shelf);
      else this.#shelves[at] = shelf;
    }
    this.#index = this.#reindex();
  }

  /** Whether an item of this device was made with the bundle's encoders and has an id that the shop does not use. */
  accepts({ item, encoders }: LocalItem): boolean {
    return encoders === encodersOf(this.bundle.manifest) && !this.#shopIds.has(item.id);
  }

  /** Drops the items this device added. */
  clearLocal(): void {
    this.#shelves = this.#shelves.filter(({ local }) => local === null);
    this.#index = this.#reindex();
  }

  /** Adds parts of the bundle, without what is there already. @returns false when that was all of it */
  grow(parts: readonly ItemsPart[]): boolean {
    const before = this.#index.items.length;
    for (const { items, features } of parts) {
      const rows = [...items.keys()].filter((row) => !this.#index.rowOf.has(items[row].id));
      const fresh = rows.filter((row) => !this.#shopIds.has(items[row].id));
      if (fresh.length === 0) continue;
      for (const row of fresh) this.#shopIds.add(items[row].id);
      this.#shelves.push({ items: fresh.map((row) => items[row]), features: pickRows(features, fresh), local: null });
    }
    if (this.#shelves.reduce((sum, { items }) => sum + items.length, 0) === before) return false;
    this.#index = this.#reindex();
    return true;
  }

  /** Lets go of the bundle's items but the ones it was opened with and these. What is left gets other rows. */
  keepOnly(ids: ReadonlySet<string>): void {
    const [head, ...others] = this.#shelves;
    const kept = others.flatMap((shelf): Shelf[] => {
      if (shelf.local) return [shelf];
      const rows = [...shelf.items.keys()].filter((row) => ids.has(shelf.items[row].id));
      for (const { id } of shelf.items) if (!ids.has(id)) this.#shopIds.delete(id);
      if (rows.length === 0) return [];
      return [{ items: rows.map((row) => shelf.items[row]), features: pickRows(shelf.features, rows), local: null }];
    });
    this.#shelves = [head, ...kept];
    this.#index = this.#reindex();
  }

  find(id: string): Item | null {
    const row = this.#index.rowOf.get(id);
    return row === undefined ? null : this.#index.items[row];
  }

  /** @throws SidestreamError `runtime/unknown-item` */
  rowOf(itemId: string): number {
    const row = this.#index.rowOf.get(itemId);
    if (row === undefined) {
      throw new SidestreamError(
        'runtime/unknown-item',
        `The catalogue has no item "${itemId}". Publish a new bundle, or check the id.`,
      );
    }
    return row;
  }

  browse({ category = '', query = '', offset = 0, limit = 48 }: BrowseRequest): BrowseResponse {
    const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const matches = this.#index.items.filter((item) => {
      if (category !== '' && !inCategory(item.category, category)) return false;
      if (words.length === 0) return true;
      const text = `${item.title} ${item.description} ${item.category}`.toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    });
    return { items: matches.slice(offset, offset + limit), total: matches.length };
  }

  categories(): { category: string; count: number }[] {
    const { statistics } = this.bundle;
    if (statistics) return statistics.categories.map(([category, count]) => ({ category, count }));
    const counts = new Map<string, number>();
    for (const { category } of this.#index.items) {
      for (const path of categoryPaths(category)) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return [...counts].map(([category, count]) => ({ category, count }));
  }

  #reindex(): CatalogueIndex {
    this.#table = concatTables(this.#shelves.map(({ features }) => features));
    const all = this.#shelves.flatMap(({ items }) => items);
    return catalogueIndex(all, this.#table, this.blend, this.#companions, this.bundle.statistics ?? undefined);
  }
}

/** Names the encoders that features were made with. */
export function encodersOf(manifest: Manifest): string {
  return `${manifest.modalities.text.digest}/${manifest.modalities.image.digest}`;
}
