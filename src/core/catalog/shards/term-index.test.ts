import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SidestreamError } from '../../../error';
import { seededRandom } from '../../common/random';
import type { SearchedItem } from '../item';
import { TermIndexBuilder, type TermItem } from './term-builder';
import {
  decodeBucket,
  decodeTermDirectory,
  encodeBucket,
  encodeTermDirectory,
  type Term,
  type TermDirectory,
} from './term-files';
import { TermIndex } from './term-index';
import { putInto } from './write-shards';

const item = (title: string, more: Partial<SearchedItem> = {}): TermItem => [
  { title, description: '', category: '', attributes: {}, ...more },
];

const copied = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** An index of shards, which counts what it loads. */
async function indexOf(shards: readonly (readonly TermItem[])[]) {
  const builder = new TermIndexBuilder();
  for (const items of shards) builder.add(items);
  const files = new Map<string, Uint8Array>();
  const root = await builder.write(putInto(async (name, bytes) => void files.set(name, gunzipSync(bytes))));
  const loaded: string[] = [];
  const bytesOf = (name: string): ArrayBuffer => copied(files.get(name) ?? new Uint8Array());
  const bounds = { shards: shards.length, products: shards.flat().length };
  const index = new TermIndex({ file: root.file, bytes: bytesOf(root.file) }, bounds, async ({ file }) => {
    loaded.push(file);
    return bytesOf(file);
  });
  return { index, files, root, loaded, bounds };
}

const SHOP: TermItem[][] = [
  [
    item('Red shirt', { category: 'Men/Shirts' }),
    item('Blue shirt', { category: 'Men/Shirts|Sale', attributes: { brand: 'Nordlicht' } }),
  ],
  [
    item('Mug', { category: 'Kitchen', description: 'As red as a shirt can be' }),
    item('White plate', { category: 'Kitchen' }),
  ],
  [],
  [
    item('White metal lantern', { category: 'Garden' }),
    item('Red lantern', { category: 'Garden' }),
    item('Red wall lantern'),
  ],
];

it('finds the shards of titles, names, categories and descriptions, titles first', async () => {
  const { index } = await indexOf(SHOP);
  expect(await index.find('red')).toEqual({ shards: [3, 0, 1], complete: true });
  expect(await index.find('Nordlicht')).toEqual({ shards: [0], complete: true });
  expect(await index.find('kitchen')).toEqual({ shards: [1], complete: true });
  expect(await index.find('white')).toEqual({ shards: [1, 3], complete: true });
  expect(await index.find('teapot')).toEqual({ shards: [], complete: false });
  expect(await index.find('?!')).toEqual({ shards: [], complete: false });
});

it('takes shards with all words first, then those with rarer words', async () => {
  const { index } = await indexOf(SHOP);
  expect(await index.find('red lantern')).toEqual({ shards: [3, 0, 1], complete: true });
  // The mug has the words in its description.
  expect((await index.find('red mug')).shards).toEqual([1, 3, 0]);
  expect(await index.find('nordlicht lantern')).toEqual({ shards: [3, 0], complete: false });
  expect((await index.find('red', { limit: 2 })).shards).toEqual([3, 0]);
  expect((await index.find('red', { category: 'Kitchen' })).shards).toEqual([1]);
  expect((await index.find('red', { category: 'Cellar' })).shards).toEqual([]);
});

it('counts the products of a category, with those of narrower ones', async () => {
  const { index } = await indexOf([...SHOP, [item('Inn', { category: 'Stays/5*' })]]);
  const numbers = async (path: string) => {
    const found = await index.category(path);
    return found && [found.products, [...found.shards], [...found.counts]];
  };
  expect(await numbers('Men')).toEqual([2, [0], [2]]);
  expect(await numbers('Men/Shirts')).toEqual([2, [0], [2]]);
  expect(await numbers('Kitchen')).toEqual([2, [1], [2]]);
  expect(await numbers('Stays/5*')).toEqual([1, [4], [1]]);
  expect(await numbers('Shirts')).toBe(null);
});

it('finds an unfinished last word, and not an unfinished first one', async () => {
  const { index } = await indexOf(SHOP);
  expect((await index.find('lan')).shards).toEqual([3]);
  expect((await index.find('metal l')).complete).toBe(true);
  expect((await index.find('whi metal')).complete).toBe(false);
  expect(await index.complete('White l')).toEqual([{ word: 'lantern', products: 3 }]);
  expect(await index.complete('  ')).toEqual([]);
});

it('forgives typing errors, and finds a word and its plural', async () => {
  const { index } = await indexOf([...SHOP, [item('Two lanterns')]]);
  expect((await index.find('lantren')).shards).toEqual([3]);
  expect((await index.find('whit mteal')).shards[0]).toBe(3);
  expect((await index.find('lanterns')).shards).toEqual([3, 4]);
  expect((await index.find('ret')).shards).toEqual([]);
});

it('finds products by their words in each language, but categories by those of the main feed', async () => {
  const [red] = item('Red shoes', { category: 'Shoes' });
  const { index } = await indexOf([SHOP[0], [[red, { ...red, title: 'Rote Schuhe', category: 'Schuhe' }]]]);
  expect((await index.find('rote schuhe')).shards).toEqual([1]);
  expect((await index.find('red shoes')).shards[0]).toBe(1);
  expect((await index.category('Shoes'))?.products).toBe(1);
  expect(await index.category('Schuhe')).toBe(null);
});

it('finds words of scripts without spaces, wherever they are in a text', async () => {
  const { index } = await indexOf([SHOP[0], [item('赤いマグカップ')], [item('青い皿'), item('iPhone用ケース')]]);
  for (const text of ['赤い', 'マグカップ', '赤', 'カップ', 'プ']) expect((await index.find(text)).shards).toEqual([1]);
  expect(await index.find('青い皿')).toEqual({ shards: [2], complete: true });
  expect((await index.find('iphone')).shards).toEqual([2]);
});

const NOUNS =
  'shirt jacket trousers dress shoes boots hat scarf gloves belt bag wallet watch ring lamp chair sofa shelf'.split(
    ' ',
  );
const MATERIALS = 'cotton leather wool steel wooden silk plastic ceramic linen denim'.split(' ');
const COLOURS = 'red blue green black white striped plain large small slim vintage modern light'.split(' ');
const SHARD = 128;

/** Products in shards of a topic each, as neighbourhoods have; each has a number by which only it is found. */
function large(count: number): TermItem[][] {
  const random = seededRandom(1);
  const any = (words: readonly string[]): string => words[Math.floor(random() * words.length)];
  return Array.from({ length: Math.ceil(count / SHARD) }, (_, n) => {
    const [noun, material] = [NOUNS[n % 18], MATERIALS[Math.floor(n / 18) % 10]];
    return Array.from({ length: Math.min(SHARD, count - n * SHARD) }, (_, m) =>
      item(`${any(COLOURS)} ${material} ${noun} ${(1e6 + 7919 * (n * SHARD + m)).toString(36)}`, {
        category: `${noun}/${material} ${noun}`,
        attributes: { tags: [any(COLOURS), ...Array.from({ length: 4 }, () => random().toString(36).slice(2, 8))] },
      }),
    );
  });
}

it('loads a few kB for the first letters of a large catalogue, and little more for a query', async () => {
  const shards = large(13_000);
  const { index, files, loaded, root } = await indexOf(shards);
  const compressed = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(files.get(name) ?? '', { level: 6 }).length, 0);
  // A directory of directories, each of dozens of files.
  expect(files.get(root.file)?.at(0)).toBe(1);
  expect(compressed([root.file])).toBeLessThan(1000);
  expect((await index.complete('s')).map(({ word }) => word)).toEqual(
    expect.arrayContaining(['striped', 'small', 'slim']),
  );
  expect(compressed(loaded)).toBeLessThan(16_000);
  const { shards: found, complete } = await index.find('red wool jac');
  expect(complete).toBe(true);
  expect(shards[found[0]][0][0].category).toBe('jacket/wool jacket');
  expect(loaded.length).toBeLessThan(12);
  expect(compressed(loaded)).toBeLessThan(60_000);
  const all = [...files.keys()];
  expect(Math.max(...all.map((name) => compressed([name])))).toBeLessThan(12_000);
  const [{ title }] = shards[100][77];
  expect((await index.find(title)).shards[0]).toBe(100);
});

it('keeps the bytes of all files that a change does not concern, and makes the same ones of the same products', async () => {
  const shards = large(4000);
  const before = await indexOf(shards);
  // A word in the middle of the alphabet, and its beginnings.
  const after = await indexOf([...shards, [item('Kimono')]]);
  const same = [...after.files.keys()].filter((name) => before.files.has(name));
  expect(after.files.size).toBeGreaterThan(15);
  expect(same.length).toBeGreaterThanOrEqual(after.files.size - 3);
  const again = await indexOf(shards.map((items) => items.toReversed()));
  expect([...again.files.keys()]).toEqual([...before.files.keys()]);
});

it('keeps the fullest shards of a word that thousands have, and its number of products', async () => {
  const counts = Array.from({ length: 3000 }, (_, n) => (n % 100 === 7 ? 5 : 1 + (n % 2)));
  const { index } = await indexOf(
    counts.map((count) => Array.from({ length: count }, () => item('Thing', { category: 'All' }))),
  );
  const all = await index.category('All');
  expect(all?.products).toBe(counts.reduce((sum, count) => sum + count, 0));
  expect(all?.shards).toHaveLength(3000);
  expect(all?.counts[107]).toBe(5);
  expect((await index.find('thing')).shards).toEqual([7, 107, 207, 307, 407, 507]);
});

it('is empty for a catalogue without words', async () => {
  const { index, files } = await indexOf([]);
  expect(files.size).toBe(1);
  expect(await index.find('red')).toEqual({ shards: [], complete: false });
  expect(await index.category('Men')).toBe(null);
});

it('passes on that a file cannot be loaded, and loads it again the next time', async () => {
  const { root, files, bounds } = await indexOf(SHOP);
  let fails = true;
  const index = new TermIndex(
    { file: root.file, bytes: copied(files.get(root.file) ?? new Uint8Array()) },
    bounds,
    async ({ file }) => {
      if (fails) throw new SidestreamError('bundle/unreachable', `Cannot get ${file}.`);
      return copied(files.get(file) ?? new Uint8Array());
    },
  );
  await expect(index.find('red shirt')).rejects.toMatchObject({ code: 'bundle/unreachable' });
  fails = false;
  expect((await index.find('red shirt')).complete).toBe(true);
});

const TERM: Term = {
  key: 'shirt',
  products: 3,
  shards: Uint32Array.of(0, 4),
  counts: Uint8Array.of(2, 1),
  completions: [],
};
const BOUNDS = { shards: 5, products: 10 };
const FILE = { file: 'terms-0.bin', sha256: '', bytes: 0, first: 'shirt' };
const read = (terms: readonly Term[], bounds = BOUNDS): Term[] =>
  decodeBucket(copied(encodeBucket(terms)), FILE, bounds);

it('refuses files of terms that contradict their directory or the catalogue', () => {
  expect(read([TERM])).toEqual([TERM]);
  const invalid = expect.objectContaining({ code: 'bundle/invalid', message: expect.stringContaining('terms-0.bin') });
  const refuses = (run: () => unknown): void => expect(run).toThrow(invalid);
  refuses(() => read([TERM], { shards: 4, products: 10 }));
  refuses(() => read([TERM], { shards: 5, products: 2 }));
  refuses(() => read([]));
  refuses(() => read([{ ...TERM, key: 'shirts' }]));
  refuses(() => read([TERM, TERM]));
  refuses(() => read([TERM, { ...TERM, key: 'red' }]));
  const bytes = encodeBucket([TERM]);
  for (let length = 0; length < bytes.length; length++) {
    refuses(() => decodeBucket(copied(bytes.subarray(0, length)), FILE, BOUNDS));
  }
  refuses(() => decodeBucket(copied(Uint8Array.of(...bytes, 0)), FILE, BOUNDS));
  refuses(() => decodeBucket(copied(bytes.with(5, 0xff)), FILE, BOUNDS));
  refuses(() => decodeBucket(copied(new Uint8Array(20).fill(0xff)), FILE, BOUNDS));
  const sha256 = 'ab'.repeat(32);
  const directory: TermDirectory = {
    level: 1,
    files: [{ first: 'shirt', file: `terms-${sha256.slice(0, 16)}.bin`, sha256, bytes: 9 }],
  };
  const of = { file: 'terms-0.bin', first: 'shirt', level: 1 };
  const encoded = encodeTermDirectory(directory);
  expect(decodeTermDirectory(copied(encoded), of)).toEqual(directory);
  refuses(() => decodeTermDirectory(copied(encoded), { ...of, level: 0 }));
  refuses(() => decodeTermDirectory(copied(encoded), { ...of, first: 'red' }));
  refuses(() => decodeTermDirectory(copied(encoded.with(0, 99)), of));
  refuses(() => decodeTermDirectory(copied(encoded.subarray(0, 20)), of));
});

it('reads any bytes or refuses them', () => {
  const bytes = encodeBucket([TERM, { ...TERM, key: 't*', completions: [{ word: 'table', products: 2 }] }]);
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const torn = changes.reduce((all, [at, value]) => all.with(at, value), bytes);
      try {
        for (const { shards } of decodeBucket(copied(torn), FILE, BOUNDS)) {
          expect(shards.every((shard, n) => shard < BOUNDS.shards && (n === 0 || shards[n - 1] < shard))).toBe(true);
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'bundle/invalid' });
      }
    }),
  );
});
