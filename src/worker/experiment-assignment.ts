import { SidestreamError } from '../error';
import { assign, type Experiment, experimentSchema, type Variant } from '../experiment';
import { parsed } from '../protocol';
import { type Placement, type RankState, TERMS } from '../ranking';
import type { Store } from '../store';
import { anonymousId } from './anonymous-id';

/** The shop's experiment on this device: which variant it has, and what that changes. */
export class Trial {
  readonly #experiment: Experiment | null;
  readonly #report: (error: SidestreamError) => void;
  #unit: string | null = null;
  #variant: Variant | null = null;

  /**
   * @param experiment as the shop wrote it; undefined for none
   * @param report hears when the id of this device cannot be read
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  constructor(experiment: unknown, report: (error: SidestreamError) => void) {
    this.#report = report;
    this.#experiment =
      experiment === undefined ? null : (parsed(experimentSchema, experiment, 'experiment') as Experiment);
  }

  /** `experiment/variant`, which every event carries; undefined for a device that takes part in none. */
  get label(): string | undefined {
    return this.#experiment && this.#variant ? `${this.#experiment.name}/${this.#variant.name}` : undefined;
  }

  /** Whether this device's variant learns; known only when the store is open, and may change with consent. */
  get learning(): boolean {
    return this.#variant?.learning ?? true;
  }

  /**
   * Draws the variant, by the id that is kept where events are kept now. To be called again when that place changes: an id
   * that the device knows already comes before the one of this page. Where the store fails, the one of this page counts.
   */
  async draw(store: Pick<Store, 'unit'>): Promise<void> {
    if (!this.#experiment) return;
    this.#unit ??= this.#experiment.unit ?? anonymousId(4);
    try {
      if (!this.#experiment.unit) this.#unit = await store.unit(this.#unit);
    } catch (thrown) {
      this.#report(SidestreamError.from(thrown));
    }
    this.#variant = assign(this.#experiment, this.#unit);
  }

  /** Forgets the id of this device, so that the next draw is somebody else's. */
  forget(): void {
    this.#unit = null;
  }

  /** The placement whose list stands in for a placement's own. */
  placement(asked: Placement): Placement {
    return this.#variant?.placements?.[asked] ?? asked;
  }

  /** What the ranking is to know of the shopper. */
  state(state: RankState): RankState {
    const { weights: factors } = this.#variant ?? {};
    const taste = this.learning ? state.taste : { rows: [], strengths: [], dismissed: state.taste.dismissed };
    if (!factors) return this.learning ? state : { ...state, taste };
    const weights = { ...state.weights };
    for (const name of TERMS) weights[name] *= factors[name] ?? 1;
    return { ...state, taste, weights };
  }
}
