import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectFeed } from '../../../packages/cli/bundler/read-feed';
import { itemText } from '../../../src/core/catalog';
import { seededRandom } from '../../../src/core/common/random';

/** Words of synthetic descriptions; the tokeniser knows all but every eighth, which it splits into pieces. */
const WORDS = 4_000;
const UNKNOWN = 8;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

function syntheticWords(): string[] {
  const random = seededRandom(7);
  const syllables = [...'bcdfghklmnprstvw'].flatMap((first) => [...'aeiou'].map((second) => first + second));
  const words = new Set<string>();
  while (words.size < WORDS) {
    const length = 1 + Math.floor(random() * 3);
    words.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join(''));
  }
  return [...words];
}

const words = syntheticWords();

/** Vocabulary of a WordPiece tokeniser for these words: special tokens, letters, the known words. */
export const wordPieces = (): string[] => [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]'],
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
  ...['.', ','],
  ...words.filter((word, n) => word.length > 1 && n % UNKNOWN !== 0),
];

/** A text of the given number of words; frequent words come first in the list. */
function text(length: number, random: () => number): string {
  return Array.from({ length }, () => words[Math.floor(words.length * random() ** 2)]).join(' ');
}

/**
 * Texts of a catalogue with realistic lengths: many are bare titles, many have a sentence or two, some have a long
 * description of up to 128 tokens, because transformers.js truncates longer ones differently.
 */
export function mixedTexts(count: number): string[] {
  const random = seededRandom(3);
  const between = (least: number, most: number): number => Math.floor(least + random() * (most - least + 1));
  return Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.4) return text(between(2, 9), random);
    return text(kind < 0.8 ? between(8, 30) : between(30, 70), random);
  });
}

const EMOJI = fileURLToPath(new URL('../../../node_modules/@lobehub/fluent-emoji-3d/assets/', import.meta.url));
/** A catalogue of 199 products with pictures; not part of the project. */
export const SHOP = fileURLToPath(new URL('../../../../shared/data/shop-magento/', import.meta.url));

/** Texts and pictures of the first products of a real shop if one is available, else synthetic texts and the demo's pictures. */
export async function shopContent(count: number): Promise<{ from: string; text: string[]; image: Uint8Array[] }> {
  const read = (folder: string, names: string[]) =>
    Promise.all(names.slice(0, count).map(async (name) => new Uint8Array(await readFile(join(folder, name)))));
  if (!existsSync(SHOP)) {
    const image = await read(EMOJI, await readdir(EMOJI));
    return { from: 'synthetic texts, drawn pictures', text: mixedTexts(count), image };
  }
  const items = (await collectFeed([join(SHOP, 'catalog.jsonl')])).items.slice(0, count);
  const names = items.flatMap((item) => item.image ?? []);
  const text = items.map((item) => itemText(item));
  return { from: 'a shop of 199 products', text, image: await read(join(SHOP, 'images'), names) };
}
