// Texts of the items in further languages. Only shops with several of them need this code.

import type { Bundle, BundleFile, ItemsPart } from '../../core/catalog';
import { decodeTexts, firstTexts, type ItemText, localeFor, type Shown, shownItem } from '../../core/catalog/locales';
import { SidestreamError } from '../../error';
import type { EngineListener } from './engine-options';

interface Layer {
  tag: string;
  texts: Map<string, ItemText>;
  clusters: Set<number>;
}

/**
 * Shows the items of a shop in the language of a page or a list. The texts of a language are loaded with the first list in
 * it: all of them, or, for a large catalogue, the texts of the head and of the loaded clusters. An item without texts in a
 * language appears as in the shop's main feed. If texts cannot be loaded, this is reported, and all items appear as in the
 * main feed.
 */
export class ItemTexts {
  readonly #bundle: Bundle;
  readonly #lang: string | undefined;
  readonly #listener: Pick<EngineListener, 'error'>;
  readonly #layers = new Map<string, Promise<Layer>>();
  readonly #loaded = new Map<number, string[]>();

  /** @param lang language of the page, if declared: its texts are fetched immediately */
  constructor(bundle: Bundle, lang: string | undefined, listener: Pick<EngineListener, 'error'>) {
    this.#bundle = bundle;
    this.#lang = lang;
    this.#listener = listener;
    void this.in();
  }

  /**
   * Returns how to show items in a language. Never rejects. @param lang default: the page's. In a language that the shop
   * lacks, items are shown unchanged
   */
  async in(lang = this.#lang): Promise<Shown> {
    const tag = localeFor(this.#bundle.manifest, lang);
    const layer = tag === null ? null : await this.#reported(this.#layer(tag));
    if (!layer) return (item) => item;
    await this.#reported(this.#complete(layer));
    return (item) => {
      const text = layer.texts.get(item.id);
      return text ? shownItem(item, text) : item;
    };
  }

  /** Loads the texts of clusters in the languages that lists are in, before their items are there. Never rejects. */
  async follow(parts: readonly ItemsPart[]): Promise<void> {
    for (const { cluster, items } of parts) {
      const ids = items.map(({ id }) => id);
      if (cluster !== undefined) this.#loaded.set(cluster, ids);
    }
    const layers = [...this.#layers.values()].map(async (loading) => this.#complete(await loading));
    await Promise.all(layers.map((completed) => this.#reported(completed)));
  }

  /** Drops the texts of clusters without remaining items, except for the head's. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const head = new Set(this.#bundle.items.map(({ id }) => id));
    const gone = [...this.#loaded].filter(([, own]) => !own.some((id) => ids.has(id)));
    for (const [cluster] of gone) this.#loaded.delete(cluster);
    for (const loading of this.#layers.values()) {
      // A failed language has no texts.
      const layer = await loading.catch(() => null);
      for (const [cluster, own] of gone) {
        layer?.clusters.delete(cluster);
        for (const id of own) if (!head.has(id)) layer?.texts.delete(id);
      }
    }
  }

  /** The texts of a language; after a failure the next call fetches them again. */
  #layer(tag: string): Promise<Layer> {
    const known = this.#layers.get(tag);
    if (known) return known;
    const loading = this.#load(tag);
    this.#layers.set(tag, loading);
    loading.catch(() => this.#layers.delete(tag));
    return loading;
  }

  async #load(tag: string): Promise<Layer> {
    const { manifest, items } = this.#bundle;
    const layer: Layer = { tag, texts: new Map(), clusters: new Set() };
    const ids = items.map(({ id }) => id);
    const files = firstTexts(manifest, tag).map(async (file) =>
      this.#add(layer, file, ids.slice(file.start, file.start + file.count)),
    );
    await Promise.all(files);
    return layer;
  }

  /** Loads the texts of the currently loaded clusters. */
  async #complete(layer: Layer): Promise<void> {
    const { manifest, clusters } = this.#bundle;
    const directory = manifest.locales?.[layer.tag]?.clusters;
    const missing = [...this.#loaded].filter(([cluster]) => !layer.clusters.has(cluster));
    if (!clusters || !directory || missing.length === 0) return;
    const files = await clusters.filesBeside(directory, 'texts');
    const adding = missing.map(async ([cluster, ids]) => {
      await this.#add(layer, files[cluster], ids);
      layer.clusters.add(cluster);
    });
    await Promise.all(adding);
  }

  /** @param ids of the items in the file, in its order */
  async #add({ texts }: Layer, file: BundleFile, ids: readonly string[]): Promise<void> {
    const found = decodeTexts(await this.#bundle.file(file), file.file, ids.length);
    for (const [n, text] of found.entries()) if (text) texts.set(ids[n], text);
  }

  #reported<T>(work: Promise<T>): Promise<T | null> {
    return work.catch((thrown) => {
      this.#listener.error(SidestreamError.from(thrown));
      return null;
    });
  }
}
