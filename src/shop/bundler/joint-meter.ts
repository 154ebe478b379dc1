import { createMeter, type GrowingMeter, type Meter } from './meter';

/** Meters of concurrent work: stages with the same label are shown as one, with the time left for all of them. */
export class JointMeter {
  readonly #create: () => GrowingMeter;
  readonly #stages = new Map<string, { meter: GrowingMeter; running: number }>();

  /** @param create creates the meter of a label; default: on the terminal */
  constructor(create: () => GrowingMeter = () => createMeter()) {
    this.#create = create;
  }

  /** The meter of one worker. */
  meter(): Meter {
    let label = '';
    return {
      start: (newLabel, total, part) => {
        label = newLabel;
        const known = this.#stages.get(label);
        if (known) {
          known.running++;
          known.meter.extend(total);
          return;
        }
        const meter = this.#create();
        this.#stages.set(label, { meter, running: 1 });
        meter.start(label, total, part);
      },
      advance: (count) => this.#stages.get(label)?.meter.advance(count),
      stop: () => {
        const stage = this.#stages.get(label);
        if (!stage || --stage.running > 0) return;
        this.#stages.delete(label);
        stage.meter.stop();
      },
    };
  }
}
