import { invalidInput } from '../../../error';
import { feedText } from './feed-text';

/** First bytes of non-text files. */
const BINARY: readonly (readonly [readonly number[], string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a ZIP archive, as a workbook (.xlsx) is too. Save the sheet as CSV, or unpack the archive',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old workbook (.xls). Save the sheet as CSV'],
  [[0xff, 0xd8, 0xff], 'a picture (JPEG), not a table'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture (PNG), not a table'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF, not a table'],
];

/** What a file is that is not text, and what to do, by its first bytes; undefined for other files. */
const binaryKind = (start: Uint8Array): string | undefined =>
  BINARY.find(([first]) => first.every((byte, i) => start[i] === byte))?.[1];

/** The same by the first characters of the file, decoded as any text. */
export const binaryTextKind = (head: string): string | undefined =>
  head.startsWith('PK\u0003\u0004') ? BINARY[0][1] : undefined;

/** Decompresses gzip. */
export type Gunzip = (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * The text of a shop's file, decompressed if it is gzip: UTF-16 if its first bytes say so, otherwise UTF-8. Bytes of another
 * encoding are refused: read as U+FFFD, different ids would become the same.
 * @param name how messages call the file, such as its path
 * @throws SidestreamError `runtime/invalid-input` if it is not text throughout; errors of the source and of `gunzip`
 */
export const fileText = (name: string, bytes: AsyncIterable<Uint8Array>, gunzip: Gunzip): AsyncGenerator<string> =>
  feedText(checked(name, unpacked(bytes, gunzip)), undefined, (line, encoding) =>
    invalidInput(
      `${name}, line ${line}, is not valid ${encoding.toUpperCase()}. Save the file as UTF-8, or convert it, for instance with “iconv -f WINDOWS-1252 -t UTF-8”.`,
    ),
  );

/** The bytes. @throws SidestreamError `runtime/invalid-input` if the first of them belong to another kind of file */
async function* checked(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) {
      const what = binaryKind(chunk);
      if (what !== undefined) throw invalidInput(`${name} is ${what}.`);
    }
    isFirst = false;
    yield chunk;
  }
}

/** The bytes, decompressed if they start like gzip. @throws errors of the source and of `gunzip` */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>, gunzip: Gunzip): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done) return;
  const all = rejoined(first.value, source);
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? gunzip(all) : all;
}

async function* rejoined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
