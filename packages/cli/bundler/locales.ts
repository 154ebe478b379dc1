import * as v from 'valibot';
import type { Item, LocaleContent } from '../../../src/core/catalog';
import { type ItemText, itemTextOf } from '../../../src/core/catalog/locales';
import { marketSchema, type Offer } from '../../../src/core/catalog/offers';
import { counted, firstNames } from '../../../src/core/common/text';
import { invalidInput, SidestreamError } from '../../../src/error';
import type { CollectedFeed, RejectedRows } from '../../shop/pipeline';
import { soldOutOffer } from './offers';
import { collectFeed, type ReadFeedOptions } from './read-feed';

export interface LocaleFeed {
  tag: string;
  feed: readonly string[];
}

export interface LocaleFeeds {
  locales: LocaleContent[];
  markets: NonNullable<ReturnType<typeof marketOf>>[];
  notes: string[];
  summary: string[];
  rejectedRows: number;
}

export interface ReadLocalesRequest {
  feeds: readonly LocaleFeed[];
  main: Pick<CollectedFeed, 'items' | 'currencies'>;
  language: string | undefined;
  options: ReadFeedOptions | undefined;
  rejected: RejectedRows;
  /** Number of these feeds' first row among all reported rows. */
  from: number;
  /** An item with its picture's address as pages use it. */
  placed: (item: Item) => Item;
}

/**
 * Reads the feeds of a catalogue in further languages: the texts that shoppers read about the items of the main feed. A product
 * that the main feed lacks is left out and named in a note. If a feed's prices are in a currency other than the main feed's, they
 * become the offers of a market named after the language; products that the feed lacks are not sold there.
 * @throws SidestreamError the errors of `collectFeed`; `catalog/empty` if a feed has no product of the main feed;
 *   `runtime/invalid-input` if a language is the main feed's own
 */
export async function readLocales(request: ReadLocalesRequest): Promise<LocaleFeeds> {
  const { feeds, main, language, options, rejected, placed } = request;
  const read: LocaleFeeds = { locales: [], markets: [], notes: [], summary: [], rejectedRows: 0 };
  const rowOf = new Map(main.items.map(({ id }, row) => [id, row]));
  let { from } = request;
  for (const { tag, feed } of feeds) {
    if (tag === language) {
      const text = `--locale ${tag}: the main feed is in ${tag}. Name only further languages here, and correct the main language with --lang if it is wrong.`;
      throw invalidInput(text);
    }
    const found = await collectFeed(feed, options, rejected, from);
    from += found.items.length + found.rejectedRows;
    read.rejectedRows += found.rejectedRows;
    read.summary.push(...found.summary.map((line) => `${tag}: ${line}`));
    const texts: (ItemText | null)[] = main.items.map(() => null);
    const own = new Map<string, Item>();
    const unknown: string[] = [];
    for (const [n, item] of found.items.entries()) {
      const row = rowOf.get(item.id);
      if (row === undefined) {
        unknown.push(item.id);
        continue;
      }
      own.set(item.id, item);
      texts[row] = itemTextOf(placed(main.items[row]), placed(item), found.titled.get(n));
    }
    if (own.size === 0) {
      const text = `${feed.join(', ')} has no product of the main feed, so there are no texts in ${tag} and nothing was built. Products are matched by id: with --mapping, name the column that holds the main feed's ids.`;
      throw new SidestreamError('catalog/empty', text);
    }
    if (unknown.length > 0)
      read.notes.push(`${tag}: left out, because the main feed does not have them: ${them(unknown)}.`);
    const missing = main.items.filter(({ id }) => !own.has(id)).map(({ id }) => id);
    const made = marketOf(tag, found, main, own);
    if (missing.length > 0) {
      const what = made ? `not sold in the market "${made.market}"` : 'shown as in the main feed';
      read.notes.push(`${tag}: ${what}, because this feed does not have them: ${them(missing)}.`);
    }
    if (made) {
      read.markets.push(made);
      read.notes.push(`${tag}: its prices in ${made.currency} are the offers of the market "${made.market}".`);
    }
    read.locales.push({ tag, texts, ...(made ? { market: made.market } : {}) });
  }
  return read;
}

/** The market made from a feed; null if its prices are in the main feed's currency or in an unknown one. */
function marketOf(
  tag: string,
  { currencies }: CollectedFeed,
  main: ReadLocalesRequest['main'],
  own: ReadonlyMap<string, Item>,
) {
  const [currency, ...others] = currencies;
  const market = tag.toLowerCase();
  if (!currency || others.length > 0 || main.currencies.has(currency) || !v.is(marketSchema, market)) return null;
  const items = [...own.values()];
  // For a feed without stock, the main feed's stock applies.
  const stock = items.some(({ availability }) => availability !== 'in-stock');
  const pieces = items.some(({ quantity }) => quantity !== undefined);
  const offers = main.items.flatMap((item): Offer | [] => {
    const sold = own.get(item.id);
    if (!sold) return soldOutOffer(item, false) ?? [];
    const { id, price = null, listPrice = null, availability, quantity = null } = sold;
    return { id, price, listPrice, ...(stock ? { availability } : {}), ...(pieces ? { quantity } : {}) };
  });
  return { market, currency, offers };
}

/** `2 products: "A", "B"`, with only the first of many. */
const them = (ids: readonly string[]): string =>
  `${counted(ids.length, 'product')}: ${firstNames(ids.map((id) => JSON.stringify(id)))}`;
