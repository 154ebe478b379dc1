import type { FeedRow } from '../catalog/feed';

interface Count {
  files: number;
  items: number;
  refused: number;
  duplicates: number;
  /** Called by the start of their description, or by their id. */
  untitled: number;
  withoutPicture: number;
  withoutText: number;
}

/** Counts what a feed gave, file by file, or format by format when there are many. */
export interface FeedTally {
  /** A file is begun. */
  open(file: string, format: string): void;
  count(row: FeedRow): void;
  /** `shop.csv (csv): 120 items, 2 without a picture; 3 rows refused, 1 of them a duplicate`. */
  lines(): string[];
}

/** Files that are told one by one. */
const FILES = 10;

export function createFeedTally(): FeedTally {
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
  refused: 0,
  duplicates: 0,
  untitled: 0,
  withoutPicture: 0,
  withoutText: 0,
});

function add(count: Count, row: FeedRow): void {
  if ('refused' in row) {
    count.refused++;
    if (row.duplicate) count.duplicates++;
    return;
  }
  count.items++;
  if (row.titled) count.untitled++;
  if (!row.item.image) count.withoutPicture++;
  if (row.titled === 'id') count.withoutText++;
}

function inWords({ items, refused, duplicates, untitled, withoutPicture, withoutText }: Count): string {
  const kept = [
    `${items} items`,
    ...(withoutPicture > 0 ? [`${withoutPicture} without a picture`] : []),
    ...(withoutText > 0 ? [`${withoutText} without a text, called by their id`] : []),
    ...(untitled > withoutText ? [`${untitled - withoutText} without a title, called by their description`] : []),
  ].join(', ');
  if (refused === 0) return kept;
  return `${kept}; ${refused} rows refused${duplicates > 0 ? `, ${duplicates} of them duplicates` : ''}`;
}
