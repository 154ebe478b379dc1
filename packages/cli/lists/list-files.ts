import Papa from 'papaparse';
import { canonical, formatPrice, itemHref, safeImage } from '../../../src/core/card';
import { isLowest, isReduced, ratingOf, savingOf } from '../../../src/core/card/facts';
import type { Item } from '../../../src/core/catalog';
import { escaped } from '../../../src/core/common/text';
import { ENGLISH, fill, labelLanguage, loadLabels } from '../../../src/core/labels';
import type { RankedItem } from '../../../src/device/ranking';
import type { ListCatalog } from './list-catalog';
import type { RankedList } from './rank-lists';

export interface CardSettings {
  /** Currency of the prices. Default: the currency of the bundle or its offers. */
  currency?: string;
  /** Address of an item's page, with `{id}`, `{title}`, `{category}` or `{path}`. Default: the item's `url`. */
  hrefTemplate?: string;
  /** Address of the shop, against which links and pictures are resolved. Default: they stay as they are in the bundle. */
  site?: string;
}

interface ListCard extends Pick<Item, 'id' | 'title' | 'category' | 'price' | 'listPrice' | 'rating'> {
  url: string;
  image: string;
  /** Formatted, and with "from" if other variants of the product cost more; empty without a price. */
  priceText: string;
  /** Formatted; empty if the price is not reduced. */
  listPriceText: string;
  /** `−20 %`; empty below 1 %. */
  saving: string;
  /** Why it is in the list; empty if nothing is known. */
  reason: string;
  source: string;
}

export interface CardList extends Pick<RankedList, 'placement' | 'per' | 'of'> {
  currency?: string;
  items: ListCard[];
  standIns: ListCard[];
}

export async function cardMaker(
  { index, shown, currency: offered, lang }: ListCatalog,
  { currency = offered, hrefTemplate, site }: CardSettings,
  limit: number,
): Promise<(list: RankedList) => CardList> {
  const language = labelLanguage(lang);
  const { cards } = language === 'en' ? ENGLISH : await loadLabels(language);
  const percent = new Intl.NumberFormat(canonical(lang), { style: 'percent' });
  const price = (value: number): string => formatPrice(value, currency, lang);
  const absolute = (address: string): string => (site && address ? new URL(address, site).href : address);
  /** An item is in many lists. */
  const made = new Map<number, Omit<ListCard, 'reason' | 'source'>>();
  const cardOf = ({ row, prices }: RankedItem): Omit<ListCard, 'reason' | 'source'> => {
    const item = shown(index.items[row]);
    const own = item.price === undefined ? '' : price(item.price);
    const from = isLowest({ item, prices }) && price(prices?.highest ?? 0) !== own;
    const before = isReduced(item) ? price(item.listPrice ?? 0) : '';
    const saved = savingOf(item);
    return {
      id: item.id,
      title: item.title,
      category: item.category,
      url: absolute(itemHref(item, hrefTemplate)),
      image: absolute(safeImage(item.image)),
      price: item.price,
      priceText: from ? fill(cards.from, { price: own }) : own,
      listPrice: item.listPrice,
      listPriceText: before === own ? '' : before,
      saving: saved ? percent.format(-saved / 100).replace('-', '−') : '',
      rating: ratingOf(item),
    };
  };
  return ({ items, ...list }) => {
    const all = items.map((ranked): ListCard => {
      const card = made.get(ranked.row) ?? cardOf(ranked);
      made.set(ranked.row, card);
      return { ...card, reason: ranked.reason, source: ranked.source };
    });
    return { ...list, ...(currency && { currency }), items: all.slice(0, limit), standIns: all.slice(limit) };
  };
}

export const listJson = (list: CardList): string => `${JSON.stringify(list)}\n`;

/**
 * The list as HTML: the content of `<sidestream-recs>`, or a list of its own. It has no style attributes and no scripts, which
 * a page's policy may forbid. Its boxes are those of the element's cards, so that nothing moves when the element replaces it.
 */
export function listHtml({ items }: CardList, lang: string): string {
  if (items.length === 0) return '';
  const cards = items.map((card) => cardHtml(card, lang)).join('\n');
  return `<ul class="sidestream-list" data-count="${items.length}">\n${cards}\n</ul>\n`;
}

function cardHtml(card: ListCard, lang: string): string {
  const { id, title, url, image, priceText, listPriceText, saving, rating, reason } = card;
  const decimal = (value: number): string => value.toLocaleString(canonical(lang), { maximumFractionDigits: 1 });
  const picture = image
    ? `<img src="${escaped(image)}" alt="" width="256" height="256" loading="lazy" decoding="async">`
    : '';
  const link = `<a${url && ` href="${escaped(url)}"`}>${escaped(title)}</a>`;
  const stars = rating ? `<em>★ ${decimal(rating.value)}${rating.count ? ` (${decimal(rating.count)})` : ''}</em>` : '';
  const price = listPriceText
    ? `<b>${escaped(priceText)}</b> <s>${escaped(listPriceText)}</s>${saving && ` <i>${saving}</i>`}`
    : escaped(priceText);
  const texts = `${link}${stars}<p>${price}</p><small>${escaped(reason)}</small>`;
  return `<li data-id="${escaped(id)}"><span data-initial="${escaped([...title][0] ?? '')}">${picture}</span><div>${texts}</div></li>`;
}

/** Columns of a card in a table: without the product's own page and picture, a mail could show nothing. */
const CARD_COLUMNS = ['id', 'title', 'url', 'image', 'price', 'list_price'] as const;

/** Titles of the columns of a table of lists: the subject, the places of the list, and the cards that stand in. */
export const csvTitles = (limit: number, standIns: number): string => {
  const names = [...numbered('item', limit), ...numbered('stand_in', standIns)];
  return Papa.unparse([['of', ...names.flatMap((name) => CARD_COLUMNS.map((column) => `${name}_${column}`))]]);
};

/**
 * A text that a spreadsheet would run: it gets an apostrophe in front. East Asian editions also take full-width signs. `@home` is
 * a title like any other, and so is `-20% Tee (red)`: a word after a number is no formula.
 */
const FORMULA =
  /^([=＝]|[-+@＋－＠\t\r].*(\w[(（]|\||![$\w])|(?![-+＋－]\s*\d[\d.,]*\s*%?\s\p{L})[-+@＋－＠\t\r].*\w\s+[(（])/su;

/** One list as a row of such a table; places without an item are empty. */
export function csvRow({ of, items, standIns }: CardList, limit: number, places: number): string {
  const slots = [...padded(items, limit), ...padded(standIns, places)];
  const cells = slots.flatMap((card) =>
    card ? [card.id, card.title, card.url, card.image, card.priceText, card.listPriceText] : CARD_COLUMNS.map(() => ''),
  );
  return Papa.unparse([[of, ...cells]], { escapeFormulae: FORMULA });
}

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}_${n + 1}`);

const padded = (cards: readonly ListCard[], count: number): (ListCard | undefined)[] =>
  Array.from({ length: count }, (_, n) => cards[n]);
