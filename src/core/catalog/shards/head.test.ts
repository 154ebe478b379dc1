import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import type { Item } from '../item';
import { headRows } from './head';

/** 50 shards of 10 items; the first 100 items are popular, all of them in the first ten shards. */
const items = Array.from({ length: 500 }, (_, row) => makeItem(`i${row}`, row < 100 ? { popularity: 1000 - row } : {}));
const members = Array.from({ length: 50 }, (_, shard) => Array.from({ length: 10 }, (_, n) => 10 * shard + n));
const all = () => true;

describe('the head of a catalogue', () => {
  it('has the 64 most popular items, and items of every shard', () => {
    const rows = headRows(items, members, 128, undefined, all);
    expect(rows).toHaveLength(128);
    expect(new Set(rows).size).toBe(128);
    for (let row = 0; row < 64; row++) expect(rows).toContain(row);
    expect(new Set(rows.map((row) => Math.floor(row / 10))).size).toBe(50);
  });

  it('has the items that shoppers chose lately beside the most popular ones', () => {
    const recent = Float32Array.from(items, (_, row) => (row >= 300 && row < 400 ? row : Number(row < 5)));
    const rows = new Set(headRows(items, members, 96, recent, all));
    for (let row = 0; row < 32; row++) expect(rows).toContain(row);
    for (let row = 384; row < 400; row++) expect(rows).toContain(row);
    expect(rows.size).toBe(96);
  });

  it('has the newest of every category before the second of any', () => {
    const dated = items.map((item, row): Item => {
      const day = `2026-0${row < 490 ? 1 : 2}-${10 + (row % 10)}`;
      return row < 470 ? item : { ...item, category: row < 490 ? 'Old' : 'New', published: day };
    });
    // None of their shards would be represented.
    const rows = headRows(dated, members.slice(0, 40), 64, undefined, all).filter((row) => row >= 400);
    expect(rows).toEqual([479, 489, 498, 499]);
  });

  it('has all of a small catalogue but what is out of stock or not usable', () => {
    const few = items.slice(0, 9).with(3, { ...items[3], availability: 'out-of-stock' });
    expect(headRows(few, [[0, 1, 2, 3, 4, 5, 6, 7, 8]], 128, undefined, (row) => row !== 5)).toEqual([
      0, 1, 2, 4, 6, 7, 8,
    ]);
  });

  it('has the variants of a product together or not at all', () => {
    const grouped = items.map((item, row): Item => ({ ...item, group: `g${Math.floor(row / 50)}` }));
    const rows = headRows(grouped, members, 128, undefined, all);
    // Two products of 50 variants; a third one has no room.
    expect(rows).toHaveLength(100);
    expect(new Set(rows.map((row) => grouped[row].group)).size).toBe(2);
  });

  it('is never empty', () => {
    const gone = items.slice(0, 3).map((item): Item => ({ ...item, availability: 'out-of-stock' }));
    expect(headRows(gone, [[0, 1, 2]], 128, undefined, all)).toEqual([0]);
  });
});
