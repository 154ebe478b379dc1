import * as v from 'valibot';
import type { BundleFile, FetchFile, Item, Manifest, OpenedHead, Shard } from '../../../core/catalog';
import { marketFor } from '../../../core/catalog/locales';
import {
  DEFAULT_MARKET,
  decodeShardOffers,
  fetchOffersFile,
  type MarketOffers,
  mergedOffer,
  type Offer,
  offeredItem,
  offeredMarket,
  offerSchema,
  offersFor,
  unknownMarket,
} from '../../../core/catalog/offers';
import { SidestreamError } from '../../../error';
import { type EngineOptions, parsed } from '../../protocol';
import {
  type CatalogIndex,
  fetchRules,
  mergedRules,
  type Placement,
  type PublishedRules,
  patchedIndex,
  type Rules,
  ruleProblemText,
  rulesAt,
} from '../../ranking';
import type { ListChanges } from '../tasks';

/**
 * The rules of the bundle's file that now apply to a placement, or, with null, to one of the shop's own lists; the page's
 * rules replace rules with the same names.
 */
export type RulesFor = (placement: Placement | null, own: Rules) => Rules;

/** The catalogue, as far as its prices, stock and rules change between builds. */
export interface PricedCatalog {
  readonly bundle: OpenedHead;
  readonly loadedShards: ReadonlyMap<number, readonly string[]>;
  readonly whole: boolean;
  index: CatalogIndex;
  offers: OfferService | null;
  rulesFor: RulesFor;
  find(id: string): Item | null;
}

const MAX_PER_CALL = 10_000;
/** Maximum number of products whose offers are kept, because a page may call repeatedly. */
const MAX_KEPT = 100_000;

const offersOf = (most: number) =>
  v.pipe(v.array(offerSchema, 'must be a list of offers'), v.maxLength(most, `must be at most ${most} offers`));

/**
 * Starts fetching the offers of a bundle; offers that the page updated before this worker started apply even without them.
 * The market is the page's, else the market of its language, else the default one, which is also used, with an error, instead of a
 * named one without offers: its prices are the shop's own, and newer than the bundle's.
 * @returns a function that applies them to the catalogue. A failure is reported, and prices and stock stay the bundle's
 */
function openOffers(
  manifest: Pick<Manifest, 'offers' | 'language' | 'locales'>,
  { lang, market = marketFor(manifest, lang), offers }: Pick<EngineOptions, 'lang' | 'market' | 'offers'>,
  report: (thrown: unknown) => void,
  fetchFile: FetchFile,
): (catalog: PricedCatalog, changes: ListChanges) => Promise<void> {
  // If only other markets have offers, the bundle's own values are used.
  const offered = offeredMarket(manifest.offers, market);
  const fetchOffers = () => fetchOffersFile(fetchFile, manifest, offered);
  const file = offered ? fetchOffers() : null;
  // Reported by the caller that joins them.
  file?.catch(() => undefined);
  return async (catalog, changes) => {
    if (market && market !== offered) report(unknownMarket(manifest.offers, market));
    try {
      if (!file && !offers) return;
      const service = serviceOf(catalog, changes);
      service.foreign = offered !== undefined && offered !== DEFAULT_MARKET;
      if (offers) service.update(parsed(offersOf(MAX_KEPT), [...offers.values()], 'catalog.updateOffers()'));
      if (file) await service.use(await file, fetchOffers, report);
    } catch (thrown) {
      report(thrown);
    }
  };
}

/** @throws SidestreamError `runtime/invalid-input` naming offer and field; nothing changes then */
export const updateOffers = async (
  { catalog, changes }: { catalog: PricedCatalog; changes: ListChanges },
  given: unknown,
) => serviceOf(catalog, changes).update(parsed(offersOf(MAX_PER_CALL), given, 'catalog.updateOffers()'));

function serviceOf(catalog: PricedCatalog, changes: ListChanges): OfferService {
  catalog.offers ??= new OfferService(catalog, changes);
  return catalog.offers;
}

/** Prices and stock between builds: from the bundle's offers file, and from the page's updates, which override the file. */
export class OfferService {
  /** Currency of the prices, as a code; undefined if unknown. */
  currency: string | undefined;
  /**
   * Whether prices belong to another market than the bundle's. The ranking then reads the bundle's prices, because the
   * others are not comparable.
   */
  foreign = false;
  readonly #file = new Map<string, Offer>();
  /** Lists of the shards' files; null until an index of them is here. */
  #files: readonly BundleFile[] | null = null;
  /** The ids of the items of each shard whose offers are wanted, and, unless it failed, their loading. */
  readonly #shards = new Map<number, { ids: readonly string[]; loading?: Promise<void> }>();
  #fetchAgain: (() => Promise<MarketOffers>) | null = null;
  /** Reports the first failure only. */
  #report: ((thrown: unknown) => void) | null = null;
  readonly #updated = new Map<string, Offer>();
  /** The bundle's own item for each item whose price or stock changed. */
  readonly #own = new WeakMap<Item, Item>();

  constructor(
    private readonly catalog: PricedCatalog,
    private readonly changes: ListChanges,
  ) {
    for (const [shard, ids] of catalog.loadedShards) this.#shards.set(shard, { ids });
  }

  /** Uses an offers file, and the files of the loaded shards if it is an index. @param fetchAgain gets its later content */
  async use(file: MarketOffers, fetchAgain: () => Promise<MarketOffers>, report: (thrown: unknown) => void) {
    this.#fetchAgain = fetchAgain;
    this.#report = report;
    this.#read(file);
    this.currency = file.currency;
    await this.follow([]);
    this.#join(this.catalog.index.items.keys(), file.currency !== undefined);
  }

  #read(file: MarketOffers): void {
    const { offers, files = null } = offersFor(file, this.catalog.bundle.manifest);
    this.#files = files;
    for (const offer of offers) this.#file.set(offer.id, offer);
  }

  /** Loads the offers of shards, before their items are there. Never rejects. */
  async follow(shards: readonly Shard[]): Promise<void> {
    for (const { number, items } of shards) {
      if (number !== undefined && !this.#shards.has(number))
        this.#shards.set(number, { ids: items.map(({ id }) => id) });
    }
    try {
      await this.#load().catch(async () => {
        // `sidestream offers` may have replaced the files.
        if (this.#fetchAgain) this.#read(await this.#fetchAgain());
        await this.#load();
      });
    } catch (thrown) {
      this.#report?.(thrown);
      this.#report = null;
    }
  }

  /** Loads the offers of the wanted shards that lack them, and applies them to loaded items. */
  async #load(): Promise<void> {
    const files = this.#files;
    if (!files) return;
    const loading = [...this.#shards].map(([shard, wanted]) => {
      wanted.loading ??= this.#loadShard(shard, wanted.ids, files).catch((thrown) => {
        delete wanted.loading;
        throw thrown;
      });
      return wanted.loading;
    });
    for (const result of await Promise.allSettled(loading)) if (result.status === 'rejected') throw result.reason;
  }

  async #loadShard(shard: number, ids: readonly string[], offers: readonly BundleFile[]): Promise<void> {
    try {
      const loaded = decodeShardOffers(await this.catalog.bundle.shards.beside(shard, { offers }));
      for (const offer of loaded) this.#file.set(offer.id, offer);
    } catch (thrown) {
      // The bundle's prices are in the currency of another market.
      const unknown = this.foreign ? ids.filter((id) => !this.#file.has(id)) : [];
      for (const id of unknown) this.#file.set(id, { id, price: null, listPrice: null });
      throw thrown;
    } finally {
      const { rowOf } = this.catalog.index;
      this.#join(ids.flatMap((id) => rowOf.get(id) ?? []));
    }
  }

  /** Drops the offers of evicted shards. */
  drop(shards: readonly number[]): void {
    for (const shard of shards) {
      for (const id of this.#shards.get(shard)?.ids ?? []) if (!this.catalog.find(id)) this.#file.delete(id);
      this.#shards.delete(shard);
    }
  }

  update(offers: readonly Offer[]) {
    const { rowOf } = this.catalog.index;
    const ids = new Set(offers.map(({ id }) => id));
    // Other items may be loaded later.
    const unknown = this.catalog.whole ? [...ids].filter((id) => !rowOf.has(id)) : [];
    for (const id of unknown) ids.delete(id);
    const fresh = [...ids].filter((id) => !this.#updated.has(id));
    if (this.#updated.size + fresh.length > MAX_KEPT) {
      const text = `catalog.updateOffers(): a page keeps the offers of at most ${MAX_KEPT} products. Write more of them with \`sidestream offers\`.`;
      throw new SidestreamError('runtime/invalid-input', text);
    }
    for (const offer of offers) {
      if (ids.has(offer.id)) this.#updated.set(offer.id, mergedOffer(this.#updated.get(offer.id), offer));
    }
    const rows = [...ids].flatMap((id) => rowOf.get(id) ?? []);
    const kept = [...ids].flatMap((id) => this.#updated.get(id) ?? []);
    return { changed: this.#join(rows), unknown, kept };
  }

  /** The item at its present price and stock. */
  joined(item: Item): Item {
    const own = this.#own.get(item) ?? item;
    const joined = offeredItem(own, this.#updated.get(own.id), this.#file.get(own.id));
    if (joined !== own) this.#own.set(joined, own);
    return joined;
  }

  /** The index with all its items at their present prices and stock. */
  patched(index: CatalogIndex): CatalogIndex {
    return patchedIndex(index, this.#changed(index, index.items.keys()), !this.foreign);
  }

  /** Applies changed offers. @param tell whether lists change in any case @returns number of changed items */
  #join(rows: Iterable<number>, tell = false): number {
    const { index } = this.catalog;
    const changed = this.#changed(index, rows);
    this.catalog.index = patchedIndex(index, changed, !this.foreign);
    if (changed.size > 0 || tell) this.changes.announce();
    return changed.size;
  }

  #changed({ items }: CatalogIndex, rows: Iterable<number>): Map<number, Item> {
    const changed = new Map<number, Item>();
    for (const row of rows) {
      const joined = this.joined(items[row]);
      if (!isSame(items[row], joined)) changed.set(row, joined);
    }
    return changed;
  }
}

/** Whether two states of one item have the same price and stock. */
const isSame = (one: Item, other: Item): boolean =>
  one === other ||
  (one.price === other.price &&
    one.listPrice === other.listPrice &&
    one.availability === other.availability &&
    one.quantity === other.quantity);

/** Maximum time that the first list waits for offers and rules after everything else is loaded, ms. */
const MAX_WAIT_MS = 1500;

/**
 * Applies to a catalogue the files that change between builds. Resolves when they are applied, or when the first list should
 * not wait longer: lists then change as soon as they arrive. A failure is reported, and lists continue without them.
 */
export type JoinLiveFiles = (catalog: PricedCatalog, changes: ListChanges) => Promise<void>;

/** Fetches the files of a bundle that change between builds: offers and rules. */
export function openLiveFiles(
  manifest: Pick<Manifest, 'offers' | 'rules'>,
  options: EngineOptions,
  report: (thrown: unknown) => void,
  fetchFile: FetchFile,
): JoinLiveFiles {
  const offers = openOffers(manifest, options, report, fetchFile);
  const joins = [offers, ...(manifest.rules ? [openRules(report, fetchFile)] : [])];
  return async (...context) => {
    const waiting = new Promise<void>((resolve) => setTimeout(resolve, MAX_WAIT_MS));
    await Promise.race([Promise.all(joins.map((join) => join(...context))), waiting]);
  };
}

/**
 * Starts fetching the file of the shop's rules.
 * @returns a function that applies it to the catalogue. A failure is reported once, and lists follow only the page's rules
 */
function openRules(report: (thrown: unknown) => void, fetchFile: FetchFile): JoinLiveFiles {
  const file = fetchRules(fetchFile);
  // Reported by the caller that joins it.
  file.catch(() => undefined);
  return async (catalog, changes) => {
    try {
      const { rules, problems } = await file;
      // A page may be open over midnight, so dates are judged for each list.
      catalog.rulesFor = (placement, own) => mergedRules(rulesAt(rules, placement, Date.now()), own);
      changes.announce();
      if (problems.length > 0) throw leftOut(problems);
    } catch (thrown) {
      report(thrown);
    }
  };
}

function leftOut(problems: PublishedRules['problems']): SidestreamError {
  const [first] = problems;
  const more = problems.length > 1 ? ` For ${problems.length - 1} more errors, run \`sidestream rules check\`.` : '';
  const text = `Some rules of the shop's file are invalid and left out; the other rules apply: ${ruleProblemText(first)}.${more}`;
  return new SidestreamError('bundle/rules', text);
}
