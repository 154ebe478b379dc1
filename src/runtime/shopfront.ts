import {
  type Bundle,
  type CompanionTable,
  categoryPaths,
  concatTables,
  type FeatureTable,
  type Item,
  inCategory,
  type Manifest,
} from '../catalog';
import { SidestreamError } from '../error';
import { type CatalogueIndex, type ContentBlend, catalogueIndex, contentBlend } from '../ranking';
import type { LocalItem } from '../store';
import type { BrowseRequest, BrowseResponse } from './api';

/** The catalogue in the worker: the bundle's items, then the items this device added, indexed for ranking. */
export class Shopfront {
  readonly bundle: Bundle;
  readonly #local = new Map<string, LocalItem>();
  #companions: CompanionTable | null = null;
  #index: CatalogueIndex;
  #table: FeatureTable;

  constructor(bundle: Bundle) {
    this.bundle = bundle;
    this.#table = bundle.features;
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
    return [...this.#local.values()];
  }

  /** Knows from now on what is chosen together of the bundle's items. */
  setCompanions(companions: CompanionTable): void {
    this.#companions = companions;
    // Nothing else of the index depends on it.
    this.#index = { ...this.#index, companions };
  }

  /** Adds items encoded on this device. Items made with other encoders or of an id the shop uses are left out. */
  add(items: LocalItem[]): void {
    const encoders = encodersOf(this.bundle.manifest);
    const shopIds = new Set(this.bundle.items.map(({ id }) => id));
    for (const item of items) {
      if (item.encoders === encoders && !shopIds.has(item.item.id)) this.#local.set(item.item.id, item);
    }
    this.#index = this.#reindex();
  }

  /** Drops the items this device added. */
  clearLocal(): void {
    this.#local.clear();
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
    const counts = new Map<string, number>();
    for (const { category } of this.#index.items) {
      for (const path of categoryPaths(category)) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return [...counts].map(([category, count]) => ({ category, count }));
  }

  #reindex(): CatalogueIndex {
    const { items, features } = this.bundle;
    const local = this.localItems;
    const { dim, taps } = features;
    this.#table = local.reduce(
      (table, { values, scales }) => concatTables(table, { count: 1, dim, taps, values, scales }),
      features,
    );
    const all = [...items, ...local.map(({ item }) => item)];
    return catalogueIndex(all, this.#table, this.blend, this.#companions);
  }
}

/** Names the encoders that features were made with. */
export function encodersOf(manifest: Manifest): string {
  return `${manifest.modalities.text.digest}/${manifest.modalities.image.digest}`;
}
