import type { BundleClusters, ItemsPart } from '../../core/catalog';
import { baseProfile, type ContentProfile, type ContentWeights, clustersOf, Retrieval } from '../ranking';

/** Number of clusters loaded near a content profile: about 2,500 items, the best candidates among them. */
const NEAREST = 10;
/** Maximum number of clusters loaded for the history of a returning shopper. */
const PAST_CLUSTERS = 10;

/**
 * Selects the parts of a large catalogue to load: parts with given items, and parts near a content profile. Every method
 * may reject with `bundle/*`; a later call tries again.
 */
export class ClusterSelection {
  readonly #clusters: BundleClusters;
  #retrieval: Promise<Retrieval> | null = null;
  /** Item ids of the loaded clusters, the cluster that was requested last at the end. */
  readonly #loaded = new Map<number, string[]>();

  constructor(clusters: BundleClusters) {
    this.#clusters = clusters;
  }

  async has(id: string): Promise<boolean> {
    for (const cluster of await this.#clusters.clustersWith(id)) {
      const ids = this.#loaded.get(cluster) ?? (await this.#clusters.items(cluster)).items.map((item) => item.id);
      if (ids.includes(id)) return true;
    }
    return false;
  }

  /**
   * The parts with these items that are not loaded yet.
   * @param ids the most important first: if they are in more clusters than may be loaded, the last ids are left out
   */
  async partsWith(ids: readonly string[]): Promise<ItemsPart[]> {
    const found = await Promise.all(ids.map((id) => this.#clusters.clustersWith(id)));
    return this.#parts([...new Set(found.flat())].slice(0, PAST_CLUSTERS));
  }

  /**
   * The parts near a content profile that are not loaded yet.
   * @param most maximum number of clusters; default 10
   * @param probes number of clusters to search, see `RetrievalOptions`
   */
  async partsNear(
    profile: ContentProfile,
    weights: ContentWeights,
    most = NEAREST,
    probes?: number,
  ): Promise<ItemsPart[]> {
    this.#retrieval ??= this.#startRetrieval();
    const [retrieval, axes] = await Promise.all([this.#retrieval, this.#clusters.axes()]);
    const candidates = await retrieval.candidates(baseProfile(profile, axes), weights, { probes });
    return this.#parts(clustersOf(candidates, most));
  }

  /**
   * Evicts the clusters that were requested longest ago.
   * @param items maximum number of items in the remaining clusters
   * @returns ids of the items that stay
   */
  evict(items: number): Set<string> {
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

  /** Loads the clusters that are not loaded yet; rejects only if all of them fail. */
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
    // The nearest clusters come last, so they are evicted last.
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
