import * as v from 'valibot';
import { folded } from '../../common/words';
import { finiteNumber, type Item } from '../item';
import { isObject } from './feed-record';

export type DecimalSign = '.' | ',';

/**
 * The number in a price as feeds write it: `12.99 EUR`, `€ 1.299,00`, `USD 1,299`. When both signs occur, the later one is
 * the decimal sign. A lone comma is a decimal sign unless exactly three digits follow (`1,299` is a thousand); a point alone
 * is one unless it occurs more than once.
 * @param decimal decimal sign of a feed that writes prices differently (`1.299` for a thousand)
 * @returns null unless the text has exactly one number
 */
export function parseAmount(text: string, decimal?: DecimalSign): number | null {
  const found = text.match(/[+-]?\d[\d.,'’\s\u00a0\u202f]*/g);
  if (found?.length !== 1) return null;
  const written = found[0].replace(/['’\s\u00a0\u202f]/g, '');
  const digits = withoutTrailingSeparators(written);
  // `1.299,-` is more than a thousand.
  const sign = decimal ?? (/^[+-]?\d{1,3}(\.\d{3})+,$/.test(written) ? ',' : decimalSign(digits));
  const other = sign === '.' ? ',' : '.';
  const number = Number(digits.replaceAll(other, '').replace(sign, '.'));
  return Number.isFinite(number) ? number : null;
}

/** A loop, because a regular expression takes time quadratic in a run of separators that does not end the text. */
function withoutTrailingSeparators(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '.' || digits[end - 1] === ',') end--;
  return digits.slice(0, end);
}

function decimalSign(digits: string): DecimalSign {
  const [point, comma] = [digits.lastIndexOf('.'), digits.lastIndexOf(',')];
  if (point !== -1 && comma !== -1) return point > comma ? '.' : ',';
  if (comma !== -1) return /^[+-]?\d{1,3}(,\d{3})+$/.test(digits) ? '.' : ',';
  return digits.indexOf('.') === point ? '.' : ',';
}

/** English, German, French and Spanish words, without accents, spaces and hyphens. */
const WORDS: Record<Item['availability'], string> = {
  'in-stock': `instock available true yes limitedavailability instoreonly onlineonly
    auflager lagernd lieferbar sofortlieferbar verfugbar verfuegbar ja enstock disponible oui si`,
  'out-of-stock': `outofstock soldout discontinued unavailable false no reserved
    nichtauflager nichtlieferbar nichtverfugbar nichtverfuegbar ausverkauft vergriffen nein
    epuise rupture rupturedestock enrupturedestock horsstock indisponible nondisponible non agotado sinexistencias sinstock nodisponible`,
  preorder: `preorder backorder presale madetoorder
    vorbestellbar vorbestellung precommande surcommande reserva preventa bajopedido`,
};
const KNOWN = new Map(
  Object.entries(WORDS).flatMap(([availability, words]) =>
    words.split(/\s+/).map((word) => [word, availability] as const),
  ),
);

/**
 * Parses availability as Merchant Center (`in_stock`), schema.org (`https://schema.org/InStock`) and shop exports (`true`,
 * `In stock`, `Auf Lager`, `Épuisé`, `Agotado`) write it, or as the number of pieces. Products that can be ordered for later count as `preorder`.
 * @returns undefined for an unknown word
 */
export function parseAvailability(value: string | boolean): string | undefined {
  const word = String(value).replace(/^https?:\/\/schema\.org\//i, '');
  if (/^\s*\d+\s*$/.test(word)) return Number(word) > 0 ? 'in-stock' : 'out-of-stock';
  return KNOWN.get(folded(word).replace(/[\s_-]+/g, ''));
}

/** Normalised name of a column: in lower case, without accents, with `_` for spaces, hyphens, points and slashes. */
export const normalName = (name: string): string =>
  folded(name.trim())
    .replace(/[\s./-]+/g, '_')
    .replace(/_$/, '');

/** Columns whose digits are an identifier, not a quantity. */
const CODE = /(^|_)(id|gtin\d*|ean\d*|upc|isbn|mpn|sku|barcode|code|zip|product_category)$/;
/** Maximum length of a text that becomes an attribute without a mapping, in characters. */
const MAX_ATTRIBUTE = 500;
/** Maximum number of texts in a list that becomes an attribute. */
const MAX_TEXTS = 100;

/**
 * Texts, numbers, booleans and lists of texts; a numeric text that is not a code becomes a number, which the ranking uses.
 * Tags are always a list.
 */
export function attributeValue(name: string, value: unknown): string | number | boolean | string[] | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) || (normalName(name) === 'tags' && typeof value === 'string')) return textList(value);
  if (typeof value !== 'string' || value === '' || value.length > MAX_ATTRIBUTE) return undefined;
  const number = Number(value);
  // A number outside the range of an item's numbers stays a text.
  const counts = String(number) === value && v.is(finiteNumber, number) && !CODE.test(normalName(name));
  return counts ? number : value;
}

/** The distinct texts of a list or of a comma-separated text; undefined if there are no texts, or other values. */
export function textList(value: unknown): string[] | undefined {
  const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string' && part.length <= MAX_ATTRIBUTE)) {
    return undefined;
  }
  const texts = [...new Set(parts.filter((part) => part !== ''))].slice(0, MAX_TEXTS);
  return texts.length > 0 ? texts : undefined;
}

/** An option or a property of a product as an attribute: its one value, or the list of them. */
export function optionOf(name: unknown, values: unknown): [string, unknown][] {
  const texts = textList(values);
  if (typeof name !== 'string' || name === '' || !texts) return [];
  return [[name, texts.length > 1 || name === 'tags' ? texts : attributeValue(name, texts[0])]];
}

/** The objects of a list; empty for any other value. */
export const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

export const lowest = <T>(values: readonly T[], numberOf: (value: T) => number): T | undefined =>
  values.reduce<T | undefined>(
    (best, value) => (best === undefined || numberOf(value) < numberOf(best) ? value : best),
    undefined,
  );

/** The sum of the stocks of variants; undefined unless all are known. */
export const total = (stocks: readonly unknown[]): number | undefined =>
  stocks.length > 0 && stocks.every((stock) => typeof stock === 'number')
    ? stocks.reduce((sum, stock) => sum + stock, 0)
    : undefined;

export const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Words by which shops mark unpublished products. */
const UNPUBLISHED = /^(draft|archived|unlisted|unpublished|inactive|disabled|trash)$/i;
const NO = /^(false|no|0|-1)$/i;

/**
 * Whether a feed marks a product as unpublished: a draft, or removed from the shop.
 * @param status as a word
 * @param published as a boolean, a word or a number; a date is ignored
 */
export const isUnpublished = (status: unknown, published: unknown): boolean =>
  (typeof status === 'string' && UNPUBLISHED.test(status.trim())) ||
  (['boolean', 'number', 'string'].includes(typeof published) && NO.test(String(published).trim()));

/** Names of cost columns, without spaces and signs. */
const COST =
  /^((unit|item|product|variant|average|landed|supplier|wholesale)?costs?(price|per(item|unit|piece)|of(goods(sold)?|sales))?|(meta|wc)*cogs?(cost)?|(purchase|purchasing|buying|wholesale|trade|dealer|supplier)price|(gross)?margin|profit(margin)?|(netto|brutto|preis)*(h?ek|(einkaufs|einstands|lieferanten|handler|haendler)preis)(preis|netto|brutto)*|selbstkosten|wareneinsatz|rohertrag|deckungsbeitrag|handelsspanne|prixd?achat(ht|ttc)?|prixderevient|couts?(dachat|derevient|unitaire)?|marge(brute|nette)?|precio(de)?(compra|costo|coste|mayorista)|cost[eo]s?(unitario)?|margen(bruto)?|原価|仕入(価格|値|れ値))$/;

/**
 * Whether a column contains the shop's own cost of a product. A bundle is public, so it leaves out such columns unless a
 * mapping names them.
 */
export const isCost = (column: string): boolean =>
  [column, column.replace(/\(.*\)/, '')].some((name) =>
    COST.test(
      normalName(name)
        .replace(/^g:/, '')
        .replace(/[^\p{L}]/gu, ''),
    ),
  );
