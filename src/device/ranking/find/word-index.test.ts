import { expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import type { Item } from '../../../core/catalog';
import { WordIndex } from './word-index';

const plain = (item: Item): Item => item;
const ITEMS = [
  makeItem('red', { title: 'Red shirt', category: 'Men/Shirts' }),
  makeItem('blue', {
    title: 'Blue shirt',
    category: 'Men/Shirts',
    attributes: { brand: 'Nordlicht', tags: ['summer'] },
  }),
  makeItem('mug', { title: 'Mug', category: 'Kitchen', description: 'As red as a shirt can be' }),
  makeItem('lantern', { title: 'White metal lantern', category: 'Garden' }),
];

async function indexOf(items: readonly Item[] = ITEMS, language = 'en'): Promise<WordIndex> {
  const index = new WordIndex(language);
  await index.update(items, plain);
  return index;
}

/** Ids of what a query finds, the best first. */
function found(index: WordIndex, text: string, items: readonly Item[] = ITEMS): string[] {
  const { scores } = index.search(text, items);
  const rows = [...items.keys()].filter((row) => scores[row] > 0);
  return rows.sort((a, b) => scores[b] - scores[a]).map((row) => items[row].id);
}

it('finds items by title, category, names, tags and description, titles first', async () => {
  const index = await indexOf();
  expect(found(index, 'red')).toEqual(['red', 'mug']);
  expect(found(index, 'nordlicht')).toEqual(['blue']);
  expect(found(index, 'summer')).toEqual(['blue']);
  expect(found(index, 'kitchen')).toEqual(['mug']);
  expect(found(index, 'men shirt')).toEqual(['red', 'blue']);
  expect(found(index, 'teapot')).toEqual([]);
});

it('finds an unfinished last word, and not an unfinished first one', async () => {
  const index = await indexOf();
  expect(found(index, 'lan')).toEqual(['lantern']);
  expect(found(index, 'metal l')).toEqual(['lantern']);
  expect(index.search('whi metal', ITEMS).complete).toBe(false);
});

it('finds other forms of a word, after the word itself', async () => {
  const items = [
    makeItem('shoes', { title: 'Shoes' }),
    makeItem('shoe', { title: 'Shoe' }),
    makeItem('shoemaker', { title: 'Shoemaker' }),
  ];
  const index = await indexOf(items);
  expect(found(index, 'shoe brand', items)).toEqual(['shoe', 'shoes']);
  expect(found(index, 'shoes', items)).toEqual(['shoes', 'shoe']);
  expect(found(index, 'shoe', items)[0]).toBe('shoe');
});

it('forgives typing errors in words that no item has, and only there', async () => {
  const index = await indexOf();
  expect(found(index, 'lantren')).toEqual(['lantern']);
  expect(found(index, 'whit mteal')).toEqual(['lantern']);
  expect(found(index, 'ret')).toEqual([]);
  const items = [makeItem('a', { title: 'Table' }), makeItem('b', { title: 'Cable' })];
  expect(found(await indexOf(items), 'cable', items)).toEqual(['b']);
  expect(found(await indexOf(items), 'dable', items)).toEqual(['a', 'b']);
});

it('gives the share of the query that each item has', async () => {
  const index = await indexOf();
  const about = (text: string): [similar: boolean, most: number] => {
    const { shares, similar } = index.search(text, ITEMS);
    return [similar, Math.max(...shares)];
  };
  expect(about('metal lantern')).toEqual([false, 1]);
  const [whole, mistyped, missing] = ['metal lantern', 'metal lamtern', 'metal teapot'].map(about);
  expect(whole[1]).toBe(1);
  expect(mistyped[0]).toBe(true);
  expect(mistyped[1]).toBeLessThan(1);
  expect(missing[1]).toBeLessThan(mistyped[1]);
  expect(missing[1]).toBeGreaterThan(0);
  expect(about('teapot')).toEqual([true, 0]);
  // "red" is in two items, "blue" in one: it says more.
  const [one, two] = ['blue teapot', 'red teapot'].map(about);
  expect(one[1]).toBeGreaterThan(two[1] + 0.01);
});

it('gives equal scores to items that the words fit equally', async () => {
  const { scores } = (await indexOf()).search('shirt', ITEMS);
  expect([...scores.slice(0, 2)]).toEqual([1, 1]);
});

it('finds items with most of the words if none has all, and says so', async () => {
  const index = await indexOf();
  expect(index.search('red shirt', ITEMS).complete).toBe(true);
  const some = index.search('green red shirt', ITEMS);
  expect(some.complete).toBe(false);
  expect(some.scores.filter((score) => score > 0)).toHaveLength(2);
  expect(some.scores[0]).toBe(1);
});

it('finds only admitted items, even if these have fewer of the words', async () => {
  const index = await indexOf();
  const { scores, complete } = index.search('red shirt', ITEMS, (row) => row === 1);
  expect([...scores]).toEqual([0, 1, 0, 0]);
  expect(complete).toBe(false);
});

it('follows the catalogue: new, changed and removed items, in any order', async () => {
  const index = await indexOf();
  const [red, blue] = ITEMS;
  const items = [{ ...blue, price: 5 }, { ...red, title: 'Green shirt' }, makeItem('new', { title: 'New shirt' })];
  // Items that were not read are not found.
  expect(found(index, 'shirt', items)).not.toContain('new');
  await index.update(items, plain);
  expect(found(index, 'shirt', items)).toEqual(['blue', 'red', 'new']);
  expect(found(index, 'red', items)).toEqual([]);
  expect(found(index, 'lantern', items)).toEqual([]);
});

it('is built again after many changes', async () => {
  const many = (round: number) =>
    Array.from({ length: 1200 }, (_, n) => makeItem(`i${n}`, { title: `Thing ${round} x${n}` }));
  const index = new WordIndex('en');
  for (let round = 0; round < 4; round++) await index.update(many(round), plain);
  const items = many(3);
  await index.update(items, plain);
  expect(index.search('thing 3', items).scores.filter((score) => score > 0)).toHaveLength(1200);
  expect(index.search('thing 2 x7', items).complete).toBe(false);
});

it('reads the texts of a language, and lets other work have a turn', async () => {
  let turns = 0;
  const index = new WordIndex('ja', async () => void turns++);
  const items = Array.from({ length: 3000 }, (_, n) => makeItem(`${n}`, { description: 'Words '.repeat(100) }));
  await index.update(items, (item) => ({ ...item, title: item.id === '7' ? '赤いマグカップ' : '青い皿' }));
  expect(turns).toBeGreaterThan(0);
  expect(found(index, '赤い', items)).toEqual(['7']);
});

it('survives queries that have no words, or hundreds', async () => {
  const index = await indexOf();
  expect(found(index, '?!')).toEqual([]);
  expect(found(index, 'shirt '.repeat(60))).toHaveLength(3);
  expect(found(index, 'constructor')).toEqual([]);
});
