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

/** At most `length` characters of a text, with `…` if it was cut; never splits a surrogate pair. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
