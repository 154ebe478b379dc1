import { counted } from '../../core/common/grouped';
import { boundOf, type OperatingFigures } from '../experiment';
import type { EncoderBackend } from '../protocol';

/** Files that this worker has loaded, and their transfer size in bytes as far as the browser reports it; 0 from its cache. */
export function loadedFiles(): { files: number; bytes: number } {
  const files = performance.getEntriesByType('resource').filter((entry) => entry instanceof PerformanceResourceTiming);
  return { files: files.length, bytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0) };
}

/** How the worker runs, as far as it knows. */
export interface Operation {
  /** Time until its first list, ms; null before. */
  firstList: number | null;
  /** Where an encoder ran last; null before one ran. */
  encoder: EncoderBackend | null;
}

/** The operating figures of one worker that were not taken yet. */
export class FiguresToTake {
  #page = false;
  #encoder = false;
  #bytes = 0;
  /** Codes of errors, until they may be taken. */
  errors: string[] = [];

  /**
   * Takes the figures since the last call.
   * @param others whether something else is reported: bytes alone do not justify a report
   */
  take(variant: string | null, { firstList, encoder }: Operation, others: boolean): OperatingFigures[] {
    const isFirstList = firstList !== null && !this.#page;
    const isFirstRun = encoder !== null && !this.#encoder;
    const { bytes } = loadedFiles();
    const more = bytes - this.#bytes;
    if (!isFirstList && !isFirstRun && this.errors.length === 0 && !(others && more > 0)) return [];
    this.#page ||= isFirstList;
    this.#encoder ||= isFirstRun;
    this.#bytes = bytes;
    const errors = Object.fromEntries(counted(this.errors));
    this.errors = [];
    const encoders = { webgpu: 0, wasm: 0 };
    if (isFirstRun) encoders[encoder] = 1;
    const times = isFirstList ? { [boundOf(firstList)]: 1 } : {};
    return [{ variant, pages: Number(isFirstList), firstList: times, encoders, errors, bytes: more }];
  }
}
