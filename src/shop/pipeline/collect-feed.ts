import type { Item, RejectedRow } from '../../core/catalog';
import type { FeedRow } from '../../core/catalog/feed';
import { counted } from '../../core/common/text';
import { RejectedRows } from './rejected-rows';

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
  /** Handles of the products that complete a product, by row. */
  complements: Map<number, readonly string[]>;
  /** One entry for each of the first 1,000 bad fields. */
  rejected: readonly RejectedRow[];
  rejectedRows: number;
  /** Number of products that the feed marks as unpublished; they are left out. */
  unpublished: number;
  /** One line per file, or per format, about the rows read. */
  summary: string[];
}

/** Called once the format of a file is known. */
export type OnFormat = (file: string, format: string, language: string | undefined) => void;

/**
 * Reads all rows of a feed into memory; throws as the reader does.
 * @param read starts the reader
 * @param rejectedRows collects every bad field
 * @param from number of its first row among all reported rows; default 0
 */
export async function collectRows(
  read: (onFormat: OnFormat) => AsyncIterable<FeedRow>,
  rejectedRows = new RejectedRows(),
  from = 0,
): Promise<CollectedFeed> {
  const summary = createFeedSummary();
  const feed: CollectedFeed = {
    items: [],
    titled: new Map(),
    currencies: new Set(),
    places: [],
    complements: new Map(),
    rejected: [],
    rejectedRows: 0,
    unpublished: 0,
    summary: [],
  };
  let at = from;
  const rows = read((file, format, language) => {
    summary.open(file, format);
    feed.language ??= language;
  });
  for await (const row of rows) {
    summary.count(row);
    if ('item' in row) {
      if (row.titled) feed.titled.set(feed.items.length, row.titled);
      if (row.complements) feed.complements.set(feed.items.length, row.complements);
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
  /** Number of items with a metafield that cannot be an attribute, by its name. */
  leftOut: Map<string, number>;
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
/** Maximum number of metafields named. */
const NAMES = 10;

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
  leftOut: new Map(),
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
  for (const name of row.leftOut ?? []) {
    if (count.leftOut.has(name) || count.leftOut.size < NAMES)
      count.leftOut.set(name, (count.leftOut.get(name) ?? 0) + 1);
  }
}

function inWords(count: Count): string {
  const { items, rejected, duplicates, unpublished, untitled, withoutPicture, withoutText, leftOut } = count;
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
    ...(leftOut.size > 0
      ? [
          `metafields left out, because they are ids, addresses or structured: ${[...leftOut].map(([name, times]) => `${name} (${times})`).join(', ')}`,
        ]
      : []),
    ...(rejected > 0 ? [refused] : []),
  ].join('; ');
}
