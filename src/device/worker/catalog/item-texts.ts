// Texts of the items in further languages. Only shops with several of them need this code.

import type { OpenedHead, Shard } from '../../../core/catalog';
import { decodeTexts, type ItemText, localeFor, type Shown, shownItem } from '../../../core/catalog/locales';
import { kept } from '../../../core/common/grouped';

interface Layer {
  tag: string;
  texts: Map<string, ItemText>;
  /** The loading of the texts of each shard. */
  shards: Map<number, Promise<void>>;
}

/**
 * The items' texts in further languages. A language's texts are loaded with the first list in it, for the head and the loaded shards.
 * If they cannot be loaded, that is reported, and all items appear as in the shop's main feed.
 */
export class ItemTexts {
  readonly #layers = new Map<string, Promise<Layer>>();
  readonly #loaded = new Map<number, string[]>();

  /** @param lang language of the page, if declared: its texts are fetched immediately */
  constructor(
    private readonly bundle: OpenedHead,
    private readonly lang: string | undefined,
    private readonly report: (thrown: unknown) => void,
  ) {
    void this.in();
  }

  /** How to show items in a language, by default the page's; in one that the shop lacks, unchanged. Never rejects. */
  async in(lang = this.lang): Promise<Shown> {
    const tag = localeFor(this.bundle.manifest, lang);
    const layer = tag === null ? null : await this.#reported(this.#layer(tag));
    if (!layer) return (item) => item;
    await this.#reported(this.#complete(layer));
    return (item) => {
      const text = layer.texts.get(item.id);
      return text ? shownItem(item, text) : item;
    };
  }

  /** Loads the texts of shards in the languages that lists are in, before their items are there. Never rejects. */
  async follow(shards: readonly Shard[]): Promise<void> {
    for (const { number, items } of shards) {
      const ids = items.map(({ id }) => id);
      if (number !== undefined) this.#loaded.set(number, ids);
    }
    const layers = [...this.#layers.values()].map(async (loading) => this.#complete(await loading));
    await Promise.all(layers.map((completed) => this.#reported(completed)));
  }

  /** Drops the texts of shards without remaining items, except for the head's. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const head = new Set(this.bundle.head.items.map(({ id }) => id));
    const gone = [...this.#loaded].filter(([, own]) => !own.some((id) => ids.has(id)));
    for (const [shard] of gone) this.#loaded.delete(shard);
    for (const loading of this.#layers.values()) {
      // A failed language has no texts.
      const layer = await loading.catch(() => null);
      for (const [shard, own] of gone) {
        layer?.shards.delete(shard);
        for (const id of own) if (!head.has(id)) layer?.texts.delete(id);
      }
    }
  }

  /** The texts of a language; after a failure the next call fetches them again. */
  #layer(tag: string): Promise<Layer> {
    return kept(this.#layers, tag, () => {
      const loading = this.#load(tag);
      loading.catch(() => this.#layers.delete(tag));
      return loading;
    });
  }

  async #load(tag: string): Promise<Layer> {
    const { manifest, head } = this.bundle;
    const layer: Layer = { tag, texts: new Map(), shards: new Map() };
    const file = manifest.locales?.[tag]?.head;
    const ids = head.items.map(({ id }) => id);
    if (file) this.#add(layer, { file: file.file, bytes: await this.bundle.file(file) }, ids);
    return layer;
  }

  /** Loads the texts of the currently loaded shards, each shard once; after a failure the next call fetches them again. */
  async #complete(layer: Layer): Promise<void> {
    for (const [shard, ids] of this.#loaded) {
      if (layer.shards.has(shard)) continue;
      const file = this.bundle.shards.beside(shard, { texts: layer.tag });
      const loading = file.then((loaded) => this.#add(layer, loaded, ids));
      layer.shards.set(shard, loading);
      loading.catch(() => layer.shards.delete(shard));
    }
    await Promise.all(layer.shards.values());
  }

  /** @param ids of the items in the file, in its order */
  #add({ texts }: Layer, { file, bytes }: { file: string; bytes: ArrayBuffer }, ids: readonly string[]): void {
    for (const [n, text] of decodeTexts(bytes, file, ids.length).entries()) if (text) texts.set(ids[n], text);
  }

  #reported<T>(work: Promise<T>): Promise<T | null> {
    return work.catch((thrown) => {
      this.report(thrown);
      return null;
    });
  }
}
