import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeItem, memoryBundle } from '../../../../testing/bundles';
import { topicContent } from '../../../../testing/topics';
import { SidestreamError } from '../../../error';
import { seededRandom } from '../../common/random';
import { inventory, isContentFile, verifyBundle } from '../bundle/inventory';
import type { BundleFile } from '../bundle/manifest-schema';
import { writeBundle } from '../bundle/write-bundle';
import type { Item } from '../item';
import { TermBuilder, type TermItem } from './term-builder';
import { decodeBucket, decodeTermDirectory, encodeBucket, encodeTermDirectory, type Term } from './term-files';
import { TermIndex } from './term-index';
import { putInto } from './write-shards';

let items = 0;
const item = (title: string, more: Partial<Item> = {}): TermItem => [
  makeItem(`item-${items++}`, { title, description: '', category: '', attributes: {}, ...more }),
];

const copied = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** An index of shards, which counts what it loads. */
async function indexOf(shards: readonly (readonly TermItem[])[]) {
  const builder = new TermBuilder();
  for (const some of shards) builder.add(some);
  const files = new Map<string, Uint8Array>();
  const compressed = new Map<string, number>();
  const put = putInto(async (name, bytes) => void compressed.set(name, bytes.length));
  const root = await builder.write(async (stem, extension, bytes) => {
    const file = await put(stem, extension, bytes);
    files.set(file.file, bytes);
    return file;
  });
  const loaded = new Set<string>();
  const read = async <T>({ file }: BundleFile, decode: (bytes: ArrayBuffer) => T): Promise<T> => {
    loaded.add(file);
    return decode(copied(files.get(file) ?? new Uint8Array()));
  };
  const index = new TermIndex({ root, shards: shards.length, items: shards.flat().length, read });
  return { index, files, compressed, root, loaded };
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
  expect(await index.find('red')).toEqual([3, 0, 1]);
  expect(await index.find('Nordlicht')).toEqual([0]);
  expect(await index.find('kitchen')).toEqual([1]);
  expect(await index.find('white')).toEqual([1, 3]);
  expect(await index.find('teapot')).toEqual([]);
  expect(await index.find('?!')).toEqual([]);
});

it('takes shards with all words first, then those with rarer words', async () => {
  const { index } = await indexOf(SHOP);
  expect(await index.find('red lantern')).toEqual([3, 0, 1]);
  // The mug has the words in its description.
  expect(await index.find('red mug')).toEqual([1, 3, 0]);
  expect(await index.find('nordlicht lantern')).toEqual([3, 0]);
  expect(await index.find('red', { limit: 2 })).toEqual([3, 0]);
  expect(await index.find('red', { category: 'Kitchen' })).toEqual([1]);
  expect(await index.find('red', { category: 'Cellar' })).toEqual([]);
});

it('counts the products of a category, with those of narrower ones', async () => {
  const { index } = await indexOf([...SHOP, [item('Inn', { category: 'Stays/5*' })]]);
  const numbers = async (path: string) => {
    const found = await index.category(path);
    return found && [found.products, found.shards, found.counts];
  };
  expect(await numbers('Men')).toEqual([2, [0], [2]]);
  expect(await numbers('Men/Shirts')).toEqual([2, [0], [2]]);
  expect(await numbers('Kitchen')).toEqual([2, [1], [2]]);
  expect(await numbers('Stays/5*')).toEqual([1, [4], [1]]);
  expect(await numbers('Shirts')).toBe(null);
});

it('finds an unfinished last word, and not an unfinished first one', async () => {
  const { index } = await indexOf(SHOP);
  expect(await index.find('lan')).toEqual([3]);
});

it('takes a word itself before the many that begin like it', async () => {
  const longer = ['Reduced', 'Redwood', 'Reddish', 'Redirected', 'Redone'].map((title) => item(title));
  const { index } = await indexOf([longer, [item('Red')]]);
  expect(await index.find('red')).toEqual([1, 0]);
  expect(await index.find('re')).toEqual([0, 1]);
});

it('forgives typing errors, and finds a word and its plural', async () => {
  const { index } = await indexOf([...SHOP, [item('Two lanterns')]]);
  expect(await index.find('lantren')).toEqual([3]);
  expect((await index.find('whit mteal'))[0]).toBe(3);
  expect(await index.find('lanterns')).toEqual([4, 3]);
  expect(await index.find('ret')).toEqual([]);
});

it('finds products by their words in each language, but categories by those of the main feed', async () => {
  const [red] = item('Red shoes', { category: 'Shoes' });
  const { index } = await indexOf([SHOP[0], [[red, { ...red, title: 'Rote Schuhe', category: 'Schuhe' }]]]);
  expect(await index.find('rote schuhe')).toEqual([1]);
  expect((await index.find('red shoes'))[0]).toBe(1);
  expect((await index.category('Shoes'))?.products).toBe(1);
  expect(await index.category('Schuhe')).toBe(null);
});

it('finds words of scripts without spaces, wherever they are in a text', async () => {
  const { index } = await indexOf([SHOP[0], [item('赤いマグカップ')], [item('青い皿'), item('iPhone用ケース')]]);
  for (const text of ['赤い', 'マグカップ', '赤', 'カップ', 'プ']) expect(await index.find(text)).toEqual([1]);
  expect(await index.find('青い皿')).toEqual([2]);
  expect(await index.find('iphone')).toEqual([2]);
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
  const { index, compressed, loaded, root } = await indexOf(shards);
  const bytes = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + (compressed.get(name) ?? 0), 0);
  expect(compressed.get(root.file)).toBeLessThan(1500);
  expect(await index.find('s')).toHaveLength(6);
  expect(bytes(loaded)).toBeLessThan(20_000);
  const [first] = await index.find('red wool jac');
  expect(shards[first][0][0].category).toBe('jacket/wool jacket');
  expect(loaded.size).toBeLessThan(15);
  expect(bytes(loaded)).toBeLessThan(80_000);
  expect(Math.max(...compressed.values())).toBeLessThan(20_000);
  const [{ title }] = shards[100][77];
  expect((await index.find(title))[0]).toBe(100);
});

it('keeps the bytes of all files that a change does not concern, and makes the same ones of the same items', async () => {
  const shards = large(4000);
  const before = await indexOf(shards);
  const after = await indexOf([...shards, [item('Kimono')]]);
  const same = [...after.files.keys()].filter((name) => before.files.has(name));
  expect(after.files.size).toBeGreaterThan(15);
  // The bucket of the word, that of all items, and the directory.
  expect(same).toHaveLength(after.files.size - 3);
  const again = await indexOf(shards.map((some) => some.toReversed()));
  expect([...again.files.keys()]).toEqual([...before.files.keys()]);
});

it('keeps the fullest shards of a word that many have, and all of a category', async () => {
  const counts = Array.from({ length: 600 }, (_, n) => (n % 100 === 7 ? 5 : 1 + (n % 2)));
  const { index } = await indexOf(
    counts.map((count, n) =>
      Array.from({ length: count }, () => item(n === 400 ? 'Thing, rare' : 'Thing', { category: 'All' })),
    ),
  );
  const all = await index.category('All');
  expect(all).toMatchObject({ products: counts.reduce((sum, count) => sum + count, 0), counts });
  expect(await index.find('thing')).toEqual([7, 107, 207, 307, 407, 507]);
  // The index has no number for the common word in this shard.
  expect((await index.find('rare thing'))[0]).toBe(400);
});

it('counts the variants of a product once for its words, and all of them for its category', async () => {
  const lamps = ['a', 'b', 'c'].map(() => item('Red lamp', { group: 'lamp', category: 'Light' }));
  const { index } = await indexOf([lamps, [item('Lamp'), item('Lamp')]]);
  expect(await index.find('lamp')).toEqual([1, 0]);
  expect((await index.category('Light'))?.counts).toEqual([3]);
});

it('is empty for a catalogue without words', async () => {
  const { index, files } = await indexOf([[item('')]]);
  expect(files.size).toBe(2);
  expect(await index.find('red')).toEqual([]);
  expect(await index.category('Men')).toBe(null);
  await index.check();
});

it('is a part of bundles that pages load in parts, and verified with them', async () => {
  const content = await topicContent({ items: 60, topics: 3 });
  const write = async (whole: boolean) => {
    const { sink, fetchFile, files } = memoryBundle();
    return { manifest: await writeBundle(content, sink, { whole, shardItems: 16 }), fetchFile, files };
  };
  const termsOf = (names: Iterable<string>): string[] => [...names].filter((name) => name.startsWith('terms-')).sort();
  expect(termsOf((await write(true)).files.keys())).toEqual([]);
  const { manifest, fetchFile, files } = await write(false);
  const listed = await inventory(manifest, fetchFile);
  expect(termsOf(listed.map(({ file }) => file))).toEqual(termsOf(files.keys()));
  expect(termsOf(files.keys()).every(isContentFile)).toBe(true);
  await verifyBundle(manifest, fetchFile);
  const bucket = termsOf(files.keys()).find((name) => name !== manifest.shards.terms?.file) ?? '';
  files.delete(bucket);
  await expect(verifyBundle(manifest, fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
});

const TERM: Term = { key: 'shirt', products: 3, shards: [0, 4], counts: [2, 1] };
const FILE = { file: 'terms-0.bin', sha256: '', bytes: 0, first: 'shirt' };
const read = (terms: readonly Term[], shards = 5): Term[] => decodeBucket(copied(encodeBucket(terms)), FILE, shards);

it('refuses files of terms that contradict their directory or the catalogue', () => {
  expect(read([TERM])).toEqual([TERM]);
  const invalid = expect.objectContaining({ code: 'bundle/invalid', message: expect.stringContaining('terms-0.bin') });
  const refuses = (run: () => unknown): void => expect(run).toThrow(invalid);
  refuses(() => read([TERM], 4));
  refuses(() => read([]));
  refuses(() => read([{ ...TERM, key: 'shirts' }]));
  refuses(() => read([TERM, TERM]));
  refuses(() => read([TERM, { ...TERM, key: 'red' }]));
  refuses(() => read([{ ...TERM, counts: [1] }]));
  refuses(() => read([{ ...TERM, shards: [4, 0] }]));
  const bucket = { first: 'shirt', file: `terms-${'ab'.repeat(8)}.bin`, sha256: 'ab'.repeat(8), bytes: 9 };
  const encoded = encodeTermDirectory([bucket]);
  expect(decodeTermDirectory(copied(encoded), 'terms-0.bin')).toEqual([bucket]);
  refuses(() => decodeTermDirectory(copied(encodeTermDirectory([bucket, bucket])), 'terms-0.bin'));
  refuses(() => decodeTermDirectory(copied(encoded.subarray(0, 20)), 'terms-0.bin'));
});

it('reads any bytes or refuses them', () => {
  const bytes = encodeBucket([TERM, { ...TERM, key: 'table' }]);
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const torn = changes.reduce((all, [at, value]) => all.with(at, value), bytes);
      try {
        for (const { shards } of decodeBucket(copied(torn), FILE, 5)) {
          expect(shards.every((shard, n) => shard < 5 && (n === 0 || shards[n - 1] < shard))).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SidestreamError);
      }
    }),
  );
});
