import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type FeedSource, unpacked } from '../../core/catalog/feed';
import { messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { fetchRetried } from './fetch';
import { gunzip } from './open-text';

/** Extensions of the files that are read from a folder; their content decides the format. */
const FEED_FILES = new Set([
  '.jsonl',
  '.ndjson',
  '.json',
  '.csv',
  '.tsv',
  '.txt',
  '.xml',
  '.rss',
  '.atom',
  '.html',
  '.htm',
]);

/**
 * Opens the files of a feed one after another: files, folders (with their subfolders, by name) and http(s) addresses. Gzip is
 * decompressed.
 * @throws SidestreamError `catalog/unreadable` with the reason
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
      .filter(
        (entry) =>
          entry.isFile() &&
          !entry.name.startsWith('.') &&
          FEED_FILES.has(extname(entry.name.replace(/\.gz$/i, '')).toLowerCase()),
      )
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (names.length === 0) throw new Error(`there is no feed in the folder ${path} (${[...FEED_FILES].join(', ')})`);
    yield* names;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* download(url: string): AsyncGenerator<Uint8Array> {
  const response = await fetchRetried(url, { headers: { accept: '*/*' } });
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
  return new SidestreamError(
    'catalog/unreadable',
    `The catalogue ${path} cannot be read: ${messageOf(cause)}. Check the path.`,
    {
      cause,
    },
  );
}
