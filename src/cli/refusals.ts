import { closeSync, openSync, writeSync } from 'node:fs';
import type { Refusal } from '../catalog';
import { SidestreamError } from '../error';

/** Refusals that are held in memory: a feed in the wrong format is refused row by row, however long it is. */
const MOST_KEPT = 1000;

/** What was refused: the first 1,000 one by one, all of them counted and, where a file is named, written there. */
export class Refusals {
  readonly kept: Refusal[] = [];
  #count = 0;
  readonly #file: number | null;

  /**
   * @param path of a file that gets every refusal, one line of JSON each; an older one is replaced
   * @throws SidestreamError `runtime/invalid-input` when it cannot be written
   */
  constructor(path?: string) {
    this.#file = path === undefined ? null : opened(path);
  }

  get count(): number {
    return this.#count;
  }

  add(...refusals: readonly Refusal[]): void {
    for (const refusal of refusals) {
      this.#count++;
      if (this.kept.length < MOST_KEPT) this.kept.push(refusal);
      if (this.#file !== null) writeSync(this.#file, `${JSON.stringify(refusal)}\n`);
    }
  }

  /** Closes the file. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The refusals cannot be written: ${why}. Name another file with --refusals.`;
    throw new SidestreamError('runtime/invalid-input', message, { cause });
  }
}
