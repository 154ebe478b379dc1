import { beforeAll, describe, expect, it } from 'vitest';
import { about, chose, state } from '../../../testing/rankings';
import { topicContent } from '../../../testing/topics';
import { contentBlend } from '../../core/catalog';
import type { BundleContent } from '../../core/catalog/bundle/write-bundle';
import { loadKernel } from '../../core/kernel';
import { type CatalogIndex, catalogIndex } from './catalog-index';
import { explain } from './explanation/explain';
import { type RankRequest, rank } from './rank';
import { topRows } from './score';
import { termValues } from './terms/terms';

const COUNT = 1200;
let content: BundleContent;
/** An index made before the kernel was loaded, and one made after. */
let before: CatalogIndex;
let after: CatalogIndex;

const made = (): CatalogIndex => {
  const { text, image } = content.encoders;
  return catalogIndex(content.items, content.features, contentBlend({ modalities: { text, image } }));
};
const histories = Array.from({ length: 12 }, (_, n) =>
  Array.from({ length: 5 + 30 * n }, (_unused, k) => (n * 101 + k * 617) % COUNT),
);
const request = (more: Partial<RankRequest> = {}): RankRequest => ({
  placement: 'for-you',
  row: null,
  limit: 20,
  exclude: new Set(),
  ...more,
});
const rowsOf = (index: CatalogIndex, rows: number[], asked: RankRequest): number[] =>
  rank(index, chose(...rows), asked).map(({ row }) => row);

beforeAll(async () => {
  content = await topicContent({ items: COUNT, topics: 12, dim: 32, taps: 2 });
  before = made();
  // Computed in JavaScript.
  for (const rows of histories) rank(before, chose(...rows), request());
  before.similarities.similaritiesToEach(Array.from({ length: 40 }, (_, n) => n * 29));
});

describe('lists by the kernel', () => {
  const lists = (index: CatalogIndex) =>
    histories.flatMap((rows) => [
      rowsOf(index, rows, request()),
      rowsOf(index, rows, request({ rules: { diversity: 0.5 } })),
      rowsOf(index, [], request({ placement: 'similar', ...about(...rows) })),
      rowsOf(index, [], request({ placement: 'similar', ...about(rows[0]) })),
    ]);

  it('equal the lists made in JavaScript, with contributions that add up', async () => {
    const expected = lists(made());
    await loadKernel();
    after = made();
    expect(lists(after)).toEqual(expected);
    const [{ row, score }] = rank(after, chose(...histories[3]), request());
    const { contributions } = explain(after, chose(...histories[3]), request(), row);
    expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 4);
  });

  it('have similarities within 1e-4, and find the nearest as floats do', () => {
    let found = 0;
    for (const rows of histories) {
      const [own, exact] = [after, before].map((index) => termValues(index, chose(...rows)));
      for (const name of ['recent', 'session', 'nearestHistory'] as const) {
        for (let row = 0; row < COUNT; row++) expect(Math.abs(own[name][row] - exact[name][row])).toBeLessThan(1e-4);
        const top = new Set(topRows(exact[name], 20));
        found += topRows(own[name], 20).filter((row) => top.has(row)).length;
      }
    }
    expect(found / (histories.length * 3 * 20)).toBeGreaterThanOrEqual(0.99);
  });

  it('about many items have the score of the one that each resembles most', () => {
    const anchors = Array.from({ length: 20 }, (_, n) => (n * 59) % COUNT);
    const single = new Map<number, number>();
    for (const row of anchors) {
      const plain = request({ placement: 'similar', row, limit: COUNT });
      for (const place of rank(after, state(), plain)) {
        single.set(place.row, Math.max(place.score, single.get(place.row) ?? Number.NEGATIVE_INFINITY));
      }
    }
    const list = rank(after, state(), request({ placement: 'similar', limit: 50, ...about(...anchors) }));
    expect(list).toHaveLength(50);
    for (const { row, score } of list) expect(score).toBe(single.get(row));
  });
});
