import { expect, it } from 'vitest';
import { feedText } from './feed-text';

const TEXT = 'Größe,Prix €\n'.repeat(400);

async function decode(
  bytes: Uint8Array,
  encoding?: string,
  size = 7,
  onGuess?: (encoding: string) => void,
): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  let text = '';
  for await (const part of feedText(chunks, { encoding, onGuess })) text += part;
  return text;
}

const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();
/** `€` is 0x80 in windows-1252; all else here is as in Latin-1. */
const western = (text: string): Uint8Array =>
  Uint8Array.from(text, (sign) => (sign === '€' ? 0x80 : sign.charCodeAt(0)));

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16 LE with a mark', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
  ['UTF-16 BE with a mark', swapped(Buffer.from(`\uFEFF${TEXT}`, 'utf16le'))],
])('decodes %s however it is cut', async (_, bytes) => {
  expect(await decode(bytes)).toBe(TEXT);
  expect(await decode(bytes, undefined, 5000)).toBe(TEXT);
});

it('decodes UTF-16 without a mark by its zero bytes', async () => {
  expect(await decode(Buffer.from('id,title\n', 'utf16le'))).toBe('id,title\n');
  expect(await decode(swapped(Buffer.from('id,title\n', 'utf16le')))).toBe('id,title\n');
});

it("takes the encoding from the option, else from the file's declaration", async () => {
  for (const text of [TEXT, '5 €']) expect(await decode(western(text), 'windows-1252')).toBe(text);
  const xml = `<?xml version="1.0" encoding="ISO-8859-1"?><a>${TEXT}</a>`;
  expect(await decode(western(xml))).toBe(xml);
  const html = `<html><head><meta charset="windows-1252"></head>${TEXT}`;
  expect(await decode(western(html))).toBe(html);
  const wrong = '<?xml version="1.0" encoding="utf-16"?><a>é</a>';
  expect(await decode(Buffer.from(wrong))).toBe(wrong);
});

it('names an unknown encoding', async () => {
  await expect(decode(Buffer.from('a'), 'klingon')).rejects.toMatchObject({ code: 'catalog/unreadable' });
});

/** Encodes the letters of an alphabet that a legacy encoding has in a row. */
const encodedAs = (encoding: string, text: string): Uint8Array => {
  const decoder = new TextDecoder(encoding);
  const byteOf = new Map(
    Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte), { stream: true }), byte]),
  );
  return Uint8Array.from(text, (sign) => byteOf.get(sign) ?? 63);
};
const guessed = async (bytes: Uint8Array, size?: number): Promise<[string, string[]]> => {
  const guesses: string[] = [];
  return [await decode(bytes, undefined, size, (encoding) => guesses.push(encoding)), guesses];
};

it.each([1, 7, 5000, 1e6])('guesses windows-1252 of Western texts, in chunks of %s bytes', async (size) => {
  const feeds = [
    TEXT,
    `${'id,title\n'.repeat(5000)}1,Größe\n`,
    'réf,prénom\n1,créée à l’été\n',
    'año 2ª, 5 €, N° 1, ½ l\n',
  ];
  for (const feed of size === 1 ? feeds.slice(2) : feeds)
    expect(await guessed(encodedAs('windows-1252', feed), size)).toEqual([feed, ['windows-1252']]);
});

it('guesses nothing of UTF-8, of UTF-8 with a few bad bytes, and of other alphabets', async () => {
  expect(await guessed(Buffer.from(TEXT))).toEqual([TEXT, []]);
  const cut = Buffer.concat([Buffer.from([0xfc]), Buffer.from(TEXT)]);
  expect(await guessed(cut)).toEqual([`\uFFFD${TEXT}`, []]);
  expect(await guessed(Buffer.from('id,title\n1,Gr\xfc', 'latin1'))).toEqual(['id,title\n1,Grü', ['windows-1252']]);
  const japanese = Buffer.from([0x8f, 0xa4, 0x95, 0x69, 0x96, 0xbc, 0x2c, 0x89, 0xbf, 0x8a, 0x69, 0x0a]);
  for (const bytes of [
    encodedAs('windows-1251', 'артикул;название\n1;Красная рубашка\n'),
    encodedAs('windows-1250', 'nazwa;opis\n1;Koszulka zielona w kształcie małża, żółta gałąź\n'),
    japanese,
  ]) {
    const [text, guesses] = await guessed(bytes);
    expect(guesses).toEqual([]);
    expect(text).toContain('\uFFFD');
  }
});
