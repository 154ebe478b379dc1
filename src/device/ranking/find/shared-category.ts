import type { Item } from '../../../core/catalog';
import { categoryPrefixes } from '../../../core/catalog';

/** Number of found items that are looked at. */
const FIRST = 8;
/** Share of them that must lie in the category. */
const SHARE = 0.6;

/** The narrowest category that most of the first found items share; null without one. @param items the best first */
export function sharedCategory(items: readonly Pick<Item, 'category'>[]): string | null {
  const first = items.slice(0, FIRST);
  if (first.length < 2) return null;
  const counts = new Map<string, number>();
  for (const { category } of first) {
    for (const path of categoryPrefixes(category)) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, count]) => count >= SHARE * first.length).map(([path]) => path);
  return shared.reduce<string | null>((long, path) => (path.length > (long?.length ?? 0) ? path : long), null);
}
