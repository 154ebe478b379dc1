import type { Item } from '../item';

const WORDS: Record<Item['availability'], readonly string[]> = {
  'in-stock': ['instock', 'available', 'true', 'yes', 'limitedavailability', 'instoreonly', 'onlineonly'],
  'out-of-stock': ['outofstock', 'soldout', 'discontinued', 'unavailable', 'false', 'no', 'reserved'],
  preorder: ['preorder', 'backorder', 'presale', 'madetoorder'],
};
const KNOWN = new Map(
  Object.entries(WORDS).flatMap(([availability, words]) => words.map((word) => [word, availability] as const)),
);

/**
 * Availability as Merchant Center (`in_stock`), schema.org (`https://schema.org/InStock`) and shop exports (`true`,
 * `In stock`) write it. What can be ordered for later counts as `preorder`.
 * @returns undefined for a word that is not known
 */
export function parseAvailability(value: string | boolean): string | undefined {
  const word = String(value).replace(/^https?:\/\/schema\.org\//i, '');
  return KNOWN.get(word.toLowerCase().replace(/[\s_-]+/g, ''));
}
