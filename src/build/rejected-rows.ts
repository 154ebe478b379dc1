import { closeSync, createReadStream, openSync, renameSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Refusal } from '../catalog';
import { SidestreamError } from '../error';

/** Refusals that are held in memory: a feed in the wrong format is refused row by row, however long it is. */
const MOST_KEPT = 1000;

/** A refusal and its place in the feed. */
interface Placed {
  at: number;
  refusal: Refusal;
}

/**
 * What was refused, in the order of the feed: the first 1,000 are kept, all are counted and, where a file is named, written
 * to it. Pictures are read after all rows, so their refusals come late; `close` sorts them in.
 */
export class Refusals {
  readonly #first: Placed[] = [];
  readonly #late: Placed[] = [];
  /** Row of the feed of each line of the file. */
  readonly #written: number[] = [];
  #last = 0;
  #count = 0;
  readonly #file: number | null;
  readonly #path: string;

  /**
   * @param path of a file that gets every refusal, one line of JSON each; an older one is replaced
   * @throws SidestreamError `runtime/invalid-input` when it cannot be written
   */
  constructor(path?: string) {
    this.#path = path ?? '';
    this.#file = path === undefined ? null : opened(path);
  }

  get count(): number {
    return this.#count;
  }

  /** The first 1,000. */
  get kept(): readonly Refusal[] {
    const known = [...this.#first, ...this.#late].sort((a, b) => a.at - b.at);
    return known.slice(0, MOST_KEPT).map(({ refusal }) => refusal);
  }

  /** @param at row of the feed, counted from 0 over all its files */
  add(at: number, ...refusals: readonly Refusal[]): void {
    for (const refusal of refusals) {
      this.#count++;
      if (at < this.#last) this.#late.push({ at, refusal });
      else {
        this.#last = at;
        if (this.#first.length < MOST_KEPT) this.#first.push({ at, refusal });
        if (this.#file === null) continue;
        writeSync(this.#file, lineOf(refusal));
        this.#written.push(at);
      }
    }
  }

  /** Closes the file, after sorting in what came late. */
  async close(): Promise<void> {
    if (this.#file === null) return;
    closeSync(this.#file);
    if (this.#late.length === 0) return;
    const late = this.#late.toSorted((a, b) => a.at - b.at);
    const part = `${this.#path}.part`;
    const file = opened(part);
    let [line, next] = [0, 0];
    const lateBefore = (at: number): void => {
      for (; next < late.length && late[next].at < at; next++) writeSync(file, lineOf(late[next].refusal));
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

const lineOf = (refusal: Refusal): string => `${JSON.stringify(refusal)}\n`;

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The refusals cannot be written: ${why}. Name another file with --refusals.`;
    throw new SidestreamError('runtime/invalid-input', message, { cause });
  }
}
