/** One thing wrong with one row of a feed. The row was left out, unless `field` could be dropped on its own. */
export interface Refusal {
  /** 1-based line in the feed. */
  line: number;
  /** The row's id, when it could be read. */
  id?: string;
  /** Path of the bad field (`price`, `attributes.size`); `row` when the line as a whole is bad. */
  field: string;
  /** What is wrong, in words. */
  reason: string;
}

/** `line 12 (MH01), field price: must be 0 or more`. */
export function describeRefusal({ line, id, field, reason }: Refusal): string {
  return `line ${line}${id === undefined ? '' : ` (${id})`}, field ${field}: ${reason}`;
}
