import { join } from 'node:path';
import { bundleItems, describeRejectedRow, type Item, openHead, putInto, putOffers } from '../../../src/core/catalog';
import { type FeedOffer, parsedRows, recordOffer } from '../../../src/core/catalog/feed';
import {
  DEFAULT_MARKET,
  fetchOffers,
  fetchOffersFile,
  type MarketOffers,
  OFFERED,
  type Offer,
  type Offered,
  offersFile,
} from '../../../src/core/catalog/offers';
import { counted } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import { type Meter, metered, type RejectedRows, singleCurrency } from '../../shop/pipeline';
import {
  folderFetch,
  folderSink,
  nameMutable,
  readManifest,
  removeMutable,
  removeStale,
  withBundle,
  writeMutable,
} from './folder-bundle';
import { openFeed } from './open-feed';
import { type ReadFeedOptions, RejectedRowsFile, strictError } from './read-feed';

/** Treatment of products in the bundle that the feed lacks: they keep price and stock, or are sold out. */
export const MISSING = ['keep', 'out-of-stock'] as const;

export interface OffersRequest extends Pick<ReadFeedOptions, 'mapping' | 'strict'> {
  feed: readonly string[];
  out: string;
  market?: string;
  /** Default: the feed's, if it has only one. */
  currency?: string;
  /** Default: `keep`; for markets other than the default one, to which the bundle's prices do not apply, `out-of-stock`. */
  missing?: (typeof MISSING)[number];
  rejectedFile?: string;
  /** Receives notes about the reading. */
  warn?: (line: string) => void;
  meter: Meter;
}

export type OffersResult = Awaited<ReturnType<typeof writeOffers>>;

/**
 * Writes the offers of a market into the folder of a bundle: price, list price, availability and quantity of a feed. The default
 * market gets the values that differ from the bundle's own. Any other market gets all values, because the bundle's prices are not
 * its prices.
 * @throws SidestreamError `bundle/unreachable` if there is no bundle; `catalog/empty`, `catalog/refused`, and other errors
 *   of reading a feed; `bundle/offers` if there are too many for a page. The offers then stay unchanged
 */
export async function writeOffers(request: OffersRequest) {
  const { out } = request;
  // Reports a mistyped folder before a long feed is read.
  await readManifest(out);
  const rejected = new RejectedRowsFile(request.rejectedFile);
  const feed = await readOffers(request, rejected).finally(() => rejected.close());
  const put = await withBundle(out, () => replaceOffers(request, feed));
  return {
    ...put,
    rejectedRows: feed.rejectedRows,
    /** The refusals, grouped, as lines. */
    refusals: rejected.groups.lines,
    rejectedCount: rejected.count,
  };
}

/** Compares the feed with the present bundle, and writes the offers. */
async function replaceOffers(request: OffersRequest, feed: FeedOffers) {
  const { out, market = DEFAULT_MARKET, meter } = request;
  const fetchFile = folderFetch(out);
  const idsOf = (items: readonly Item[]): string[] => items.map(({ id }) => id);
  const { manifest, head } = await openHead(fetchFile);
  const own = market === DEFAULT_MARKET;
  const currency = request.currency ?? singleCurrency(feed.currencies);
  const { missing: rule = own ? 'keep' : 'out-of-stock' } = request;
  const offers: Offer[] = [];
  const members: string[][] = [];
  let [known, missing, unpublished] = [0, 0, 0];
  await metered(meter, 'Compare', manifest.count, async (advance) => {
    for await (const items of bundleItems(manifest, fetchFile)) {
      members.push(idsOf(items));
      for (const item of items) {
        const given = feed.offers.get(item.id);
        const hidden = !given && feed.unpublished.has(item.id);
        if (given) known++;
        else if (hidden) unpublished++;
        else if (!feed.refused.has(item.id)) missing++;
        // If the bundle's price belongs to another market, a product without a readable price cannot be sold.
        const soldOut = hidden || (!given && rule === 'out-of-stock' && (!own || !feed.refused.has(item.id)));
        const offer = soldOut ? soldOutOffer(item, own) : given && offerOf(item, given, feed.fields, own);
        if (offer) offers.push(offer);
      }
      advance(items.length);
    }
  });
  // A damaged file is replaced as a whole.
  const { shards } = await fetchOffersFile(fetchFile, manifest, market).catch((): Partial<MarketOffers> => ({}));
  // Files of the present offers stay until the next run, because open pages still read them.
  if (shards) await removeStale(out, manifest);
  const put = putInto(await folderSink(out));
  const bytes = await putOffers(
    market,
    { currency, offers, shards },
    manifest.shards,
    [idsOf(head.items), ...members],
    put,
  );
  const changed = await writeMutable(join(out, offersFile(market)), bytes);
  await nameMutable(out, ({ offers: named = [], rules }) =>
    named.includes(market) ? null : { offers: [...named, market], rules },
  );
  return {
    file: join(out, offersFile(market)),
    bytes: bytes.byteLength,
    changed,
    /** Number of products in the file, and in the bundle. */
    offers: offers.length,
    items: manifest.count,
    /** Number of products in the feed that the bundle lacks. */
    unknown: feed.offers.size - known,
    /** Number of products in the bundle that the feed lacks. */
    missing,
    /** Number of products in the bundle that the feed marks as unpublished; they are sold out. */
    unpublished,
  };
}

/** Removes the offers of a market. @throws SidestreamError `bundle/unreachable` if there is no bundle */
export const removeOffers = (out: string, market = DEFAULT_MARKET): Promise<void> =>
  removeMutable(out, offersFile(market), ({ offers: named = [], rules }) =>
    named.includes(market) ? { offers: named.filter((other) => other !== market), rules } : null,
  );

/**
 * The offers that a build keeps, by market.
 * @param made offers that the build itself makes; they replace earlier ones
 */
export async function keptOffers(
  out: string,
  say: (line: string) => void,
  made: ReadonlyMap<string, MarketOffers> = new Map(),
): Promise<Map<string, MarketOffers>> {
  const manifest = await readManifest(out);
  const kept = new Map<string, MarketOffers>();
  for (const market of manifest.offers ?? []) {
    try {
      const offers = await fetchOffers(folderFetch(out), manifest, market);
      kept.set(market, { ...offers, ...made.get(market) });
      if (made.has(market)) continue;
      say(
        `Kept ${offersFile(market)}: price and stock of ${counted(offers.offers.length, 'product')}, which override this build's until \`sidestream offers\` runs again.`,
      );
    } catch (thrown) {
      if (made.has(market)) continue;
      const { message } = SidestreamError.from(thrown);
      say(`Left out the offers of the market "${market}": ${message}`);
    }
  }
  return kept;
}

type FeedOffers = Awaited<ReturnType<typeof readOffers>>;

async function readOffers({ feed, mapping, strict, warn }: OffersRequest, rejected: RejectedRows) {
  const read = {
    offers: new Map<string, FeedOffer['values']>(),
    /** Ids of refused rows, if readable. */
    refused: new Set<string>(),
    unpublished: new Set<string>(),
    currencies: new Set<string>(),
    rejectedRows: 0,
  };
  /** Fields that at least one product of the feed has. */
  const fields = new Set<keyof Offered>();
  let at = 0;
  const onGuess = (file: string, encoding: string): void =>
    warn?.(`Read ${file} as ${encoding}, because it is not valid UTF-8.`);
  for await (const row of parsedRows(openFeed(feed), recordOffer, { mapping, onGuess })) {
    if ('item' in row) {
      read.offers.set(row.item.id, row.item.values);
      for (const field of row.item.fields) fields.add(field);
      if (row.currency && row.item.values.price !== undefined) read.currencies.add(row.currency);
    } else if ('unpublished' in row) {
      if (row.id !== undefined) read.unpublished.add(row.id);
    } else {
      if (strict) throw strictError(row.rejected[0]);
      rejected.add(at, ...row.rejected);
      read.rejectedRows++;
      for (const { id } of row.rejected) if (id !== undefined) read.refused.add(id);
    }
    at++;
  }
  if (read.offers.size === 0) {
    const first = rejected.kept[0] ? ` The first row refused: ${describeRejectedRow(rejected.kept[0])}.` : '';
    const text = `${feed.join(', ')} has no usable product, so the offers are unchanged.${first}`;
    throw new SidestreamError('catalog/empty', text);
  }
  if (fields.size === 0) {
    const text = `${feed.join(', ')} has neither price nor stock, so the offers are unchanged. Name the columns with --mapping.`;
    throw new SidestreamError('catalog/empty', text);
  }
  return { ...read, fields };
}

/**
 * The offer of an item in a feed. A field that no product of the feed has stays unchanged; a field that only this product lacks
 * is cleared. Price and list price belong together.
 * @param own whether the bundle's own values apply to the market; the result is then null if nothing differs
 */
function offerOf(
  item: Item,
  values: FeedOffer['values'],
  fields: ReadonlySet<keyof Offered>,
  own: boolean,
): Offer | null {
  // As for items: in stock by default.
  const now: Offered = { ...values, availability: values.availability ?? 'in-stock' };
  const differs = (field: keyof Offered): boolean => fields.has(field) && (!own || now[field] !== item[field]);
  const offer: Offer = { id: item.id };
  if (differs('price') || differs('listPrice')) {
    if (fields.has('price')) offer.price = now.price ?? null;
    // Next to a different price, the bundle's list price would show a reduction that does not exist.
    if (fields.has('listPrice') || differs('price')) offer.listPrice = now.listPrice ?? null;
  }
  if (differs('availability')) offer.availability = now.availability;
  if (differs('quantity')) offer.quantity = now.quantity ?? null;
  return OFFERED.some((field) => offer[field] !== undefined) ? offer : null;
}

/** The offer of an unavailable product. @param own whether the bundle's own values apply to the market */
export function soldOutOffer({ id, availability }: Item, own: boolean): Offer | null {
  if (own) return availability === 'out-of-stock' ? null : { id, availability: 'out-of-stock' };
  // The bundle's price is in the currency of another market.
  return { id, price: null, listPrice: null, availability: 'out-of-stock' };
}
