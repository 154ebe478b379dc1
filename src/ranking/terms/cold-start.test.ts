import { expect, it } from 'vitest';
import type { CompanionTable, ContentVectors } from '../../catalog';
import { liftNewcomers } from './cold-start';

const content: ContentVectors = { count: 5, width: 2, values: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0) };
/** Items 0 and 1 have companions; 2 and 3 have none; 4 came after the table was made. */
const table: CompanionTable = {
  count: 4,
  offsets: Uint32Array.of(0, 1, 2, 2, 2),
  rows: Uint32Array.of(1, 0),
  lifts: Float32Array.of(1, 1),
};

it('lifts items without companions by their likeness to those of the history', () => {
  const lifts = Float32Array.of(2, 0, 0, 0, 0);
  liftNewcomers(lifts, table, content);
  expect([...lifts].map((lift) => Math.round(lift * 100) / 100)).toEqual([2, 0, 0.55, 0, 0.55]);
});

it('lifts nothing where the history has no companions', () => {
  const lifts = new Float32Array(5);
  liftNewcomers(lifts, table, content);
  expect([...lifts]).toEqual([0, 0, 0, 0, 0]);
});
