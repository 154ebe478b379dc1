/** Unit of a rejected row's `line`: lines of a text, or products of a JSON document. */
export type RowUnit = 'line' | 'product';

/** An error in a row of a feed. The row was left out, unless dropping only `field` was enough. */
export interface RejectedRow {
  /** Name of the feed's file, when there may be several. */
  file?: string;
  /** 1-based line in the feed, or number of the product. */
  line: number;
  /** Default `line`. */
  unit?: RowUnit;
  /** The row's id, when it could be read. */
  id?: string;
  /** The row's title, if it has no id. */
  title?: string;
  /** Path of the bad field (`price`, `attributes.size`); `row` when the whole line is bad. */
  field: string;
  reason: string;
}

/** `shop.csv: line 12 (MH01), field price: must be 0 or more`. */
export function describeRejectedRow({ file, line, unit = 'line', id, title, field, reason }: RejectedRow): string {
  const place = `${file === undefined ? '' : `${file}: `}${unit} ${line}`;
  const name = id ?? (title === undefined ? undefined : JSON.stringify(title));
  return `${place}${name === undefined ? '' : ` (${name})`}, field ${field}: ${reason}`;
}

/** Quoted values and numbers in a reason: reasons that differ only in these count as one. */
const VALUES = /"(?:[^"\\]|\\.)*"|'[^']*'|\d+/g;
/** Maximum number of reasons that are told apart. */
const MAX_GROUPS = 1000;

/** Rejected rows, grouped by field and reason; memory does not grow with their number. */
export class RejectedGroups {
  readonly #groups = new Map<string, { first: RejectedRow; count: number }>();

  add(row: RejectedRow): void {
    const key = `${row.field} ${row.reason.replace(VALUES, '')}`;
    const group = this.#groups.get(key);
    if (group) group.count++;
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(key, { first: row, count: 1 });
  }

  /** A line for each group: its first row, and how many there are. */
  get lines(): string[] {
    return [...this.#groups.values()].map(({ first, count }) => {
      const row = describeRejectedRow(first);
      return count === 1 ? row : `${count.toLocaleString('en')} rows, such as ${row}`;
    });
  }

  /** The line of the largest group; null without rows. */
  get most(): string | null {
    const largest = [...this.#groups.values()].map(({ count }) => count);
    return this.lines[largest.indexOf(Math.max(...largest))] ?? null;
  }
}

/** Lines about rejected rows; see `RejectedGroups`. */
export function groupedRows(rows: readonly RejectedRow[]): string[] {
  const groups = new RejectedGroups();
  for (const row of rows) groups.add(row);
  return groups.lines;
}

/** At most `length` characters of a text, with `…` if it was cut; never splits a surrogate pair. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
