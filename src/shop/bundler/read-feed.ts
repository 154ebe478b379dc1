import { readFile } from 'node:fs/promises';
import { describeRejectedRow, type Item, type RejectedRow } from '../../core/catalog';
import { type FeedMapping, type FeedRow, feedRows, parseFeedMapping } from '../../core/catalog/feed';
import { counted } from '../../core/common/counted';
import { messageOf } from '../../core/common/thrown';
import { SidestreamError } from '../../error';
import { openFeed } from './open-feed';
import { RejectedRows } from './rejected-rows';

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

/** Position of a product in a feed. */
interface FeedPlace extends Pick<RejectedRow, 'file' | 'line' | 'unit'> {
  /** Row number, counted from 0 over all files. */
  at: number;
}

/** A feed in memory. `places[i]` is the position of `items[i]`. */
export interface CollectedFeed {
  items: Item[];
  /** How rows without a title are named, by row. */
  titled: Map<number, 'description' | 'id'>;
  /** Language tag that its files state; the first one counts. */
  language?: string;
  /** Currency codes of its prices, as far as stated. */
  currencies: Set<string>;
  places: FeedPlace[];
  /** One entry for each of the first 1,000 bad fields. */
  rejected: readonly RejectedRow[];
  rejectedRows: number;
  /** Number of products that the feed marks as unpublished; they are left out. */
  unpublished: number;
  /** One line per file, or per format, about the rows read. */
  summary: string[];
}

/**
 * Reads all rows of `readFeed` into memory; throws as it does.
 * @param rejectedRows collects every bad field
 * @param from number of its first row among all reported rows; default 0
 */
export async function collectFeed(
  paths: readonly string[],
  options: ReadFeedOptions = {},
  rejectedRows = new RejectedRows(),
  from = 0,
): Promise<CollectedFeed> {
  const summary = createFeedSummary();
  const feed: CollectedFeed = {
    items: [],
    titled: new Map(),
    currencies: new Set(),
    places: [],
    rejected: [],
    rejectedRows: 0,
    unpublished: 0,
    summary: [],
  };
  let at = from;
  const onFormat: ReadFeedOptions['onFormat'] = (file, format, language) => {
    summary.open(file, format);
    feed.language ??= language;
  };
  for await (const row of readFeed(paths, { ...options, onFormat })) {
    summary.count(row);
    if ('item' in row) {
      if (row.titled) feed.titled.set(feed.items.length, row.titled);
      if (row.currency && row.item.price !== undefined) feed.currencies.add(row.currency);
      feed.items.push(row.item);
      feed.places.push({ at, file: row.file, line: row.line, ...(row.unit === 'line' ? {} : { unit: row.unit }) });
    } else if ('rejected' in row) {
      rejectedRows.add(at, ...row.rejected);
      feed.rejectedRows++;
    } else feed.unpublished++;
    at++;
  }
  return { ...feed, rejected: rejectedRows.kept, summary: summary.lines() };
}

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

interface Count {
  files: number;
  items: number;
  rejected: number;
  duplicates: number;
  unpublished: number;
  /** Rows named by the start of their description, or by their id. */
  untitled: number;
  withoutPicture: number;
  withoutText: number;
}

/** Counts the rows of a feed by file, or by format if there are many files. */
interface FeedSummary {
  /** Starts a file. */
  open(file: string, format: string): void;
  count(row: FeedRow): void;
  /** `shop.csv (csv): 120 items, 2 without a picture; 12 not published: left out; 3 rows refused, 1 of them a duplicate`. */
  lines(): string[];
}

/** Maximum number of files listed individually. */
const FILES = 10;

function createFeedSummary(): FeedSummary {
  const byFormat = new Map<string, Count>();
  const byFile = new Map<string, Count>();
  let current: Count[] = [];
  const countOf = (counts: Map<string, Count>, key: string): Count => {
    const count = counts.get(key) ?? newCount();
    counts.set(key, count);
    return count;
  };
  return {
    open(file, format) {
      current = [countOf(byFormat, format)];
      // A folder of a million pages must not fill the memory with their names.
      if (byFile.size <= FILES) current.push(countOf(byFile, `${file} (${format})`));
      for (const count of current) count.files++;
    },
    count(row) {
      for (const count of current) add(count, row);
    },
    lines: () =>
      byFile.size <= FILES
        ? [...byFile].map(([file, count]) => `${file}: ${inWords(count)}`)
        : [...byFormat].map(([format, count]) => `${count.files} ${format} files: ${inWords(count)}`),
  };
}

const newCount = (): Count => ({
  files: 0,
  items: 0,
  rejected: 0,
  duplicates: 0,
  unpublished: 0,
  untitled: 0,
  withoutPicture: 0,
  withoutText: 0,
});

function add(count: Count, row: FeedRow): void {
  if ('rejected' in row) {
    count.rejected++;
    if (row.duplicate) count.duplicates++;
    return;
  }
  if ('unpublished' in row) {
    count.unpublished++;
    return;
  }
  count.items++;
  if (row.titled) count.untitled++;
  if (!row.item.image) count.withoutPicture++;
  if (row.titled === 'id') count.withoutText++;
}

function inWords(count: Count): string {
  const { items, rejected, duplicates, unpublished, untitled, withoutPicture, withoutText } = count;
  const kept = [
    counted(items, 'item'),
    ...(withoutPicture > 0 ? [`${withoutPicture} without a picture`] : []),
    ...(withoutText > 0 ? [`${withoutText} without a text, called by their id`] : []),
    ...(untitled > withoutText ? [`${untitled - withoutText} without a title, called by their description`] : []),
  ].join(', ');
  const refused = `${counted(rejected, 'row')} refused${duplicates > 0 ? `, ${duplicates} of them duplicates` : ''}`;
  return [
    kept,
    ...(unpublished > 0 ? [`${unpublished} not published: left out`] : []),
    ...(rejected > 0 ? [refused] : []),
  ].join('; ');
}
