import { readFile } from 'node:fs/promises';
import { describeRejectedRow, type RejectedRow } from '../../core/catalog';
import { type FeedMapping, type FeedRow, feedRows, parseFeedMapping } from '../../core/catalog/feed';
import { messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { type CollectedFeed, collectRows, type RejectedRows } from '../pipeline';
import { openFeed } from './open-feed';

export interface ReadFeedOptions {
  mapping?: FeedMapping;
  /** Whether reading ends at the first rejected row. Default false. */
  strict?: boolean;
  /** Called once a file's format is known. */
  onFormat?(file: string, format: string, language: string | undefined): void;
}

/**
 * Reads the products of files, folders and http(s) addresses, in any supported format, row by row; memory does not grow with the
 * feed. See `feedRows`.
 * @throws SidestreamError `catalog/unreadable`, `catalog/unknown-format`; with `strict` `catalog/refused`
 */
export async function* readFeed(paths: readonly string[], options: ReadFeedOptions = {}): AsyncGenerator<FeedRow> {
  for await (const row of feedRows(openFeed(paths), options)) {
    if (options.strict && 'rejected' in row) throw strictError(row.rejected[0]);
    yield row;
  }
}

/** The error that ends a build with `--strict`. */
export function strictError(rejected: RejectedRow): SidestreamError {
  const what = `${describeRejectedRow(rejected)}. Nothing was written; correct the feed or leave out --strict.`;
  return new SidestreamError('catalog/refused', what);
}

/**
 * Reads all rows of `readFeed` into memory; throws as it does.
 * @param rejectedRows collects every bad field
 * @param from number of its first row among all reported rows; default 0
 */
export const collectFeed = (
  paths: readonly string[],
  options: ReadFeedOptions = {},
  rejectedRows?: RejectedRows,
  from?: number,
): Promise<CollectedFeed> => collectRows((onFormat) => readFeed(paths, { ...options, onFormat }), rejectedRows, from);

/** Reads a mapping file. @throws SidestreamError `catalog/bad-mapping` */
export async function readMapping(path: string): Promise<FeedMapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new SidestreamError(
      'catalog/bad-mapping',
      `The mapping cannot be read: ${messageOf(cause)}. Check the path.`,
      { cause },
    );
  }
  return parseFeedMapping(text, path);
}
