import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { productsOf } from '../../../src/core/catalog/variants';
import { cooccurrence, pairAt } from '../../../src/device/ranking/terms/cooccurrence';
import { makeItem } from '../../../testing/bundles';
import { fileCooccurrence } from './build-cooccurrence';

const ITEMS = ['tea', 'pot', 'cup', 'mat'].map((id) => makeItem(id, { category: id === 'tea' ? 'Food' : 'Ware' }));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}
const liftsOf = async (files: Parameters<typeof fileCooccurrence>[0], row: number) => {
  const { table, notes } = await fileCooccurrence(files, productsOf(ITEMS));
  return { lifts: cooccurrence(table, { rows: [row] }, ITEMS.length), notes, origin: table.origin };
};

describe('fileCooccurrence', () => {
  it('reads links, and only the complementary ones if links have types', async () => {
    const links = await file(
      'links.csv',
      'SKU,Linked SKU,Type\ntea,pot,Cross-Sell\ntea,cup,upsell\ntea,unknown,crosssell\n',
    );
    const { lifts, notes, origin } = await liftsOf({ links }, 0);
    expect([...lifts].map((lift) => lift > 0)).toEqual([false, true, false, false]);
    expect(notes).toEqual(['Links: 1 used, 1 of other types, 1 of unknown items']);
    expect(origin).toBe('shop');
  });

  it('reads orders, each line an item, and compares with how often an item is bought at all', async () => {
    const lines = ['1,tea', '1,pot', '2,tea', '2,pot', '3,cup', '3,mat', '4,tea', '5,cup', '5,mat'];
    const orders = await file('orders.csv', `order,item\n${lines.join('\n')}`);
    const { lifts, notes } = await liftsOf({ orders }, 0);
    expect(lifts[1]).toBeGreaterThan(0);
    expect(lifts[2]).toBe(0);
    expect(notes).toEqual(['Orders: 4 of two items or more']);
  });

  it('says how many orders contain two items, from the given number on, and nothing about items that only a link connects', async () => {
    const lines = [1, 2, 3, 4].flatMap((order) => [
      `${order},tea`,
      `${order},pot`,
      ...(order < 3 ? [`${order},mat`] : []),
    ]);
    const orders = await file('orders.csv', `order,item\n${lines.join('\n')}\n5,cup`);
    const links = await file('links.csv', 'item,linked\ntea,cup\n');
    const { table } = await fileCooccurrence({ links, orders, minOrders: 4 }, productsOf(ITEMS));
    const of = (one: number, other: number) => table.support?.[pairAt(table, one, other)];
    // Tea and pot 4 times; tea and mat twice; tea and cup are linked by hand.
    expect([of(0, 1), of(1, 0), of(0, 3), of(0, 2)]).toEqual([4, 4, 0, 0]);
    expect(pairAt(table, 0, 2)).toBeGreaterThanOrEqual(0);
    const shownFrom10 = await fileCooccurrence({ orders }, productsOf(ITEMS));
    expect([...(shownFrom10.table.support ?? [1])].every((number) => number === 0)).toBe(true);
    expect((await fileCooccurrence({ links }, productsOf(ITEMS))).table.support).toBeUndefined();
  });

  it('takes the stronger of both, and shows refused rows with line and field', async () => {
    const links = await file('links.jsonl', '{"from": "tea", "to": "cup"}\n{"from": "tea"}\nnot json\n');
    const orders = await file('orders.csv', 'order,item\n1,tea\n1,pot\n');
    const shown = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const { lifts } = await liftsOf({ links, orders }, 0);
      expect(lifts[1]).toBeGreaterThan(0);
      expect(lifts[2]).toBeGreaterThan(0);
      expect(shown.mock.calls.map(([line]) => line.split(':')[0])).toEqual(['line 2, field to', 'line 3, field row']);
    } finally {
      shown.mockRestore();
    }
  });

  it('refuses files that are missing, have no such columns, or are about another catalogue', async () => {
    const wrong = [
      join(folder, 'missing.csv'),
      await file('columns.csv', 'a,b\ntea,pot\n'),
      await file('other.csv', 'item,linked\nx,y\n'),
    ];
    const shown = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      for (const links of wrong) {
        await expect(fileCooccurrence({ links }, productsOf(ITEMS))).rejects.toMatchObject({
          code: 'runtime/invalid-input',
        });
      }
    } finally {
      shown.mockRestore();
    }
  });
});
