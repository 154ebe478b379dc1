import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type FeedSource, fileText, unpacked } from '../../../src/core/catalog/feed';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput, SidestreamError } from '../../../src/error';
import { fetchRetried } from './fetch';

/** Extensions of the files that are read from a folder; their content decides the format. */
const FEED_FILES = '.jsonl, .ndjson, .json, .csv, .tsv, .txt, .xml, .rss, .atom, .html, .htm';
const isFeed = (name: string): boolean =>
  !name.startsWith('.') && FEED_FILES.split(', ').includes(extname(name.replace(/\.gz$/i, '')).toLowerCase());

/**
 * Opens files, folders (with their subfolders, by name) and http(s) addresses one after another; gzip is decompressed.
 * @throws SidestreamError `catalog/unreadable`
 */
export async function* openFeed(paths: readonly string[]): AsyncGenerator<FeedSource> {
  for (const path of paths) {
    if (/^https?:\/\//i.test(path)) yield { file: path, bytes: readable(path, download(path)) };
    else for await (const file of filesOf(path)) yield { file, bytes: readable(file, createReadStream(file)) };
  }
}

async function* filesOf(path: string): AsyncGenerator<string> {
  try {
    if (!(await stat(path)).isDirectory()) {
      yield path;
      return;
    }
    const names = (await readdir(path, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && isFeed(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (names.length === 0) throw new Error(`there is no feed in the folder ${path} (${FEED_FILES})`);
    yield* names;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* download(url: string): AsyncGenerator<Uint8Array> {
  const response = await fetchRetried(url, { headers: { accept: '*/*' } }, (answer) => answer);
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  if (response.body) yield* response.body;
}

/** The bytes, decompressed if they start like gzip. @throws SidestreamError `catalog/unreadable` */
async function* readable(file: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* unpacked(bytes, gunzip);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(path: string, cause: unknown): SidestreamError {
  if (cause instanceof SidestreamError) return cause;
  const message = `The catalogue ${path} cannot be read: ${messageOf(cause)}. Check the path.`;
  return new SidestreamError('catalog/unreadable', message, { cause });
}

/**
 * The text of a shop's file.
 * @param onBytes called with the number of bytes read since the call before
 * @throws SidestreamError `runtime/invalid-input` with the message of `unreadable`
 */
export async function* openText(
  path: string,
  unreadable: (cause: unknown) => string,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<string> {
  try {
    yield* fileText(path, counted(createReadStream(path), onBytes), gunzip);
  } catch (cause) {
    throw cause instanceof SidestreamError ? cause : invalidInput(unreadable(cause), { cause });
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, on?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    on?.(chunk.length);
    yield chunk;
  }
}

/** Decompresses gzip with zlib. @throws errors of the source and of zlib */
async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  const zlib = createGunzip();
  source.on('error', (error) => zlib.destroy(error));
  yield* source.pipe(zlib);
}
