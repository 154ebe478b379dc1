import { closeSync, createReadStream, openSync, renameSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RejectedRow } from '../../core/catalog';
import { messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { type PlacedRow, RejectedRows } from '../pipeline';

/** Writes every rejected row to a file, too, if one is given. Late rows are sorted in by `close`. */
export class RejectedRowsFile extends RejectedRows {
  /** Feed row of each line of the file. */
  readonly #written: number[] = [];
  readonly #file: number | null;
  readonly #path: string;

  /**
   * @param path file that gets every rejected row, one line of JSON each; an older file is replaced
   * @throws SidestreamError `runtime/invalid-input` if it cannot be written
   */
  constructor(path?: string) {
    super();
    this.#path = path ?? '';
    this.#file = path === undefined ? null : opened(path);
  }

  protected override write({ at, row }: PlacedRow): void {
    if (this.#file === null) return;
    writeSync(this.#file, lineOf(row));
    this.#written.push(at);
  }

  /** Closes the file, after sorting the late rows in. */
  async close(): Promise<void> {
    if (this.#file === null) return;
    closeSync(this.#file);
    if (this.late.length === 0) return;
    const late = this.late.toSorted((a, b) => a.at - b.at);
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
