import type { BundleClusters, Item, ItemsPart } from '../../core/catalog';
import { SidestreamError } from '../../error';
import {
  baseProfile,
  type ContentProfile,
  type ContentWeights,
  contentProfile,
  nearestClusters,
  type Pin,
} from '../ranking';
import type { EngineContext } from './engine-context';
import type { ActiveLearner } from './profile-session';

export { ClusterLearned } from './cluster-learned';

/**
 * Number of clusters loaded after a choice: about 2,500 items. Those of items that others chose with
 * the last choices come first, because more next choices are in them; clusters near the preferences fill the rest.
 */
const CLUSTERS = 10;
/** Maximum number of clusters loaded for the history of a returning shopper. */
const PAST_CLUSTERS = 10;

/**
 * Selects the parts of a large catalogue to load: parts with given items, and parts near a content profile. Every method
 * may reject with `bundle/*`; a later call tries again.
 */
export class ClusterSelection {
  /** Item ids of the loaded clusters, the cluster that was requested last at the end. */
  readonly #loaded = new Map<number, string[]>();

  constructor(private readonly clusters: BundleClusters) {}

  async has(id: string): Promise<boolean> {
    for (const cluster of await this.clusters.clustersWith(id)) {
      const ids = this.#loaded.get(cluster) ?? (await this.clusters.items(cluster)).items.map((item) => item.id);
      if (ids.includes(id)) return true;
    }
    return false;
  }

  /**
   * The parts with these items that are not loaded yet.
   * @param ids the most important first: if they are in more clusters than may be loaded, the last ids are left out
   */
  async partsWith(ids: readonly string[]): Promise<ItemsPart[]> {
    const found = await Promise.all(ids.map((id) => this.clusters.clustersWith(id)));
    return this.parts([...new Set(found.flat())].slice(0, PAST_CLUSTERS));
  }

  /** The parts near a content profile that are not loaded yet. @param most maximum number of clusters */
  async partsNear(profile: ContentProfile, weights: ContentWeights, most: number): Promise<ItemsPart[]> {
    const [directory, axes] = await Promise.all([this.clusters.directory(), this.clusters.axes()]);
    return this.parts(nearestClusters(directory, baseProfile(profile, axes), weights, most));
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

  /** Loads the clusters that are not loaded yet; rejects only if all of them fail. */
  async parts(clusters: readonly number[]): Promise<ItemsPart[]> {
    const missing = clusters.filter((cluster) => !this.#loaded.has(cluster));
    const results = await Promise.allSettled(missing.map((cluster) => this.clusters.items(cluster)));
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

/** Quiet time after a choice before the clusters near the shopper's preference are loaded, ms. */
const LOAD_DELAY = 20;
/** Maximum number of loaded items; beyond it, the clusters that were requested longest ago are evicted. */
const MAX_ITEMS = 6144;
/** Number of items that remain after eviction, in addition to the head and the history. */
const ITEMS_AFTER_EVICTION = 3072;
/** Number of last choices whose own clusters, and clusters of items that others chose with them, are loaded. */
const LAST_CHOICES = 3;
/** Maximum number of clusters of items that others chose with the last choices. */
const CLUSTERS_BESIDE = 6;
/** The same for a list of items that others chose with the items in view: each of its first ten may be in another cluster. */
const CLUSTERS_OF_LIST = 10;
/** Maximum number of items in view around which clusters are loaded; the first ones count. */
const MAX_AROUND = 5;
const CLUSTERS_AROUND_ITEM = 3;
/**
 * Number of last choices that are never evicted: no term looks further back. Dismissed items and items in the cart are not
 * evicted either.
 */
const MAX_HISTORY = 200;

/**
 * Loads the part of a large catalogue that a shopper needs: its head, the clusters of chosen items, clusters near the
 * shopper's preferences, and clusters around items in view. When too many items are loaded, the least recently requested
 * ones are evicted.
 */
export class ClusterLoader {
  readonly #context: EngineContext;
  readonly #clusters: BundleClusters;
  readonly #selection: ClusterSelection;
  #loadedHistory = '';
  readonly #loadedAround = new Set<string>();
  /** The loading of pinned items, by id: ids that the catalogue lacks are looked up once, not for every list. */
  readonly #loadedPins = new Map<string, Promise<void>>();

  constructor(context: EngineContext, clusters: BundleClusters) {
    this.#context = context;
    this.#clusters = clusters;
    this.#selection = new ClusterSelection(clusters);
    context.changes.subscribe(() => this.scheduleLoad());
  }

  /** Loads the clusters near the preference in a quiet moment, if the history changed since they were loaded last. */
  scheduleLoad(): void {
    const { tasks, session, changes } = this.#context;
    tasks.later('load-clusters', LOAD_DELAY, async () => {
      if (!(await this.#loadNearPreference())) return;
      await session.run(({ learner }) => void learner.terms);
      changes.announce();
    });
  }

  /** Loads the clusters of items, the most important first; a failure is reported. */
  load(ids: readonly string[]): Promise<void> {
    return this.#reported(() => this.#load(ids));
  }

  /** Loads the clusters of the first items of a list, as `load` does, after room was made for them. */
  async loadList(ids: readonly string[]): Promise<void> {
    if (ids.every((id) => this.#context.catalog.find(id))) return;
    await this.#reported(async () => {
      if (await this.#evict()) {
        // The clusters near the preferences may have been evicted.
        this.#loadedHistory = '';
        this.scheduleLoad();
      }
      await this.#load(ids);
    });
  }

  /**
   * Loads pinned items, and items with their neighbours for a list about them; for a list of items that others chose with them,
   * with those instead. If the items are in more clusters than may be loaded at once, the last items are left out.
   * @param cart whether the list is also about the items in the cart
   * @throws SidestreamError `bundle/*` when none of the items could be loaded; a failure of their neighbours is reported
   */
  async loadInView(
    ids: readonly string[],
    { cart = false, pins = [], complement = false }: { cart?: boolean; pins?: readonly Pin[]; complement?: boolean },
  ): Promise<void> {
    const { session, catalog } = this.#context;
    await this.#loadPinned(pins.map(({ itemId }) => itemId));
    const inCart = await session.run(({ learner }) => {
      const { items } = catalog.index;
      return cart ? [...learner.history.record.cart].map((row) => items[row].id).reverse() : [];
    });
    for (const about of [ids, inCart]) {
      await this.#load(about);
      let beside = 0;
      const load = async (): Promise<void> => {
        beside = await this.#loadBeside(about, CLUSTERS_OF_LIST);
      };
      if (complement) await this.#reported(load);
      // Without companions, the list has similar items.
      if (beside === 0) await this.#loadAround(about);
    }
  }

  /** Loads the clusters near the first 5 of some items; a failure is reported. */
  async #loadAround(ids: readonly string[]): Promise<void> {
    const { catalog } = this.#context;
    const weights = { recent: 1, session: 0, nearestHistory: 0 };
    await this.#reported(async () => {
      for (const id of ids.slice(0, MAX_AROUND)) {
        const { content, rowOf } = catalog.index;
        const row = this.#loadedAround.has(id) ? undefined : rowOf.get(id);
        const profile = row === undefined ? null : contentProfile(content, { rows: [row], strengths: [1] });
        if (!profile) continue;
        // Added immediately: another list may look for these items while the next ones are fetched.
        await this.#add(await this.#selection.partsNear(profile, weights, CLUSTERS_AROUND_ITEM));
        this.#loadedAround.add(id);
      }
    });
  }

  /** Finds an item that may not be loaded; null if the catalogue lacks the id. @throws SidestreamError `bundle/*` */
  async find(id: string): Promise<Item | null> {
    const { catalog } = this.#context;
    for (const cluster of await this.#clusters.clustersWith(id)) {
      const part = await this.#clusters.items(cluster);
      const item = part.items.find((other) => other.id === id);
      if (item) await catalog.texts?.follow([part]);
      if (item) return catalog.offers?.joined(item) ?? item;
    }
    return null;
  }

  /**
   * Checks that the catalogue has these items.
   * @throws SidestreamError `runtime/unknown-item`; `bundle/*` if the check fails
   */
  async check(ids: readonly string[]): Promise<void> {
    const { catalog } = this.#context;
    for (const id of new Set(ids)) {
      if (!catalog.find(id) && !(await this.#selection.has(id))) catalog.rowOf(id);
    }
  }

  /** @returns whether the loaded catalogue changed */
  async #loadNearPreference(): Promise<boolean> {
    const { session, catalog } = this.#context;
    const { profile, weights, history, last } = await session.run(({ learner }) => ({
      profile: contentProfile(catalog.index.content, learner.history),
      weights: learner.weights,
      history: this.#historyOf(learner),
      last: this.#lastChoices(learner),
    }));
    if (!profile || history === this.#loadedHistory) return false;
    const before = catalog.index;
    // Items of the head are in clusters, too.
    await this.#add(await this.#selection.partsWith(last));
    const beside = await this.#loadBeside(last, CLUSTERS_BESIDE);
    await this.#add(await this.#selection.partsNear(profile, weights, CLUSTERS - beside));
    this.#loadedHistory = history;
    return (await this.#evict()) || catalog.index !== before;
  }

  /** Loads the clusters of the items that others chose with these items. @returns their number, at most `most` */
  async #loadBeside(ids: readonly string[], most: number): Promise<number> {
    const { catalog } = this.#context;
    const rows = ids.flatMap((id) => catalog.index.rowOf.get(id) ?? []);
    const clusters = catalog.clustersBeside(rows).slice(0, most);
    await this.#add(await this.#selection.parts(clusters));
    return clusters.length;
  }

  async #load(ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.#context.catalog.find(id));
    if (missing.length > 0) await this.#add(await this.#selection.partsWith(missing));
  }

  /** Loads pinned items, each at its first list; a failure is reported, and lists continue without them. */
  async #loadPinned(ids: readonly string[]): Promise<void> {
    const fresh = ids.filter((id) => !this.#loadedPins.has(id));
    const loading = this.load(fresh);
    for (const id of fresh) this.#loadedPins.set(id, loading);
    await Promise.all(ids.map((id) => this.#loadedPins.get(id)));
  }

  /** @returns whether the loaded catalogue grew */
  async #add(parts: readonly ItemsPart[]): Promise<boolean> {
    const { session, catalog } = this.#context;
    // Texts and trained data must be loaded first: no list may show items in a wrong language, or with less data than others.
    await Promise.all([catalog.texts?.follow(parts), catalog.clusterLearned?.follow(parts)]);
    return session.change(async ({ learner }) => {
      // No list may be made between the two: the learner must know all rows.
      const grown = catalog.grow(parts);
      if (grown) learner.setCatalog(catalog);
      return grown;
    });
  }

  /** @returns whether items were evicted */
  async #evict(): Promise<boolean> {
    const { session, catalog } = this.#context;
    if (catalog.index.items.length <= MAX_ITEMS) return false;
    let kept: ReadonlySet<string> = new Set();
    await session.renumber(({ history }) => {
      const { items } = catalog.index;
      const { rows, dismissed, record } = history;
      const own = [...rows.slice(-MAX_HISTORY), ...dismissed, ...record.cart].map((row) => items[row].id);
      this.#loadedAround.clear();
      this.#loadedPins.clear();
      kept = new Set([...own, ...this.#selection.evict(ITEMS_AFTER_EVICTION)]);
      catalog.keepOnly(kept);
    });
    await catalog.texts?.keepOnly(kept);
    return true;
  }

  async #reported(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#context.listener.error(SidestreamError.from(thrown));
    }
  }

  /** The end of the history as a text, to compare with a later one. */
  #historyOf(learner: ActiveLearner): string {
    const { rows, dismissed } = learner.history;
    return [rows.length, ...this.#lastChoices(learner), dismissed.size].join(' ');
  }

  #lastChoices({ history: { rows } }: ActiveLearner): string[] {
    const { items } = this.#context.catalog.index;
    return rows.slice(-LAST_CHOICES).map((row) => items[row].id);
  }
}
