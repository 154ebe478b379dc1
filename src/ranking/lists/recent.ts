import type { ChoiceHistory } from '../../events';
import type { CatalogueIndex } from '../catalog-index';
import type { Scored } from './scored';

/** What the shopper looked at, newest first; empty for a new shopper. */
export function recentList(index: CatalogueIndex, taste: ChoiceHistory, holds: (row: number) => boolean): Scored {
  const rows = [...new Set(taste.rows.toReversed())].filter(holds);
  const score = new Float32Array(index.items.length);
  for (const [at, row] of rows.entries()) score[row] = rows.length - at;
  const parts = (row: number): Record<string, number> => (score[row] === 0 ? {} : { recency: score[row] });
  return {
    score,
    holds: (row) => score[row] > 0,
    parts,
    source: () => 'personal',
    ground: () => ({ kind: 'seen' }),
    attribution: (row) => ({ parts: parts(row), because: new Map() }),
  };
}
