import type { ChoiceHistory } from '../../events';
import type { CatalogIndex } from '../catalog-index';
import type { Scored } from './scored';

/** What the shopper looked at, newest first; empty for a new shopper. */
export function recentList(index: CatalogIndex, history: ChoiceHistory, holds: (row: number) => boolean): Scored {
  const rows = [...new Set(history.rows.toReversed())].filter(holds);
  const score = new Float32Array(index.items.length);
  for (const [at, row] of rows.entries()) score[row] = rows.length - at;
  const contributions = (row: number): Record<string, number> => (score[row] === 0 ? {} : { recency: score[row] });
  return {
    score,
    holds: (row) => score[row] > 0,
    contributions,
    source: () => 'personal',
    reasonKind: () => ({ kind: 'seen' }),
    breakdown: (row) => ({ contributions: contributions(row), contributors: new Map() }),
  };
}
