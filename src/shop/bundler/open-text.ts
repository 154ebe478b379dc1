import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileText } from '../../core/catalog/feed';

/** The text of a shop's file, as `fileText` reads it. @throws also errors of the file system and zlib */
export const openText = (path: string): AsyncGenerator<string> => fileText(path, createReadStream(path), gunzip);

/** Decompresses gzip with zlib. @throws errors of the source and of zlib */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  const zlib = createGunzip();
  source.on('error', (error) => zlib.destroy(error));
  yield* source.pipe(zlib);
}
