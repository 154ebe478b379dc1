import type { BundleClusters, Item, ItemsPart } from '../catalog';
import { SidestreamError } from '../error';
import { contentTaste } from '../ranking';
import { Nearby } from './cluster-selection';
import type { LoadedCatalogue } from './loaded-catalog';
import type { ActiveLearner, ProfileSession } from './profile-session';
import type { Chores } from './task-queue';

/** Quiet time after a choice before the clusters near the taste are loaded, ms. */
const APPROACH_DELAY = 20;
/** Items that are loaded at most, before those that were wanted longest ago are given up. */
const MOST_ITEMS = 6144;
/** Items that are left then, beside the head and the history. */
const FEWER_ITEMS = 3072;
/** Clusters that are loaded round an item in view. */
const ROUND_ITEM = 3;
/** Clusters that these are searched in: one item has a narrower neighbourhood than a taste. */
const PROBES_ROUND_ITEM = 24;
/** Choices that stay whatever happens: no term looks further back. */
const LONGEST_HISTORY = 200;

/** What the aisles need of the engine around them. */
export interface AislesContext {
  shop: LoadedCatalogue;
  clusters: BundleClusters;
  session: ProfileSession;
  chores: Chores;
  /** Lists are others now. */
  changed(): void;
  /** What could not be loaded, while there is something to go on with. */
  report: (error: SidestreamError) => void;
}

/**
 * Which part of a large catalogue is in the shop: its head, what the shopper chose, what is near the taste and what is
 * looked at. The shop grows as more is wanted; when it is too large, what was wanted longest ago leaves it.
 */
export class Aisles {
  readonly #shop: LoadedCatalogue;
  readonly #clusters: BundleClusters;
  readonly #nearby: Nearby;
  readonly #session: ProfileSession;
  readonly #chores: Chores;
  readonly #changed: () => void;
  readonly #report: AislesContext['report'];
  /** The history that the shop was last filled for. */
  #approached = '';
  /** Items that the shop was filled for. */
  readonly #shown = new Set<string>();

  constructor({ shop, clusters, session, chores, report, changed }: AislesContext) {
    this.#chores = chores;
    this.#changed = changed;
    this.#shop = shop;
    this.#clusters = clusters;
    this.#nearby = new Nearby(clusters);
    this.#session = session;
    this.#report = report;
  }

  /** Fills the shop for the taste in a quiet moment, where it is another than the one that it was last filled for. */
  keepUp(): void {
    this.#chores.later('approach', APPROACH_DELAY, async () => {
      if (!(await this.#approach())) return;
      await this.#session.run(({ learner }) => void learner.terms);
      this.#changed();
    });
  }

  /** Brings items into the shop, those that matter most first; a failure is reported. */
  async load(ids: readonly string[]): Promise<void> {
    try {
      await this.#load(ids);
    } catch (thrown) {
      this.#report(SidestreamError.from(thrown));
    }
  }

  /**
   * Brings an item and what is like it into the shop.
   * @throws SidestreamError `bundle/*` when the item cannot be had; that what is like it cannot is reported
   */
  async show(id: string): Promise<void> {
    if (this.#shown.has(id)) return;
    if (!this.#shop.find(id)) await this.#load([id]);
    const { content, rowOf } = this.#shop.index;
    const row = rowOf.get(id);
    const taste = row === undefined ? null : contentTaste(content, { rows: [row], strengths: [1] });
    if (!taste) return;
    const weights = { recent: 1, session: 0, closest: 0 };
    try {
      await this.#add(await this.#nearby.partsNear(taste, weights, ROUND_ITEM, PROBES_ROUND_ITEM));
      this.#shown.add(id);
    } catch (thrown) {
      this.#report(SidestreamError.from(thrown));
    }
  }

  /** An item that is not in the shop; null where the catalogue has none of that id. */
  async find(id: string): Promise<Item | null> {
    for (const cluster of await this.#clusters.clustersWith(id)) {
      const item = (await this.#clusters.items(cluster)).items.find((other) => other.id === id);
      if (item) return item;
    }
    return null;
  }

  /**
   * Makes sure that the catalogue has these items.
   * @throws SidestreamError `runtime/unknown-item`, `bundle/*` when it cannot be found out
   */
  async check(ids: readonly string[]): Promise<void> {
    for (const id of new Set(ids)) {
      if (!this.#shop.find(id) && !(await this.#nearby.has(id))) this.#shop.rowOf(id);
    }
  }

  /**
   * Brings what is near the taste into the shop.
   * @returns whether the shop changed
   */
  async #approach(): Promise<boolean> {
    const { taste, weights, history } = await this.#session.run(({ learner }) => ({
      taste: contentTaste(this.#shop.index.content, learner.history),
      weights: learner.weights,
      history: this.#historyOf(learner),
    }));
    if (!taste || history === this.#approached) return false;
    const changed = await this.#add(await this.#nearby.partsNear(taste, weights));
    this.#approached = history;
    return (await this.#tidy()) || changed;
  }

  async #load(ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.#shop.find(id));
    if (missing.length > 0) await this.#add(await this.#nearby.partsWith(missing));
  }

  /** @returns whether the shop grew */
  #add(parts: readonly ItemsPart[]): Promise<boolean> {
    return this.#session.train(async ({ learner }) => {
      // No list may be made between the two: the learner must know of all rows.
      const grown = this.#shop.grow(parts);
      if (grown) await learner.setCatalogue(this.#shop);
      return grown;
    });
  }

  async #tidy(): Promise<boolean> {
    if (this.#shop.index.items.length <= MOST_ITEMS) return false;
    await this.#session.renumber(({ history }) => {
      const { items } = this.#shop.index;
      const own = [...history.rows.slice(-LONGEST_HISTORY), ...history.dismissed].map((row) => items[row].id);
      this.#shown.clear();
      this.#shop.keepOnly(new Set([...own, ...this.#nearby.giveUp(FEWER_ITEMS)]));
    });
    return true;
  }

  #historyOf({ history: { rows, dismissed } }: ActiveLearner): string {
    const { items } = this.#shop.index;
    return [rows.length, ...rows.slice(-3).map((row) => items[row].id), dismissed.size].join(' ');
  }
}
