import type { Item } from '../item';

/** Decimal sign of a price. */
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
  const digits = withoutTrailingSeparators(found[0].replace(/['’\s\u00a0\u202f]/g, ''));
  const sign = decimal ?? decimalSign(digits);
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

const WORDS: Record<Item['availability'], readonly string[]> = {
  'in-stock': ['instock', 'available', 'true', 'yes', 'limitedavailability', 'instoreonly', 'onlineonly'],
  'out-of-stock': ['outofstock', 'soldout', 'discontinued', 'unavailable', 'false', 'no', 'reserved'],
  preorder: ['preorder', 'backorder', 'presale', 'madetoorder'],
};
const KNOWN = new Map(
  Object.entries(WORDS).flatMap(([availability, words]) => words.map((word) => [word, availability] as const)),
);

/**
 * Parses availability as Merchant Center (`in_stock`), schema.org (`https://schema.org/InStock`) and shop exports (`true`,
 * `In stock`) write it. Products that can be ordered for later count as `preorder`.
 * @returns undefined for an unknown word
 */
export function parseAvailability(value: string | boolean): string | undefined {
  const word = String(value).replace(/^https?:\/\/schema\.org\//i, '');
  return KNOWN.get(word.toLowerCase().replace(/[\s_-]+/g, ''));
}

/** Normalised name of a column: in lower case, with `_` for spaces and hyphens. */
export const normalName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
