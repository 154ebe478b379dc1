/** What `line` of a refusal counts: lines of a text, or products of a JSON document. */
export type RefusalUnit = 'line' | 'product';

/** One thing wrong with one row of a feed. The row was left out, unless `field` could be dropped on its own. */
export interface Refusal {
  /** Name of the feed's file, when there may be several. */
  file?: string;
  /** 1-based line in the feed, or number of the product. */
  line: number;
  /** Default `line`. */
  unit?: RefusalUnit;
  /** The row's id, when it could be read. */
  id?: string;
  /** Path of the bad field (`price`, `attributes.size`); `row` when the line as a whole is bad. */
  field: string;
  /** What is wrong, in words. */
  reason: string;
}

/** `shop.csv: line 12 (MH01), field price: must be 0 or more`. */
export function describeRefusal({ file, line, unit = 'line', id, field, reason }: Refusal): string {
  const place = `${file === undefined ? '' : `${file}: `}${unit} ${line}`;
  return `${place}${id === undefined ? '' : ` (${id})`}, field ${field}: ${reason}`;
}

/** At most `length` characters of a text, and `…` where some were cut off; no surrogate pair is split. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
