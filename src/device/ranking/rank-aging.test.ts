import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { about, chose, state } from '../../../testing/rankings';
import type { FeatureTable } from '../../core/catalog';
import { type CatalogIndex, catalogIndex } from './catalog-index';
import { explain } from './explanation/explain';
import type { Placement } from './placement';
import { type RankRequest, rank } from './rank';
import * as vectors from './similarities';
import { termValues } from './terms/terms';

// The real functions, counted.
vi.mock('./similarities', async (original) => {
  const real = await original<typeof vectors>();
  return { ...real, similarities: vi.fn(real.similarities), similarity: vi.fn(real.similarity) };
});

/** Too many for the similarities of a long history to fit into the cache. */
const COUNT = 20_000;
const PLACEMENTS: Placement[] = ['for-you', 'similar', 'complement', 'trending', 'recent'];

const index = shop();
const request = (placement: Placement): RankRequest => ({ placement, limit: 8, ...about(7) });
/** Choices of ever different items. */
const choices = (count: number): number[] => Array.from({ length: count }, (_, n) => (n * 617) % COUNT);

/** Narrow vectors, all different. */
function shop(): CatalogIndex {
  const items = Array.from({ length: COUNT }, (_, row) =>
    makeItem(`item-${row}`, { title: `Item ${row}`, category: `Group ${row % 40}` }),
  );
  const values = Int8Array.from({ length: COUNT * 4 }, (_, at) => Math.round(90 * Math.sin(at * 12.9898)));
  const scales = new Float32Array(COUNT * 2).fill(0.01);
  const table: FeatureTable = { count: COUNT, dim: 2, taps: { text: 1, image: 1 }, values, scales };
  return catalogIndex(items, table, { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } });
}

/** Dot products since the last call. */
function products(): number {
  const all = vi.mocked(vectors.similarities);
  const single = vi.mocked(vectors.similarity);
  let count = single.mock.calls.length;
  for (const [{ count: rows }] of all.mock.calls) count += rows;
  for (const counted of [all, single]) counted.mockClear();
  return count;
}

beforeEach(() => void products());

describe('the work for a shopper with a long history', () => {
  /** Number of dot products for all work after one more choice. */
  function afterChoice(rows: number[]): number {
    rank(index, chose(...rows.slice(0, -1)), request('for-you'));
    products();
    for (const placement of PLACEMENTS) {
      const list = rank(index, chose(...rows), request(placement));
      if (list.length > 0) explain(index, chose(...rows), request(placement), list[0].row);
    }
    return products();
  }

  it('does not grow with the choices, for any placement and its explanation', () => {
    const few = afterChoice(choices(60));
    expect(few).toBeLessThan(20 * COUNT);
    for (const count of [250, 700]) expect(afterChoice(choices(count))).toBeLessThan(1.5 * few);
  });

  it('does not grow with the dismissals', () => {
    const disliking = (count: number) => state({ dismissed: new Set(choices(count)) });
    const another = (count: number): number => {
      termValues(index, disliking(count - 1));
      products();
      termValues(index, disliking(count));
      return products();
    };
    for (const count of [50, 700]) expect(another(count)).toBeLessThan(2 * COUNT);
  });
});
