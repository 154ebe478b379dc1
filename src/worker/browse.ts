// What a page lists besides recommendations. Its first list does without.

import { categoryPaths, inCategory } from '../catalog';
import { type BrowseResponse, browseSchema, parsed } from '../protocol';
import type { LoadedCatalog } from './loaded-catalog';

/** @throws SidestreamError `runtime/invalid-input` */
export function browse({ index }: LoadedCatalog, request: unknown): BrowseResponse {
  const { category = '', query = '', offset = 0, limit = 48 } = parsed(browseSchema, request, 'browse()');
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const matches = index.items.filter((item) => {
    if (category !== '' && !inCategory(item.category, category)) return false;
    if (words.length === 0) return true;
    const text = `${item.title} ${item.description} ${item.category}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  return { items: matches.slice(offset, offset + limit), total: matches.length };
}

/** Categories, broader ones included, with their numbers of items. */
export function categories({ bundle, index }: LoadedCatalog): { category: string; count: number }[] {
  const { statistics } = bundle;
  if (statistics) return statistics.categories.map(([category, count]) => ({ category, count }));
  const counts = new Map<string, number>();
  for (const { category } of index.items) {
    for (const path of categoryPaths(category)) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts].map(([category, count]) => ({ category, count }));
}
