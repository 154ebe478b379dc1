import { type Item, RejectedGroups, type RejectedRow } from '../../../src/core/catalog';
import type { FeedOptions, FeedRow } from '../../../src/core/catalog/feed';
import { counted } from '../../../src/core/common/text';

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

/** The currency of a feed's prices; undefined if it states none, or several, of which no list could show one. */
export const singleCurrency = (currencies: ReadonlySet<string>): string | undefined =>
  currencies.size === 1 ? [...currencies][0] : undefined;

/**
 * Reads all rows of a feed into memory; throws as the reader does.
 * @param read gets functions that receive what is found out about each file
 * @param from number of its first row among all reported rows
 */
export async function collectRows(
  read: (observer: Required<Pick<FeedOptions, 'onFormat' | 'onGuess'>>) => AsyncIterable<FeedRow>,
  rejectedRows = new RejectedRows(),
  from = 0,
): Promise<CollectedFeed> {
  const summary = createFeedSummary();
  const feed: Omit<CollectedFeed, 'rejected' | 'summary'> = {
    items: [],
    titled: new Map(),
    currencies: new Set(),
    places: [],
    complements: new Map(),
    rejectedRows: 0,
    unpublished: 0,
  };
  let at = from;
  const rows = read({
    onFormat(file, format, language) {
      summary.open(file, format);
      feed.language ??= language;
    },
    onGuess: (_file, encoding) => summary.guess(encoding),
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

type Count = ReturnType<typeof newCount>;

/** Maximum number of files listed individually. */
const FILES = 10;
/** Maximum number of metafields named. */
const NAMES = 10;

/** Counts the rows of a feed by file, or by format if there are many files. */
function createFeedSummary() {
  const byFormat = new Map<string, Count>();
  const byFile = new Map<string, Count>();
  let current: Count[] = [];
  const countOf = (counts: Map<string, Count>, key: string): Count => {
    const count = counts.get(key) ?? newCount();
    counts.set(key, count);
    return count;
  };
  return {
    open(file: string, format: string): void {
      current = [countOf(byFormat, format)];
      // A folder of a million pages must not fill the memory with their names.
      if (byFile.size <= FILES) current.push(countOf(byFile, `${file} (${format})`));
      for (const count of current) count.files++;
    },
    guess(encoding: string): void {
      for (const count of current) count.encoding = encoding;
    },
    count(row: FeedRow): void {
      for (const count of current) add(count, row);
    },
    lines: (): string[] =>
      byFile.size <= FILES
        ? [...byFile].map(([file, count]) => `${file}: ${inWords(count)}`)
        : [...byFormat].map(([format, count]) => `${count.files} ${format} files: ${inWords(count)}`),
  };
}

const newCount = () => ({
  files: 0,
  /** Encoding that was guessed; empty if none was. */
  encoding: '',
  items: 0,
  rejected: 0,
  duplicates: 0,
  unpublished: 0,
  /** Rows named by the start of their description, or by their id. */
  untitled: 0,
  withoutPicture: 0,
  withoutText: 0,
  /** Number of items with a metafield that cannot be an attribute, by its name. */
  leftOut: new Map<string, number>(),
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
  const { items, encoding, rejected, duplicates, unpublished, untitled, withoutPicture, withoutText, leftOut } = count;
  const kept = [
    counted(items, 'item'),
    ...(withoutPicture > 0 ? [`${withoutPicture} without a picture`] : []),
    ...(withoutText > 0 ? [`${withoutText} without a text, called by their id`] : []),
    ...(untitled > withoutText ? [`${untitled - withoutText} without a title, called by their description`] : []),
  ].join(', ');
  const refused = `${counted(rejected, 'row')} refused${duplicates > 0 ? `, ${duplicates} of them duplicates` : ''}`;
  return [
    kept,
    ...(encoding === '' ? [] : [`read as ${encoding}, because it is not valid UTF-8`]),
    ...(unpublished > 0 ? [`${unpublished} not published: left out`] : []),
    ...(leftOut.size > 0
      ? [
          `metafields left out, because they are ids, addresses or structured: ${[...leftOut].map(([name, times]) => `${name} (${times})`).join(', ')}`,
        ]
      : []),
    ...(rejected > 0 ? [refused] : []),
  ].join('; ');
}

/** Maximum number of rejected rows kept in memory: a feed in the wrong format is rejected row by row, however long it is. */
const MAX_KEPT = 1000;

/** A rejected row with its number in the feed, counted from 0 over all files. */
export interface PlacedRow {
  at: number;
  row: RejectedRow;
}

/**
 * Collects rejected rows in the order of the feed: keeps the first 1,000, and groups and counts all. Pictures are read after all rows, so
 * their rejections come late.
 */
export class RejectedRows {
  #first: PlacedRow[] = [];
  readonly groups = new RejectedGroups();
  count = 0;

  get kept(): readonly RejectedRow[] {
    this.#first = this.#first.sort((a, b) => a.at - b.at).slice(0, MAX_KEPT);
    return this.#first.map(({ row }) => row);
  }

  /** @param at row of the feed, counted from 0 over all its files */
  add(at: number, ...rows: readonly RejectedRow[]): void {
    for (const row of rows) {
      this.count++;
      this.groups.add(row);
      this.#first.push({ at, row });
    }
    if (this.#first.length > 2 * MAX_KEPT) void this.kept;
  }
}
