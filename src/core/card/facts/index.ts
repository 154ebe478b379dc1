import { type Item, isNew } from '../../catalog';

/** Badges; the first that applies is shown. */
export type Badge = 'sold-out' | 'low-stock' | 'sale' | 'new';

/** Whether other variants of the product cost more. If others cost less, only this variant's own price is correct. */
export const isLowest = ({ item, prices }: { item: Item; prices?: { lowest: number } }): boolean =>
  prices !== undefined && item.price === prices.lowest;

/** Whether the price is reduced: the list price is above it. */
export const isReduced = ({ price, listPrice }: Item): boolean =>
  price !== undefined && listPrice !== undefined && listPrice > price;

/**
 * The saving of a reduced price, in whole percent of the list price. Rounded down: 19.6 % must not read as 20 %.
 * @returns 0 if the price is not reduced, or by less than 1 %
 */
export function savingOf(item: Item): number {
  const { price = 0, listPrice = 0 } = item;
  // 60 to 48 is 19.999999999999996 %.
  return isReduced(item) ? Math.floor(((listPrice - price) / listPrice) * 100 + 1e-6) : 0;
}

/**
 * The single badge of a card.
 * @param lowStock stock level up to which a product is about to sell out
 * @param now milliseconds since the epoch
 */
export function badgeOf(item: Item, lowStock: number, now: number): Badge | undefined {
  const { availability, quantity = 0 } = item;
  if (availability === 'out-of-stock') return 'sold-out';
  if (availability === 'in-stock' && quantity > 0 && quantity <= lowStock) return 'low-stock';
  if (isReduced(item)) return 'sale';
  return isNew(item, now) ? 'new' : undefined;
}

/** The rating, if there are any. */
export function ratingOf({ rating }: Item): { value: number; count: number } | undefined {
  if (!rating) return undefined;
  const { value, count = 0 } = rating;
  // Shops write 0 of 0 for an unrated product.
  return value > 0 || count > 0 ? { value, count } : undefined;
}

/** Address of the first further picture; feeds often repeat the main one among them. */
export const secondImageOf = ({ image, images = [] }: Item): string | undefined =>
  images.find((address) => address !== image);
