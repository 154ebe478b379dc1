import { type Meter, Pace } from '../../packages/shop/pipeline';
import type { Progress } from './session';

/** Milliseconds between two reports: a page draws each of them. */
const BETWEEN = 100;
/** Milliseconds after which the rate is shown. */
const SETTLED = 1000;

/** Reports the progress of one stage after another, not too often. */
export class ProgressReporter implements Meter {
  /** The progress as last set, with the rate at the last call. */
  present: Progress = { stage: '', done: 0, total: 0, perSecond: null, secondsLeft: null };
  #first = 0;
  #started = 0;
  #shown = 0;
  #pace = new Pace();

  constructor(private readonly on: (progress: Progress) => void) {}

  /**
   * @param done number that an earlier run had finished: the rate does not count it
   * @param unit of both numbers; default: inputs
   */
  start(stage: string, total: number, done = 0, unit?: Progress['unit']): void {
    this.#first = done;
    this.#started = performance.now();
    this.#pace = new Pace();
    this.present = { stage, ...(unit && { unit }), done, total, perSecond: null, secondsLeft: null };
    this.report();
  }

  set(done: number): void {
    const { total } = this.present;
    const time = performance.now() - this.#started;
    const here = done - this.#first;
    const perSecond = time >= SETTLED && here > 0 ? (1000 * here) / time : null;
    this.present = { ...this.present, done, perSecond, secondsLeft: this.#pace.secondsLeft(done, total) };
    if (performance.now() - this.#shown >= BETWEEN || done >= total) this.report();
  }

  advance(count: number): void {
    this.set(this.present.done + count);
  }

  stop(): void {}

  report(): void {
    this.#shown = performance.now();
    this.on(this.present);
  }
}
