import { createReadStream } from 'node:fs';
import { feedText } from '../../core/catalog/feed';
import { SidestreamError } from '../../error';
import { unpacked } from './unpacked';

/** First bytes of non-text files. */
const BINARY: readonly (readonly [readonly number[], string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a ZIP archive, as a workbook (.xlsx) is too. Save the sheet as CSV, or unpack the archive',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old workbook (.xls). Save the sheet as CSV'],
];

/**
 * The text of a shop's file, decompressed if it is gzip: UTF-16 if its first bytes say so, otherwise UTF-8. Bytes of another
 * encoding are refused: read as U+FFFD, different ids would become the same.
 * @throws SidestreamError `runtime/invalid-input` if it is not text throughout; errors of the file system and zlib
 */
export const openText = (path: string): AsyncGenerator<string> =>
  feedText(checked(path, unpacked(createReadStream(path))), undefined, (line, encoding) =>
    invalid(
      `${path}, line ${line}, is not valid ${encoding.toUpperCase()}. Save the file as UTF-8, or convert it, for instance with “iconv -f WINDOWS-1252 -t UTF-8”.`,
    ),
  );

/** The bytes. @throws SidestreamError `runtime/invalid-input` if the first of them belong to another kind of file */
async function* checked(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) {
      const what = BINARY.find(([first]) => first.every((byte, i) => chunk[i] === byte))?.[1];
      if (what !== undefined) throw invalid(`${path} is ${what}.`);
    }
    isFirst = false;
    yield chunk;
  }
}

const invalid = (message: string): SidestreamError => new SidestreamError('runtime/invalid-input', message);
