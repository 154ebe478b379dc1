import type { CatalogIndex } from '../catalog-index';
import type { ReasonKind } from '../explanation/reason-text';
import type { Scored } from './scored';

/**
 * A list of the shopper's own items, which has no fallback.
 * @param contributions by row, the named contributions that add up to an item's score
 * @param kind why they are in the list
 */
export function ownList(
  index: CatalogIndex,
  contributions: ReadonlyMap<number, Record<string, number>>,
  kind: 'seen' | 'again',
  holds: (row: number) => boolean,
): Scored {
  const of = (row: number): Record<string, number> => contributions.get(row) ?? {};
  const reason: ReasonKind = { kind };
  return {
    score: Float32Array.from(index.items, (_, row) => Object.values(of(row)).reduce((sum, part) => sum + part, 0)),
    holds: (row) => contributions.has(row) && holds(row),
    contributions: of,
    source: () => 'personal',
    reasonKind: () => reason,
    breakdown: (row) => ({ contributions: of(row), contributors: new Map() }),
  };
}

/** Recency of the items that the shopper looked at, by row. */
export function recency(rows: readonly number[]): Map<number, Record<string, number>> {
  const newestFirst = [...new Set(rows.toReversed())];
  return new Map(newestFirst.map((row, at) => [row, { recency: newestFirst.length - at }]));
}
