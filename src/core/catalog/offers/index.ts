import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { exactObject, fitting } from '../../common/schema';
import { type FetchFile, fetchChecked, parseJson } from '../bundle/bundle-file';
import {
  type BundleFile,
  currencySchema,
  DEFAULT_MARKET,
  fileSchema,
  type Manifest,
  offersFile,
} from '../bundle/manifest-schema';
import { type Item, itemSchema } from '../item';
import { fetchMutable, type MutableFile, parseMutable } from '../mutable-files';
import { BundleShards } from '../shards/bundle-shards';
import { decodeFileList, LISTED_BYTES } from '../shards/directory';

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

const offersSchema = v.array(offerSchema);
/** Offers by shard, for one division of the items into shards. */
const shardOffersSchema = exactObject({
  /** Name of the bundle's index of ids, which has the division. */
  ids: v.string(),
  /** Lists of the shards' files. */
  files: v.array(fileSchema),
  /** Offers of the items of the head. */
  head: offersSchema,
});

const offersFileSchema = exactObject({
  /** 1: all offers; 2: an index of the shards' files. */
  schema: v.picklist([1, 2]),
  /** Absent in the file of the default market. */
  market: v.optional(marketSchema),
  /** Currency of all prices. */
  currency: v.optional(currencySchema),
  /** Of the present bundle and, as pages may still read it, of the previous one. */
  shards: v.optional(v.array(shardOffersSchema)),
  /** At most one per product; empty in an index. */
  offers: offersSchema,
});

export type MarketOffers = Omit<v.InferOutput<typeof offersFileSchema>, 'schema' | 'market'>;

/**
 * Writes an offers file with fields in a fixed order and one offer per line: equal offers give equal bytes.
 * @throws SidestreamError `bundle/offers` when it is larger than pages accept
 */
export function encodeOffers({ currency, offers, shards }: MarketOffers, market = DEFAULT_MARKET): Uint8Array {
  const named = market === DEFAULT_MARKET ? {} : { market };
  const indexed = shards?.map((part) => ({ ...part, head: part.head.map(pick) }));
  const head = JSON.stringify({ schema: shards ? 2 : 1, ...named, currency, shards: indexed });
  const bytes = new TextEncoder().encode(`${head.slice(0, -1)},"offers":${rowsOf(offers)}}\n`);
  if (bytes.byteLength <= MAX_BYTES) return bytes;
  const text = `The offers of ${offers.length} products are ${bytes.byteLength} bytes, but pages read at most ${MAX_BYTES}; nothing was written. Build again to reduce the number that differ from the bundle.`;
  throw new SidestreamError('bundle/offers', text);
}

const rowsOf = (offers: readonly Offer[]): string =>
  `[\n${offers.map((offer) => JSON.stringify(pick(offer))).join(',\n')}\n]`;

const pick = (offer: Offer): object =>
  Object.fromEntries(['id' as const, ...OFFERED].map((field) => [field, offer[field]]));

/** The file of a shard: no bytes without offers, so that pages need not fetch it. */
export const encodeShardOffers = (offers: readonly Offer[]): Uint8Array =>
  new TextEncoder().encode(offers.length > 0 ? rowsOf(offers) : '');

/** Reads the output of `encodeShardOffers`. @throws SidestreamError `bundle/offers`, `bundle/invalid` */
export const decodeShardOffers = ({ file, bytes }: { file: string; bytes: ArrayBuffer }): Offer[] =>
  bytes.byteLength === 0
    ? []
    : fitting(offersSchema, parseJson(file, bytes), (what) => unusable(`${file}: ${what}`), 0);

/** Reads the output of `encodeOffers`. @throws SidestreamError `bundle/offers` naming offer and field */
export function decodeOffers(bytes: ArrayBuffer, market = DEFAULT_MARKET): MarketOffers {
  const file = offersFile(market);
  const data = parseMutable(bytes, mutable(file));
  const unfit = (what: string): Error => unusable(`${file}: ${what}`);
  const { market: own = DEFAULT_MARKET, currency, schema, offers, shards } = fitting(offersFileSchema, data, unfit, 1);
  if ((schema === 2) !== (shards !== undefined)) throw unfit('schema: does not fit the content');
  if (own !== market) throw unusable(`${file}: it is for the market "${own}"`);
  const ids = new Set<string>();
  for (const { id } of offers) {
    if (ids.has(id)) throw unusable(`${file}: item ${JSON.stringify(id)} occurs twice`);
    ids.add(id);
  }
  return { offers, ...(currency ? { currency } : {}), ...(shards ? { shards } : {}) };
}

/**
 * Gets all offers of a market, those in the shards' files as well.
 * @throws SidestreamError `bundle/*` as `fetchOffersFile`, or when a file of a shard is missing or damaged
 */
export async function fetchOffers(fetchFile: FetchFile, manifest: Manifest, market?: string): Promise<MarketOffers> {
  const file = await fetchOffersFile(fetchFile, manifest, market);
  const { files } = offersFor(file, manifest);
  if (!files) return file;
  const shards = new BundleShards(manifest, fetchFile);
  const all: Offer[][] = [];
  while (all.length < shards.count) all.push(decodeShardOffers(await shards.beside(all.length, { offers: files })));
  return { ...file, offers: all.flat() };
}

/**
 * The offers that a page uses immediately, and in an index the lists of the files with the offers of each shard.
 * @throws SidestreamError `bundle/offers` when the index is for other shards than the bundle's
 */
export function offersFor(
  { offers, shards }: MarketOffers,
  manifest: Pick<Manifest, 'shards'>,
): { offers: readonly Offer[]; files?: readonly BundleFile[] } {
  if (!shards) return { offers };
  const own = shards.find(({ ids }) => ids === manifest.shards.ids.file);
  if (!own) throw unusable('they are for another state of the bundle');
  return { offers: own.head, files: own.files };
}

/** The files that the offers of a bundle name. Offers that cannot be read name no files; `fetchOffers` says why. */
export async function offersFiles(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const found = (manifest.offers ?? []).map(async (market) => {
    const { shards = [] } = await fetchOffersFile(fetchFile, manifest, market);
    const listed = shards
      .flatMap(({ files }) => files)
      .map(async (list) => {
        const bytes = await fetchChecked(fetchFile, list);
        return [list, ...decodeFileList(bytes, list.file, 'offers', bytes.byteLength / LISTED_BYTES)];
      });
    return (await Promise.all(listed)).flat();
  });
  return (await Promise.all(found.map((files) => files.catch(() => [])))).flat();
}

/**
 * Gets the offers file of a market.
 * @throws SidestreamError `bundle/offers` when the bundle has no offers of this market, or the file is missing or damaged
 */
export async function fetchOffersFile(
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
