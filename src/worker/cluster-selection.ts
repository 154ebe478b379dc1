import type { BundleClusters, ItemsPart } from '../catalog';
import { baseTaste, type ContentTaste, type ContentWeights, clustersOf, Retrieval } from '../ranking';

/** Clusters whose items are loaded for a taste: about 2,500 items, among them the best candidates. */
const NEAREST = 10;
/** Of how many clusters the past of a returning shopper is loaded. */
const PAST_CLUSTERS = 10;

/**
 * Which parts of a large catalogue are loaded: those that somebody asked for by an item's id, and those near the taste.
 * Every method may reject with `bundle/*`; then a later call tries again.
 */
export class Nearby {
  readonly #clusters: BundleClusters;
  #retrieval: Promise<Retrieval> | null = null;
  /** Ids of the clusters that are loaded, the one that was wanted last at the end. */
  readonly #loaded = new Map<number, string[]>();

  constructor(clusters: BundleClusters) {
    this.#clusters = clusters;
  }

  /** Whether the catalogue has an item. */
  async has(id: string): Promise<boolean> {
    for (const cluster of await this.#clusters.clustersWith(id)) {
      const ids = this.#loaded.get(cluster) ?? (await this.#clusters.items(cluster)).items.map((item) => item.id);
      if (ids.includes(id)) return true;
    }
    return false;
  }

  /**
   * The parts with these items that are not loaded yet.
   * @param ids those that matter most first: where they are in more clusters than may be loaded, the last are left out
   */
  async partsWith(ids: readonly string[]): Promise<ItemsPart[]> {
    const found = await Promise.all(ids.map((id) => this.#clusters.clustersWith(id)));
    return this.#parts([...new Set(found.flat())].slice(0, PAST_CLUSTERS));
  }

  /**
   * The parts near a taste that are not loaded yet.
   * @param most clusters; default 10
   * @param probes clusters that are searched, see `RetrievalOptions`
   */
  async partsNear(taste: ContentTaste, weights: ContentWeights, most = NEAREST, probes?: number): Promise<ItemsPart[]> {
    this.#retrieval ??= this.#startRetrieval();
    const [retrieval, axes] = await Promise.all([this.#retrieval, this.#clusters.axes()]);
    const candidates = await retrieval.candidates(baseTaste(taste, axes), weights, { probes });
    return this.#parts(clustersOf(candidates, most));
  }

  /**
   * Gives up the clusters that were wanted longest ago.
   * @param items that all that is left may have
   * @returns ids of what stays
   */
  giveUp(items: number): Set<string> {
    let total = [...this.#loaded.values()].reduce((sum, ids) => sum + ids.length, 0);
    for (const [cluster, ids] of this.#loaded) {
      if (total <= items) break;
      this.#loaded.delete(cluster);
      total -= ids.length;
    }
    return new Set([...this.#loaded.values()].flat());
  }

  async #startRetrieval(): Promise<Retrieval> {
    try {
      const directory = await this.#clusters.directory();
      return new Retrieval(directory, (cluster) => this.#clusters.vectors(cluster));
    } catch (thrown) {
      this.#retrieval = null;
      throw thrown;
    }
  }

  /** Loads what is not there; a part of it is better than nothing. */
  async #parts(clusters: readonly number[]): Promise<ItemsPart[]> {
    const missing = clusters.filter((cluster) => !this.#loaded.has(cluster));
    const results = await Promise.allSettled(missing.map((cluster) => this.#clusters.items(cluster)));
    const parts: ItemsPart[] = [];
    for (const [n, result] of results.entries()) {
      if (result.status === 'rejected') continue;
      this.#loaded.set(
        missing[n],
        result.value.items.map(({ id }) => id),
      );
      parts.push(result.value);
    }
    // The nearest last: they are given up last.
    for (const cluster of clusters.toReversed()) {
      const ids = this.#loaded.get(cluster);
      if (!ids) continue;
      this.#loaded.delete(cluster);
      this.#loaded.set(cluster, ids);
    }
    const failed = results.find((result) => result.status === 'rejected');
    if (failed && parts.length === 0) throw failed.reason;
    return parts;
  }
}
