import { type BundleShards, type Item, inCategory, type ScoreEntries, type Shard } from '../../../core/catalog';
import {
  choiceTable,
  contentScores,
  lastChoices,
  type Pin,
  personalScores,
  productOf,
  scores,
  topRows,
  vectorOf,
} from '../../ranking';
import type { Catalog } from '../catalog/catalog';
import type { ActiveLearner, Turns } from '../shopper/turns';
import type { ListChanges, TaskQueue } from '../tasks';

/** Items in the shards for the first list after a choice, and by which each further choice extends what is loaded. */
const [FIRST_ITEMS, ITEMS_PER_CHOICE] = [1100, 290];
/** Below this number of items a page loads more, by these shares of the difference, to have the next choice as often. */
const [FEW_ITEMS, MORE_FIRST, MORE_PER_CHOICE] = [10_000, 0.1, 0.04];
/** Items by which each choice from the tenth on extends it: a shopper who stays looks at more, and most visits are over before. */
const LATE_CHOICES = 10;
const ITEMS_PER_LATE_CHOICE = 600;
/** Maximum number of loaded items. */
const MAX_ITEMS = 6144;
/** Number of items that remain after eviction, in addition to the head and the history. */
const ITEMS_AFTER_EVICTION = 5000;
/** Number of last choices whose own shards are loaded. */
const LAST_CHOICES = 3;
/** Maximum number of shards, beside those of the last choices, that the first list of a returning shopper's page waits for. */
const SHARDS_AT_START = 6;
/** Longest time that it waits, ms: on a very slow network, a shopper would rather see a list of fewer items. */
const MAX_WAIT = 3000;
/** Maximum number of shards loaded after a choice because others chose one of their items with the last choice. */
const SHARDS_BESIDE = 4;
/** Number of best places that an item in such a shard must be expected to reach. */
const PLACES = 50;
/** The same for a list of items that others chose with the items in view: each of its first ten may be in another shard. */
const SHARDS_OF_LIST = 4;
/** Number of items of a category that are loaded for a list of it, for each place: rules leave some out, and the list needs a choice. */
const ITEMS_A_PLACE = 4;
/** Maximum number of categories of a list that are loaded, the first ones. */
const MAX_CATEGORIES = 10;
/** Maximum number of shards that are read at once. */
const PARALLEL_READS = 16;
/** Maximum number of shards loaded for the history of a returning shopper. */
const PAST_SHARDS = 10;
/** Quiet time after a choice before the shards near the shopper's preference are loaded, ms. */
const LOAD_DELAY = 20;
/** Maximum number of items in view around which shards are loaded; the first ones count. */
const MAX_AROUND = 5;
const SHARDS_AROUND_ITEM = 3;
/**
 * Number of last choices that are never evicted: no term looks further back. Dismissed items and items in the cart are not
 * evicted either.
 */
const MAX_HISTORY = 200;

/**
 * Loads the part of a catalogue that a shopper needs: after its head, the shards of chosen items, of items that others chose with
 * them, and of the items that the personal score ranks best; also shards around items in view. When too many items are loaded,
 * the least recently requested ones are evicted. A bundle that a page loads as a whole needs no loader.
 */
export class ShardLoader {
  readonly #shards: BundleShards;
  /** The loading of pinned items, by id: ids that the catalogue lacks are looked up once, not for every list. */
  readonly #loadedPins = new Map<string, Promise<void>>();
  readonly #loadedAround = new Set<string>();
  /** The history for which shards were loaded. */
  #loadedHistory = '';

  constructor(
    private readonly catalog: Catalog,
    private readonly turns: Turns,
    private readonly tasks: TaskQueue,
    private readonly changes: ListChanges,
    private readonly report: (thrown: unknown) => void,
  ) {
    this.#shards = catalog.bundle.shards;
  }

  /**
   * Loads the shards that a returning shopper's first list needs most; a failure is reported. More are loaded after the next choice: a list
   * must not change while the shopper reads it.
   */
  async start(): Promise<void> {
    // Not before: a page that starts learns the choices of the one before, and announces that.
    this.changes.subscribe(() => this.scheduleLoad());
    const loading = this.#reported(() => this.#loadNearPreference(SHARDS_AT_START));
    this.tasks.beside(async () => void (await loading));
    await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, MAX_WAIT))]);
  }

  /** Loads the shards near the preference in a quiet moment, if the history changed since they were loaded last. */
  scheduleLoad(): void {
    const { tasks, turns, changes } = this;
    tasks.later('load-shards', LOAD_DELAY, async () => {
      if (!(await this.#loadNearPreference())) return;
      await turns.run(({ learner }) => void learner.terms);
      changes.announce();
    });
  }

  /** Loads the shards of items, the most important first; a failure is reported. */
  load(ids: readonly string[]): Promise<void> {
    return this.#reported(() => this.#load(ids));
  }

  /** Loads the shards of all items of a list, after room was made for them; a failure is reported. */
  async loadList(ids: readonly string[]): Promise<void> {
    if (ids.every((id) => this.catalog.find(id))) return;
    await this.#withRoom(() => this.#load(ids, ids.length));
  }

  /**
   * Loads the shards that have most of some words, after room was made for them; a failure is reported.
   * @param category only shards with items of it; empty: all
   */
  loadFound(text: string, category: string): Promise<void> {
    return this.#withRoom(async () => {
      const terms = await this.#shards.terms();
      await this.loadShards((await terms?.find(text, { category })) ?? []);
    });
  }

  /**
   * Loads shards of categories of which too few items are loaded for a list; a failure is reported. Of the shards with most of a category,
   * those come first that the personal score ranks best.
   * @param limit number of places of the list
   */
  async loadCategories(paths: readonly string[], limit: number): Promise<void> {
    const { catalog } = this;
    const loaded = (path: string): number =>
      catalog.index.items.filter(({ category }) => inCategory(category, path)).length;
    const few = [...new Set(paths)].slice(0, MAX_CATEGORIES).filter((path) => loaded(path) < ITEMS_A_PLACE * limit);
    if (few.length === 0) return;
    await this.#withRoom(async () => {
      for (const path of few) await this.loadShards(await this.#shardsOf(path, limit, loaded(path)));
    });
  }

  /** Shards of a category that are not loaded, enough for a list. @param items loaded number of the category's items */
  async #shardsOf(path: string, limit: number, items: number): Promise<number[]> {
    const { turns, catalog } = this;
    const found = await (await this.#shards.terms())?.category(path);
    const all = (found?.shards ?? []).map((shard, n) => ({ shard, count: found?.counts[n] ?? 0, score: 0 }));
    const most = all.reduce((max, { count }) => Math.max(max, count), 0);
    const near = await turns.run(({ learner }) =>
      personalScores(catalog.index, learner.history, learner.weightsAt(Date.now())),
    );
    if (near) {
      const full = all.filter(({ count }) => 2 * count >= most);
      const scores = await this.#shards.estimates(
        full.map(({ shard }) => shard),
        near,
      );
      for (const [n, entry] of full.entries()) entry.score = scores[n];
    }
    const wanted: number[] = [];
    const rank = ({ count }: { count: number }): number => (2 * count >= most ? 1 : 0);
    all.sort((a, b) => rank(b) - rank(a) || b.score - a.score || b.count - a.count || a.shard - b.shard);
    for (const { shard, count } of all) {
      // Where the category is in many shards, enough to fill the list.
      if (items >= ITEMS_A_PLACE * limit || (items >= limit && wanted.length >= SHARDS_OF_LIST)) break;
      if (catalog.loadedShards.has(shard)) continue;
      wanted.push(shard);
      items += count;
    }
    return wanted;
  }

  /**
   * Loads pinned items, and items with their neighbours for a list about them; for a list of items that others chose with them,
   * with those instead. If the items are in more shards than may be loaded at once, the last items are left out.
   * @param cart whether the list is also about the items in the cart
   * @throws SidestreamError `bundle/*` when none of the items could be loaded; a failure of their neighbours is reported
   */
  async loadInView(
    ids: readonly string[],
    { cart = false, pins = [], complement = false }: { cart?: boolean; pins?: readonly Pin[]; complement?: boolean },
  ): Promise<void> {
    const { turns, catalog } = this;
    await this.#loadPinned(pins.map(({ itemId }) => itemId));
    const inCart = await turns.run(({ learner }) => {
      const { items } = catalog.index;
      return cart ? [...learner.history.record.cart].map((row) => items[row].id).reverse() : [];
    });
    for (const about of [ids, inCart]) {
      await this.#load(about);
      const beside = complement && (await this.#reported(() => this.#loadBeside(about)));
      // Without companions, the list has similar items.
      if (!beside) await this.#loadAround(about);
    }
  }

  /** Loads the shards near the first 5 of some items; a failure is reported. */
  async #loadAround(ids: readonly string[]): Promise<void> {
    const { catalog } = this;
    await this.#reported(async () => {
      for (const id of ids.slice(0, MAX_AROUND)) {
        const { content, rowOf } = catalog.index;
        const row = this.#loadedAround.has(id) ? undefined : rowOf.get(id);
        if (row === undefined) continue;
        // Added immediately: another list may look for these items while the next ones are fetched.
        await this.loadShards(await this.#shards.best(contentScores(vectorOf(content, row)), SHARDS_AROUND_ITEM));
        this.#loadedAround.add(id);
      }
    });
  }

  /** Loads shards, the most important first. @throws SidestreamError `bundle/*` if some are missing and none of them can be loaded */
  async loadShards(numbers: readonly number[]): Promise<void> {
    await this.#add(await this.#read(numbers));
    this.catalog.touch(numbers);
  }

  /** Finds an item that may not be loaded; null if the catalogue lacks the id. @throws SidestreamError `bundle/*` */
  async find(id: string): Promise<Item | null> {
    const items = await this.items(await this.#shards.shardsWith(id));
    return items.find((item) => item.id === id) ?? null;
  }

  /**
   * The items of shards at their present prices, without adding them to what is ranked; their texts are loaded, too.
   * @throws SidestreamError `bundle/*`
   */
  async items(numbers: readonly number[]): Promise<Item[]> {
    const { catalog } = this;
    const items: Item[] = [];
    for (let start = 0; start < numbers.length; start += PARALLEL_READS) {
      const part = numbers.slice(start, start + PARALLEL_READS);
      const shards = await Promise.all(part.map((number) => this.#shards.read(number)));
      await catalog.follow(shards);
      items.push(...shards.flatMap((shard) => shard.items));
    }
    return items.map((item) => catalog.offers?.joined(item) ?? item);
  }

  /**
   * Checks that the catalogue has these items.
   * @throws SidestreamError `runtime/unknown-item`; `bundle/*` if the check fails
   */
  async check(ids: readonly string[]): Promise<void> {
    const { catalog } = this;
    for (const id of new Set(ids)) {
      if (!catalog.find(id) && !(await this.find(id))) catalog.rowOf(id);
    }
  }

  /**
   * Loads, all at once, the shards of the last choices, those with items that others chose with the last one, and the best ones by the
   * personal score: every step is a round trip, and every addition indexes the loaded items again.
   * @param most maximum number of shards beside those of the last choices, until the next choice. Default: by the number of choices
   * @returns whether the loaded catalogue changed
   */
  async #loadNearPreference(most?: number): Promise<boolean> {
    const { turns, catalog } = this;
    const found = await turns.run(({ learner }) => {
      const history = this.#historyOf(learner);
      const mean = personalScores(catalog.index, learner.history, learner.weightsAt(Date.now()));
      if (!mean || history === this.#loadedHistory) return null;
      // Changes of other things may be announced while the shards are loading.
      if (most !== undefined) this.#loadedHistory = history;
      const { length: choices } = learner.history.rows;
      return { history, mean, choices, last: this.#lastChoices(learner), beside: this.#besideLast(learner) };
    });
    if (!found) return false;
    const { history, mean, choices, last, beside } = found;
    const before = catalog.index;
    const { loadedShards, bundle } = catalog;
    const { count, largest } = bundle.manifest.shards;
    const items = bundle.manifest.count / count;
    const late = Math.max(0, choices - LATE_CHOICES);
    const few = Math.max(0, FEW_ITEMS - catalog.count);
    const firstItems = FIRST_ITEMS + MORE_FIRST * few;
    const more = ITEMS_PER_CHOICE + MORE_PER_CHOICE * few;
    const extent = firstItems + more * (choices - 1 - late) + Math.max(more, ITEMS_PER_LATE_CHOICE) * late;
    const wanted = Math.round((extent - catalog.index.items.length) / items);
    const room = Math.floor((MAX_ITEMS - catalog.index.items.length) / largest);
    // A returning shopper's list does not wait for all that earlier pages loaded one by one.
    const first = Math.ceil(firstItems / items);
    const limit = Math.max(0, Math.min(wanted, room, most ?? first));
    try {
      // Items of the head are in shards, too.
      const own = await this.#shardsOfItems(last);
      const chosen = (await beside?.(mean)) ?? [];
      const ranked = limit > 0 ? await this.#shards.best(mean, loadedShards.size + own.length + limit) : [];
      const others = [...new Set([...chosen, ...ranked])].filter(
        (shard) => !loadedShards.has(shard) && !own.includes(shard),
      );
      const added = others.slice(0, Math.max(limit, chosen.length));
      await this.loadShards([...own, ...added]);
      // Otherwise the announcement of the new items leads here again.
      if (added.length < first) this.#loadedHistory = history;
    } catch (thrown) {
      this.#loadedHistory = '';
      throw thrown;
    }
    return (await this.#evict()) || catalog.index !== before;
  }

  /**
   * Decides which shards with items that others chose with the last choice are loaded: those of which an item is expected among the best.
   * Its score is estimated from the mean of its shard and its lift. Null without a log.
   */
  #besideLast(learner: ActiveLearner): ((mean: ScoreEntries) => Promise<number[]>) | null {
    const { rows, orders, dismissed } = learner.history;
    const { catalog } = this;
    const { index } = catalog;
    if (!choiceTable(index)) return null;
    const products = rows.map(productOf(index));
    const weights = learner.weightsAt(Date.now());
    const present = scores(learner.terms, weights);
    const chosen = new Set([...rows, ...dismissed]);
    const best = topRows(present, PLACES, (row) => !chosen.has(row));
    const least = best.length < PLACES ? Number.NEGATIVE_INFINITY : present[best[PLACES - 1]];
    const lifts = catalog.shardsBeside(lastChoices({ rows: products, orders }), products.at(-1));
    return async (mean) => {
      if (lifts.size === 0) return [];
      const means = await this.#shards.estimates([...lifts.keys()], mean);
      return [...lifts]
        .map(([shard, lift], n) => ({ shard, score: means[n] + weights.boughtTogether * lift }))
        .filter(({ score }) => score > least)
        .sort((a, b) => b.score - a.score || a.shard - b.shard)
        .slice(0, SHARDS_BESIDE)
        .map(({ shard }) => shard);
    };
  }

  /** Loads the shards of the items that others chose with these items. @returns whether there are any */
  async #loadBeside(ids: readonly string[]): Promise<boolean> {
    const { catalog } = this;
    const rows = ids.flatMap((id) => catalog.index.rowOf.get(id) ?? []);
    const lifts = catalog.shardsBeside(rows.map((row) => [row, 1] as const));
    const best = [...lifts].sort(([a, x], [b, y]) => y - x || a - b).slice(0, SHARDS_OF_LIST);
    await this.loadShards(best.map(([shard]) => shard));
    const { cooccurrence } = catalog.index;
    return rows.some((row) => cooccurrence && cooccurrence.offsets[row + 1] > cooccurrence.offsets[row]);
  }

  /** Loads the shards of items. @param ids the most important first: if they are in more than `most` shards, the last ids are left out */
  async #load(ids: readonly string[], most = PAST_SHARDS): Promise<void> {
    const missing = ids.filter((id) => !this.catalog.find(id));
    if (missing.length > 0) await this.loadShards((await this.#shardsOfItems(missing)).slice(0, most));
  }

  async #shardsOfItems(ids: readonly string[]): Promise<number[]> {
    const found = ids.map((id) => {
      const known = this.catalog.shardOf(id);
      return known === undefined ? this.#shards.shardsWith(id) : [known];
    });
    return [...new Set((await Promise.all(found)).flat())];
  }

  /** Reads the shards that are not loaded yet; rejects only if all of them fail. */
  async #read(numbers: readonly number[]): Promise<Shard[]> {
    const missing = numbers.filter((number) => !this.catalog.loadedShards.has(number));
    const results = await Promise.allSettled(missing.map((number) => this.#shards.read(number)));
    const read = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const result of results) {
      if (result.status !== 'rejected') continue;
      if (read.length === 0) throw result.reason;
      this.report(result.reason);
    }
    return read;
  }

  /** Loads pinned items, each at its first list; a failure is reported, and lists continue without them. */
  async #loadPinned(ids: readonly string[]): Promise<void> {
    const fresh = ids.filter((id) => !this.#loadedPins.has(id));
    const loading = this.load(fresh);
    for (const id of fresh) this.#loadedPins.set(id, loading);
    await Promise.all(ids.map((id) => this.#loadedPins.get(id)));
  }

  async #add(shards: readonly Shard[]): Promise<void> {
    if (shards.length === 0) return;
    const { turns, catalog } = this;
    await catalog.follow(shards);
    await turns.change(async ({ learner }) => {
      // No list may be made between the two: the learner must know all rows.
      if (catalog.grow(shards)) learner.setCatalog(catalog);
    });
  }

  /** @returns whether items were evicted */
  async #evict(): Promise<boolean> {
    const { turns, catalog } = this;
    if (catalog.index.items.length <= MAX_ITEMS) return false;
    let kept: ReadonlySet<string> = new Set();
    const evicted: number[] = [];
    await turns.renumber(({ history }) => {
      const { items } = catalog.index;
      const { rows, dismissed, record } = history;
      const own = [...rows.slice(-MAX_HISTORY), ...dismissed, ...record.cart].map((row) => items[row].id);
      this.#loadedAround.clear();
      this.#loadedPins.clear();
      const shards = [...catalog.loadedShards];
      let total = shards.reduce((sum, [, ids]) => sum + ids.length, 0);
      for (const [shard, ids] of shards) {
        if (total <= ITEMS_AFTER_EVICTION) break;
        evicted.push(shard);
        total -= ids.length;
      }
      kept = new Set([...own, ...shards.slice(evicted.length).flatMap(([, ids]) => ids)]);
      catalog.evict(evicted, kept);
    });
    catalog.offers?.drop(evicted);
    await catalog.texts?.keepOnly(kept);
    return true;
  }

  /** Loads shards for a list after room was made for them; a failure is reported. */
  #withRoom(load: () => Promise<void>): Promise<void> {
    return this.#reported(async () => {
      if (await this.#evict()) {
        // The shards near the preferences may have been evicted.
        this.#loadedHistory = '';
        this.scheduleLoad();
      }
      await load();
    });
  }

  async #reported<T>(work: () => Promise<T>): Promise<T | undefined> {
    return work().catch((thrown) => void this.report(thrown));
  }

  /** The end of the history as a text, to compare with a later one. */
  #historyOf(learner: ActiveLearner): string {
    const { rows, dismissed } = learner.history;
    return [rows.length, ...this.#lastChoices(learner), dismissed.size].join(' ');
  }

  #lastChoices({ history: { rows } }: ActiveLearner): string[] {
    const { items } = this.catalog.index;
    return rows.slice(-LAST_CHOICES).map((row) => items[row].id);
  }
}
