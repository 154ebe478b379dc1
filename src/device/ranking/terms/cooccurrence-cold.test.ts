import { expect, it } from 'vitest';
import type { ContentVectors, CooccurrenceTable } from '../../../core/catalog';
import { SimilarityCache } from '../similarity-cache';
import { coldStart } from './cooccurrence';

const content: ContentVectors = { count: 5, width: 2, values: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0) };
const index = { content, similarities: new SimilarityCache(content) };
/** Items 0 and 1 have co-occurrence; 2 and 3 have none; 4 is newer than the table. */
const table: CooccurrenceTable = {
  count: 4,
  offsets: Uint32Array.of(0, 1, 2, 2, 2),
  rows: Uint32Array.of(1, 0),
  lifts: Float32Array.of(1, 1),
};

it('lifts items without co-occurrence by their similarity to items that co-occur with the history', () => {
  const lifts = Float32Array.of(2, 0, 0, 0, 0);
  coldStart(lifts, table, index);
  expect([...lifts].map((lift) => Math.round(lift * 100) / 100)).toEqual([2, 0, 0.55, 0, 0.55]);
});

it('lifts no item if no item co-occurs with the history', () => {
  const lifts = new Float32Array(5);
  coldStart(lifts, table, index);
  expect([...lifts]).toEqual([0, 0, 0, 0, 0]);
});
