import { expect, it } from 'vitest';
import { countSupport } from './cooccurrence';

/** Item 0 has entries for 1 and 2, item 1 for 0, item 2 for 1. */
const table = { count: 3, offsets: Uint32Array.of(0, 2, 3, 4), rows: Uint32Array.of(1, 2, 0, 1) };

it('counts the orders with both items of an entry, and reports fewer than 3 as 0', () => {
  const orders = [[0, 1], [1, 0, 2], [0, 1], [2], [0, 2], [0, 2]];
  expect([...countSupport(table, orders)]).toEqual([3, 3, 3, 0]);
  expect([...countSupport(table, orders.slice(1))]).toEqual([0, 3, 0, 0]);
  expect([...countSupport(table, orders, 4)]).toEqual([0, 0, 0, 0]);
  expect([...countSupport(table, orders, 1)]).toEqual([3, 3, 3, 0]);
  expect([...countSupport(table, [])]).toEqual([0, 0, 0, 0]);
});

it('counts up to the limit of its number type', () => {
  const many = Array.from({ length: 70_000 }, () => [0, 1]);
  expect([...countSupport(table, many)]).toEqual([65_535, 0, 65_535, 0]);
});
