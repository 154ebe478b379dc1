import { closeSync, createReadStream, openSync, renameSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RejectedRow } from '../../core/catalog';
import { messageOf } from '../../core/common/thrown';
import { SidestreamError } from '../../error';

/** Maximum number of rejected rows kept in memory: a feed in the wrong format is rejected row by row, however long it is. */
const MAX_KEPT = 1000;

interface Placed {
  at: number;
  row: RejectedRow;
}

/**
 * Collects rejected rows in the order of the feed: keeps the first 1,000, counts all, and writes all to a file if one is given.
 * Pictures are read after all rows, so their rejections come late; `close` sorts them in.
 */
export class RejectedRows {
  readonly #first: Placed[] = [];
  readonly #late: Placed[] = [];
  /** Feed row of each line of the file. */
  readonly #written: number[] = [];
  #last = 0;
  #count = 0;
  readonly #file: number | null;
  readonly #path: string;

  /**
   * @param path file that gets every rejected row, one line of JSON each; an older file is replaced
   * @throws SidestreamError `runtime/invalid-input` if it cannot be written
   */
  constructor(path?: string) {
    this.#path = path ?? '';
    this.#file = path === undefined ? null : opened(path);
  }

  get count(): number {
    return this.#count;
  }

  /** The first 1,000 rejected rows. */
  get kept(): readonly RejectedRow[] {
    const known = [...this.#first, ...this.#late].sort((a, b) => a.at - b.at);
    return known.slice(0, MAX_KEPT).map(({ row }) => row);
  }

  /** @param at row of the feed, counted from 0 over all its files */
  add(at: number, ...rows: readonly RejectedRow[]): void {
    for (const row of rows) {
      this.#count++;
      if (at < this.#last) this.#late.push({ at, row });
      else {
        this.#last = at;
        if (this.#first.length < MAX_KEPT) this.#first.push({ at, row });
        if (this.#file === null) continue;
        writeSync(this.#file, lineOf(row));
        this.#written.push(at);
      }
    }
  }

  /** Closes the file, after sorting the late rows in. */
  async close(): Promise<void> {
    if (this.#file === null) return;
    closeSync(this.#file);
    if (this.#late.length === 0) return;
    const late = this.#late.toSorted((a, b) => a.at - b.at);
    const part = `${this.#path}.part`;
    const file = opened(part);
    let [line, next] = [0, 0];
    const lateBefore = (at: number): void => {
      for (; next < late.length && late[next].at < at; next++) writeSync(file, lineOf(late[next].row));
    };
    for await (const text of createInterface({ input: createReadStream(this.#path) })) {
      lateBefore(this.#written[line++]);
      writeSync(file, `${text}\n`);
    }
    lateBefore(Number.POSITIVE_INFINITY);
    closeSync(file);
    renameSync(part, this.#path);
  }
}

const lineOf = (row: RejectedRow): string => `${JSON.stringify(row)}\n`;

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    const message = `The refused rows cannot be written: ${messageOf(cause)}. Name another file with --refusals.`;
    throw new SidestreamError('runtime/invalid-input', message, { cause });
  }
}
