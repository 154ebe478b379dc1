import type { RejectedRow } from '../../core/catalog';

/** Maximum number of rejected rows kept in memory: a feed in the wrong format is rejected row by row, however long it is. */
const MAX_KEPT = 1000;

/** A rejected row with its number in the feed, counted from 0 over all files. */
export interface PlacedRow {
  at: number;
  row: RejectedRow;
}

/**
 * Collects rejected rows in the order of the feed: keeps the first 1,000 and counts all. Pictures are read after all rows, so
 * their rejections come late.
 */
export class RejectedRows {
  readonly #first: PlacedRow[] = [];
  protected readonly late: PlacedRow[] = [];
  #last = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The first 1,000 rejected rows. */
  get kept(): readonly RejectedRow[] {
    const known = [...this.#first, ...this.late].sort((a, b) => a.at - b.at);
    return known.slice(0, MAX_KEPT).map(({ row }) => row);
  }

  /** @param at row of the feed, counted from 0 over all its files */
  add(at: number, ...rows: readonly RejectedRow[]): void {
    for (const row of rows) {
      this.#count++;
      if (at < this.#last) this.late.push({ at, row });
      else {
        this.#last = at;
        if (this.#first.length < MAX_KEPT) this.#first.push({ at, row });
        this.write({ at, row });
      }
    }
  }

  /** Called for each row that does not come late. */
  protected write(_placed: PlacedRow): void {}
}
