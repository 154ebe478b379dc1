import type { CollectedFeed } from '../pipeline';
import type { Pair } from './pair-file';

/** The handle of a Shopify product, which is in the address of its page. */
const handleOf = (url = ''): string | undefined => /\/products\/([^/?#]+)/.exec(url)?.[1];

/** Which products complete each other, as a feed with Shopify's complementary products says; empty if none of them are in the feed. */
export function feedLinks({ items, complements }: Pick<CollectedFeed, 'items' | 'complements'>): Pair[] {
  if (complements.size === 0) return [];
  const idOf = new Map(items.map(({ id, url }) => [handleOf(url) ?? id, id]));
  // All variants of a product repeat what the product says.
  const told = new Map([...complements].map(([row, handles]) => [handleOf(items[row].url) ?? items[row].id, handles]));
  const pairs = [...told].flatMap(([handle, handles]) =>
    handles.map((other) => ({ left: idOf.get(handle) ?? handle, right: idOf.get(other) ?? other, type: '' })),
  );
  const known = new Set(idOf.values());
  return pairs.some(({ right }) => known.has(right)) ? pairs : [];
}
