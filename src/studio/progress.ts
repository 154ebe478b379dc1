import { type Meter, Pace } from '../shop/pipeline';
import type { Progress } from './session';

/** Milliseconds between two reports: a page draws each of them. */
const BETWEEN = 100;
/** Milliseconds after which the rate is shown. */
const SETTLED = 1000;

/** Reports the progress of one stage, not too often. */
export class ProgressReporter {
  readonly #on: (progress: Progress) => void;
  #stage = '';
  #total = 0;
  #first = 0;
  #started = 0;
  #shown = 0;
  #done = 0;
  #unit: Progress['unit'];
  #pace = new Pace();
  #secondsLeft: number | null = null;

  constructor(on: (progress: Progress) => void) {
    this.#on = on;
  }

  /**
   * @param done number that an earlier run had finished: the rate does not count it
   * @param unit of both numbers; default: inputs
   */
  start(stage: string, total: number, done = 0, unit?: Progress['unit']): void {
    this.#unit = unit;
    this.#stage = stage;
    this.#total = total;
    this.#done = done;
    this.#first = done;
    this.#started = performance.now();
    this.#pace = new Pace();
    this.#secondsLeft = null;
    this.report();
  }

  set(done: number): void {
    this.#done = done;
    this.#secondsLeft = this.#pace.secondsLeft(done, this.#total);
    if (performance.now() - this.#shown >= BETWEEN || done >= this.#total) this.report();
  }

  get present(): Progress {
    const seconds = (performance.now() - this.#started) / 1000;
    const here = this.#done - this.#first;
    const perSecond = 1000 * seconds >= SETTLED && here > 0 ? here / seconds : null;
    return {
      stage: this.#stage,
      ...(this.#unit === undefined ? {} : { unit: this.#unit }),
      done: this.#done,
      total: this.#total,
      perSecond,
      secondsLeft: this.#secondsLeft,
    };
  }

  report(): void {
    this.#shown = performance.now();
    this.#on(this.present);
  }
}

/** Reports the stages of a build. */
export function progressMeter(reporter: ProgressReporter): Meter {
  let done = 0;
  return {
    start(label, total, before = 0) {
      done = before;
      reporter.start(label, total, before);
    },
    advance(count) {
      done += count;
      reporter.set(done);
    },
    stop() {},
  };
}
