import { expect, it } from 'vitest';
import { feedText } from './feed-text';

const TEXT = 'Größe,Prix €\n'.repeat(400);

async function decode(bytes: Uint8Array, encoding?: string, size = 7): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  let text = '';
  for await (const part of feedText(chunks, encoding)) text += part;
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
  expect(await decode(western(TEXT), 'windows-1252')).toBe(TEXT);
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
