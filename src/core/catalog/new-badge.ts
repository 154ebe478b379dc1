import type { Item } from './item';

const DAY = 24 * 60 * 60 * 1000;
/** Number of days for which a product counts as new. */
const NEW_DAYS = 30;

/**
 * Whether the shop has sold an item for less than 30 days. Its first day begins in some time zones before it begins in UTC.
 * @param now milliseconds since the epoch
 */
export function isNew({ published }: Pick<Item, 'published'>, now: number): boolean {
  const age = now - Date.parse(published ?? '');
  return age > -DAY && age < NEW_DAYS * DAY;
}
