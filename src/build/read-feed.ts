import { readFile } from 'node:fs/promises';
import { describeRefusal, type Item, type Refusal } from '../catalog';
import { type FeedMapping, type FeedRow, feedRows, parseFeedMapping } from '../catalog/feed';
import { SidestreamError } from '../error';
import { createFeedTally } from './feed-summary';
import { openFeed } from './open-feed';
import { Refusals } from './rejected-rows';

export interface ReadFeedOptions {
  mapping?: FeedMapping;
  /** Whether the first refusal ends the reading. Default false. */
  strict?: boolean;
  /** Called once a file's format is known. */
  onFormat?(file: string, format: string): void;
}

/**
 * Reads the products of files, folders and http(s) addresses, in any format the catalogue knows, row by row; memory does
 * not grow with the feed. See `feedRows`.
 * @throws SidestreamError `catalog/unreadable`, `catalog/unknown-format`; with `strict` `catalog/refused`
 */
export async function* readFeed(paths: readonly string[], options: ReadFeedOptions = {}): AsyncGenerator<FeedRow> {
  for await (const row of feedRows(openFeed(paths), options)) {
    if (options.strict && 'refused' in row) throw refusedStrictly(row.refused[0]);
    yield row;
  }
}

/** What `--strict` ends a build with. */
export function refusedStrictly(refusal: Refusal): SidestreamError {
  const what = `${describeRefusal(refusal)}. Nothing was written; correct the feed or leave out --strict.`;
  return new SidestreamError('catalog/refused', what);
}

/** Place of a product in a feed. */
export interface FeedPlace extends Pick<Refusal, 'file' | 'line' | 'unit'> {
  /** Row, counted from 0 over all files. */
  at: number;
}

/** A feed held in memory. `places[i]` says where `items[i]` stands. */
export interface CollectedFeed {
  items: Item[];
  places: FeedPlace[];
  /** One entry per bad field, the first 1,000 of them. */
  refused: readonly Refusal[];
  refusedRows: number;
  /** What was read from which files, in sentences. */
  summary: string[];
}

/** Reads all rows of `readFeed` into memory; throws what it throws. @param refusals takes every bad field */
export async function collectFeed(
  paths: readonly string[],
  options: ReadFeedOptions = {},
  refusals = new Refusals(),
): Promise<CollectedFeed> {
  const tally = createFeedTally();
  const feed: CollectedFeed = { items: [], places: [], refused: [], refusedRows: 0, summary: [] };
  let at = 0;
  for await (const row of readFeed(paths, { ...options, onFormat: tally.open })) {
    tally.count(row);
    if ('item' in row) {
      feed.items.push(row.item);
      feed.places.push({ at, file: row.file, line: row.line, ...(row.unit === 'line' ? {} : { unit: row.unit }) });
    } else {
      refusals.add(at, ...row.refused);
      feed.refusedRows++;
    }
    at++;
  }
  return { ...feed, refused: refusals.kept, summary: tally.lines() };
}

/**
 * Reads a mapping file.
 * @throws SidestreamError `catalog/bad-mapping`
 */
export async function readMapping(path: string): Promise<FeedMapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('catalog/bad-mapping', `The mapping cannot be read: ${why}. Check the path.`, { cause });
  }
  return parseFeedMapping(text, path);
}
