import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { exactObject, fitting } from '../../common/schema';
import type { FetchFile } from '../bundle/bundle-file';
import { currencySchema, DEFAULT_MARKET, type Manifest, offersFile } from '../bundle/manifest-schema';
import { type Item, itemSchema } from '../item';
import { fetchMutable, type MutableFile, parseMutable } from '../mutable-files';

export { currencySchema, DEFAULT_MARKET, offeredMarket, offersFile } from '../bundle/manifest-schema';

const { id, price, listPrice, availability, quantity } = itemSchema.entries;

/**
 * The fields of a product that may change between two builds. An absent field keeps the value of the bundle or of an earlier
 * offer; `null` means that the product has no such value now. The ranges equal an item's.
 */
export const offerSchema = exactObject({
  id,
  price: v.optional(v.nullable(price.wrapped)),
  listPrice: v.optional(v.nullable(listPrice.wrapped)),
  availability: v.optional(availability.wrapped),
  quantity: v.optional(v.nullable(quantity.wrapped)),
});

export type Offer = v.InferOutput<typeof offerSchema>;

/** The values that an offer may replace. */
export type Offered = Pick<Item, 'price' | 'listPrice' | 'availability' | 'quantity'>;

/** The fields of an offer but the id. */
export const OFFERED = ['price', 'listPrice', 'availability', 'quantity'] as const satisfies (keyof Offered)[];

/** Merges two offers of one product: the fields of the later offer, and the earlier offer's fields that it lacks. */
export function mergedOffer(earlier: Offer | undefined, later: Offer): Offer {
  const given = Object.entries(later).filter(([, value]) => value !== undefined);
  return { ...earlier, ...Object.fromEntries(given), id: later.id };
}

/**
 * An item with the price and stock of its offers, the later ones first. A list price that is not above the price is not a
 * reduction and is left out, as when a feed is read.
 * @returns the item itself if the offers change nothing
 */
export function offeredItem(item: Item, ...offers: (Offer | undefined)[]): Item {
  const changed: Item = { ...item };
  for (const offer of offers.toReversed()) {
    if (!offer) continue;
    if (offer.availability) changed.availability = offer.availability;
    for (const field of ['price', 'listPrice', 'quantity'] as const) {
      const value = offer[field];
      if (value === null) delete changed[field];
      else if (value !== undefined) changed[field] = value;
    }
  }
  const { price = Number.POSITIVE_INFINITY, listPrice = price } = changed;
  if (listPrice <= price) delete changed.listPrice;
  return OFFERED.every((field) => changed[field] === item[field]) ? item : changed;
}

const OFFERS_SCHEMA = 1 as const;
/** Maximum file size for reading and writing, bytes: pages load the whole file. */
export const MAX_BYTES = 32_000_000;

/**
 * Name of a market: lower-case letters and digits in groups joined by hyphens, at most 32 characters, because it is part of
 * the file name. Not exactly 16 hex digits, which hosts take for the digest of a file that never changes.
 */
export const marketSchema = v.pipe(
  v.string(),
  v.regex(/^(?![\da-f]{16}$)(?=.{1,32}$)[a-z\d]+(-[a-z\d]+)*$/, 'must be a name such as "at" or "de-ch"'),
);

const offersFileSchema = exactObject({
  schema: v.literal(OFFERS_SCHEMA),
  /** Absent in the file of the default market. */
  market: v.optional(marketSchema),
  /** Currency of all prices. */
  currency: v.optional(currencySchema),
  /** At most one per product. */
  offers: v.array(offerSchema),
});

export interface MarketOffers {
  currency?: string;
  offers: Offer[];
}

/**
 * Writes an offers file with fields in a fixed order and one offer per line: equal offers give equal bytes.
 * @throws SidestreamError `bundle/offers` when it is larger than pages accept
 */
export function encodeOffers({ currency, offers }: MarketOffers, market = DEFAULT_MARKET): Uint8Array {
  const head = JSON.stringify({ schema: OFFERS_SCHEMA, ...(market === DEFAULT_MARKET ? {} : { market }), currency });
  const rows = offers.map((offer) => JSON.stringify({ id: offer.id, ...pick(offer) }));
  const bytes = new TextEncoder().encode(`${head.slice(0, -1)},"offers":[\n${rows.join(',\n')}\n]}\n`);
  if (bytes.byteLength <= MAX_BYTES) return bytes;
  const text = `The offers of ${offers.length} products are ${bytes.byteLength} bytes, but pages read at most ${MAX_BYTES}; nothing was written. Build again to reduce the number that differ from the bundle.`;
  throw new SidestreamError('bundle/offers', text);
}

const pick = (offer: Offer): object => Object.fromEntries(OFFERED.map((field) => [field, offer[field]]));

/** Reads the output of `encodeOffers`. @throws SidestreamError `bundle/offers` naming offer and field */
export function decodeOffers(bytes: ArrayBuffer, market = DEFAULT_MARKET): MarketOffers {
  const file = offersFile(market);
  const data = parseMutable(bytes, mutable(file));
  const unfit = (what: string): Error => unusable(`${file}: ${what}`);
  const { market: own = DEFAULT_MARKET, currency, offers } = fitting(offersFileSchema, data, unfit, 1);
  if (own !== market) throw unusable(`${file}: it is for the market "${own}"`);
  const ids = new Set<string>();
  for (const { id } of offers) {
    if (ids.has(id)) throw unusable(`${file}: item ${JSON.stringify(id)} occurs twice`);
    ids.add(id);
  }
  return { offers, ...(currency ? { currency } : {}) };
}

/**
 * Gets the offers of a market.
 * @throws SidestreamError `bundle/offers` when the bundle has no offers of this market, or the file is missing or damaged
 */
export async function fetchOffers(
  fetchFile: FetchFile,
  { offers: markets = [] }: Pick<Manifest, 'offers'>,
  market = DEFAULT_MARKET,
): Promise<MarketOffers> {
  if (!markets.includes(market) || !v.is(marketSchema, market)) throw unknownMarket(markets, market);
  return decodeOffers(await fetchMutable(fetchFile, mutable(offersFile(market))), market);
}

/** The error of a market that the bundle does not have. */
export const unknownMarket = (markets: readonly string[] = [], market: string): SidestreamError =>
  unusable(`the bundle has offers of ${markets.join(', ') || 'no market'}, not of "${market}"`);

const unusable = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/offers',
    `The offers cannot be used, so prices and stock are the shop's own: ${what.replace(/\.$/, '')}. Write them again with \`sidestream offers\`.`,
    { cause },
  );

const mutable = (name: string): MutableFile => ({ name, maxBytes: MAX_BYTES, unusable });
