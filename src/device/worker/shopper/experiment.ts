import { randomId } from '../../../core/common/bytes';
import type { Variant } from '../../experiment';
import { type EngineOptions, parsed } from '../../protocol';
import { type Placement, type RankState, TERMS } from '../../ranking';
import type { Store } from '../../store';

/**
 * Parses the shop's experiment. Its code loads late, because most shops run no experiment.
 * @param given the shop's option; undefined without an experiment
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function loadExperiment(given: unknown) {
  if (given === undefined) return null;
  const { assign, experimentSchema } = await import('../../experiment/experiment');
  return { experiment: parsed(experimentSchema, given, 'createRecommender()', 'experiment'), assign };
}

/** The shop's experiment, and how it assigns units to variants; null without one. */
type LoadedExperiment = Awaited<ReturnType<typeof loadExperiment>>;

/** The shop's experiment on this device: the drawn variant, and its changes. */
export class ExperimentAssignment {
  #unit: string | null = null;
  #variant: Variant | null = null;
  /** The further side model that the page has loaded; undefined for the bundle's own, null until the bundle is opened. */
  #model: string | undefined | null = null;

  constructor(
    private readonly loaded: LoadedExperiment,
    private readonly options: Pick<EngineOptions, 'learning'>,
    private readonly report: (thrown: unknown) => void,
  ) {}

  /**
   * `experiment/variant`, which every event carries; undefined for a device that does not take part. Changes with `draw`.
   */
  label(): string | undefined {
    return this.loaded && this.#variant ? `${this.loaded.experiment.name}/${this.#variant.name}` : undefined;
  }

  /** The further side model to load; undefined for the bundle's own. The variant is drawn for it before the bundle is opened. */
  async wantedModel(storage: { open(): Promise<void>; readonly store: Pick<Store, 'text'> }) {
    await storage.open();
    await this.draw(storage.store);
    return this.#variant?.model;
  }

  /** Notes which further side model the page has loaded; undefined for the bundle's own. */
  opened(model: string | undefined): void {
    this.#model = model;
  }

  /** Whether this device learns: shop and variant must both allow it. Changes with `draw`. */
  learns(): boolean {
    return this.options.learning && (this.#variant?.learning ?? true);
  }

  /**
   * Draws the variant from the id stored with the events. Call it again when their store changes: an existing id of the
   * device takes precedence over the page's. If the store fails, the page's id is used.
   */
  async draw(store: Pick<Store, 'text'>): Promise<void> {
    if (!this.loaded) return;
    const { experiment, assign } = this.loaded;
    const unit = this.#unit ?? experiment.unit ?? randomId(16);
    this.#unit = unit;
    try {
      if (!experiment.unit) this.#unit = await store.text('unit', (known) => known ?? unit);
    } catch (thrown) {
      this.report(thrown);
    }
    const variant = assign(experiment, this.#unit);
    this.#variant = this.#model !== null && this.#model !== variant?.model ? null : variant;
  }

  /** Forgets the id of this device: the next draw counts as a different device. */
  forget(): void {
    this.#unit = null;
  }

  /** The placement whose list this placement shows. */
  placement(asked: Placement): Placement {
    return this.#variant?.placements?.[asked] ?? asked;
  }

  /** The state that the ranking uses under this variant. */
  state(state: RankState): RankState {
    const { weights: factors } = this.#variant ?? {};
    if (!factors && this.learns()) return state;
    const { dismissed } = state.history;
    const unlearned = { history: { rows: [], strengths: [], dismissed }, terms: undefined, residualScores: null };
    const weights = { ...state.weights };
    for (const name of TERMS) weights[name] *= factors?.[name] ?? 1;
    return { ...state, ...(this.learns() ? {} : unlearned), weights };
  }
}
