import type { FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import type { BaseSignal, CatalogueIndex, ContentBlend, ExpertEmbeddings, RankState, TermWeights } from '../ranking';
import { termValues } from '../ranking';
import type { Backend } from './backend';
import type { BaseModel } from './base-model';
import { EVENT_STRENGTH, type LoggedEvent } from './event';
import type { Experts } from './experts';
import { HeardBase } from './heard-base';
import { History } from './history';
import { PersonalWeights, START_WEIGHTS, START_WEIGHTS_WITH_BASE } from './personal-weights';
import { PROFILE_SCHEMA, type Profile } from './profile';

/** A catalogue as the learner needs it: the index for the terms and the features for the experts. */
export interface LearnerCatalogue {
  index: CatalogueIndex;
  table: FeatureTable;
  /** How content is compared; the experts start from it. */
  blend: ContentBlend;
}

export interface LearnerOptions {
  seed: number;
  /** tfjs backend; chosen by probing when absent. */
  backend?: Backend;
}

/** Choices needed before the experts train at all. */
const FIRST_TRAINING = 3;
/** Choices between two trainings of the experts. */
const TRAINING_INTERVAL = 3;
const TRAINING_STEPS = 5;
/** Choices after which a window ends. */
const WINDOW_CHOICES = 40;
/** Memory of the experts' prequential record, in choices. */
const RECORD_MEMORY = 10;
/** Mean loss (nats per choice) at which the experts are silenced. */
const RECORD_FLOOR = -0.01;

/** Experts that have been trained, with their embeddings at hand. */
interface TrainedExperts {
  experts: Experts;
  embeddings: ExpertEmbeddings;
}

/**
 * Learns from one shopper's events: the history and the personal weights at once, the experts in `train()`. Holds no
 * storage; the caller keeps the log and the profile.
 */
export class Learner {
  readonly history = new History();
  #catalogue: LearnerCatalogue;
  readonly #options: LearnerOptions;
  #weights = new PersonalWeights();
  #trained: TrainedExperts | null = null;
  #storedExperts: Uint8Array | null = null;
  #base: HeardBase | null = null;
  #backend: Backend | null = null;
  #lastEvent = 0;
  #windows = 0;
  #windowChoices = 0;
  #untrainedChoices = 0;
  #rejected = 0;
  #expertsGain = 0;
  #lastUpdate: number | null = null;

  constructor(catalogue: LearnerCatalogue, options: LearnerOptions) {
    this.#catalogue = catalogue;
    this.#options = options;
  }

  /**
   * Continues from a stored profile and the whole log: events the profile knows only rebuild the history, later ones
   * are learned.
   */
  restore(profile: Profile | null, log: LoggedEvent[]): void {
    if (profile) {
      this.#weights = PersonalWeights.restore(profile.weights);
      if (this.#base) this.#weights.startFrom(START_WEIGHTS_WITH_BASE);
      this.#storedExperts = profile.experts;
      this.#windows = profile.windows;
      this.#windowChoices = profile.windowChoices;
      this.#rejected = profile.rejected;
      this.#expertsGain = profile.expertsGain;
      this.#lastUpdate = profile.lastUpdate;
    }
    const known = profile?.lastEvent ?? 0;
    for (const event of log) {
      if (event.id > known) this.observe(event);
      else this.#remember(event);
    }
    this.#lastEvent = Math.max(this.#lastEvent, known);
  }

  save(): Profile {
    return {
      schema: PROFILE_SCHEMA,
      lastEvent: this.#lastEvent,
      weights: this.#weights.save(),
      experts: this.#trained ? this.#trained.experts.save() : this.#storedExperts,
      windows: this.#windows,
      windowChoices: this.#windowChoices,
      rejected: this.#rejected,
      expertsGain: this.#expertsGain,
      lastUpdate: this.#lastUpdate,
    };
  }

  /** Takes in one event: the weights learn from the lists as they stood before it, then the history grows. */
  observe(event: LoggedEvent): void {
    const row = this.#catalogue.index.rowOf.get(event.itemId);
    this.#lastEvent = Math.max(this.#lastEvent, event.id);
    if (row === undefined) return;
    const strength = EVENT_STRENGTH[event.type];
    const { rows } = this.history;
    if (strength > 0 && rows.length > 0 && !rows.includes(row)) this.#learnWeights(row, strength);
    if (this.#remember(event)) {
      this.#windowChoices++;
      this.#untrainedChoices++;
    }
    if (strength > 0 || event.type === 'dismiss') this.#lastUpdate = event.time;
  }

  /** True when `train()` has something to do. */
  get trainingDue(): boolean {
    return this.history.rows.length >= FIRST_TRAINING && this.#untrainedChoices >= TRAINING_INTERVAL;
  }

  /** True when a profile with experts was restored and their embeddings are not computed yet. */
  get awakeningDue(): boolean {
    return this.#trained === null && this.#storedExperts !== null;
  }

  /** Loads tfjs and the stored experts, so that their term speaks again after a reload. */
  async awaken(): Promise<void> {
    await this.#expertsReady();
  }

  /**
   * Trains the newest experts on the history; ends the window when it is full. An update that the experts themselves
   * reject (not finite, or worse on its own batch) leaves them as they were and is counted.
   */
  async train(): Promise<void> {
    const { experts } = await this.#expertsReady();
    const { rows, strengths } = this.history;
    this.#untrainedChoices = 0;
    const { accepted } = await experts.train({
      history: Int32Array.from(rows),
      eventWeights: Float32Array.from(strengths),
      popularity: this.#catalogue.index.popularity,
      steps: TRAINING_STEPS,
      seed: this.#options.seed + this.#lastEvent,
    });
    if (!accepted) this.#rejected++;
    if (this.#windowChoices >= WINDOW_CHOICES) {
      experts.endWindow();
      this.#windows++;
      this.#windowChoices = 0;
    }
    await this.#embed(experts);
  }

  /**
   * Loads tfjs and a stored base model, and hears it from now on.
   * @returns the model, for other learners of the same catalogue
   * @throws SidestreamError `model/bad-weights` when it is damaged or was made for other features
   */
  async loadBase(bytes: Uint8Array): Promise<BaseModel> {
    const [{ BaseModel: Model }, { chooseBackend }] = await Promise.all([import('./base-model'), import('./backend')]);
    const model = Model.load(bytes, this.#catalogue.table);
    this.#backend = await chooseBackend(this.#options.backend);
    await this.useBase(model);
    return model;
  }

  /**
   * Hears a base model from now on. The compute backend must be set.
   * @param model stays the caller's, who may use it for other learners
   */
  async useBase(model: BaseModel): Promise<void> {
    this.#base = await HeardBase.of(model, this.#catalogue.table);
    this.#weights.startFrom(START_WEIGHTS_WITH_BASE);
    await this.prepare();
  }

  /** Goes on without the base model. */
  forgetBase(): void {
    this.#base = null;
    this.#weights.startFrom(START_WEIGHTS);
  }

  /** Brings what the base model says up to the history; without a base model, or nothing new, it does nothing. */
  async prepare(): Promise<void> {
    await this.#base?.prepare(this.history.rows);
  }

  /** The catalogue changed (rows only grow; old rows keep their place). */
  async setCatalogue(catalogue: LearnerCatalogue): Promise<void> {
    this.#catalogue = catalogue;
    if (this.#base) await this.useBase(this.#base.model);
    if (!this.#trained) return;
    this.#trained.experts.setTable(catalogue.table);
    await this.#embed(this.#trained.experts);
  }

  /** What the ranking needs. */
  get state(): RankState {
    return { taste: this.history, weights: this.weights, experts: this.#embeddings, base: this.#baseSignal };
  }

  get weights(): TermWeights {
    return this.#weights.current;
  }

  get status() {
    return {
      events: this.history.rows.length,
      lastUpdate: this.#lastUpdate,
      windows: this.#windows,
      rejected: this.#rejected,
      backend: this.#backend,
      weights: this.#heardWeights,
      utilization: this.#trained?.experts.utilization() ?? { text: [], image: [] },
    };
  }

  dispose(): void {
    this.#trained?.experts.dispose();
    this.#trained = null;
  }

  /** Without a base model its terms are no weights of zero, they are not there. */
  get #heardWeights(): Partial<TermWeights> {
    const { base, embedding, ...weights } = this.weights;
    return this.#base ? { base, embedding, ...weights } : weights;
  }

  get #baseSignal(): BaseSignal | null {
    const signal = this.#base?.signal;
    return signal && signal.scores.length === this.#catalogue.index.items.length ? signal : null;
  }

  get #embeddings(): ExpertEmbeddings | null {
    const embeddings = this.#trained?.embeddings;
    // Between a grown catalogue and its new embeddings the old ones have too few rows to be heard.
    const rows = this.#catalogue.index.items.length;
    return embeddings && embeddings.learned.length === rows * embeddings.width ? embeddings : null;
  }

  #remember(event: LoggedEvent): boolean {
    const row = this.#catalogue.index.rowOf.get(event.itemId);
    return row !== undefined && this.history.add(event, row);
  }

  #learnWeights(chosen: number, strength: number): void {
    const { index } = this.#catalogue;
    const values = termValues(index, this.history, this.#embeddings, this.#baseSignal);
    const seen = new Set(this.history.rows);
    const candidates = [...index.items.keys()].filter((row) => !seen.has(row) && !this.history.dismissed.has(row));
    if (!candidates.includes(chosen)) candidates.push(chosen);
    const { gain, finite } = this.#weights.learn(values, chosen, candidates, strength);
    if (!finite) this.#rejected++;
    this.#expertsGain += (gain - this.#expertsGain) / RECORD_MEMORY;
    if (this.#expertsGain < RECORD_FLOOR) {
      this.#weights.silenceExperts();
      this.#expertsGain = 0;
      this.#rejected++;
    }
  }

  async #expertsReady(): Promise<TrainedExperts> {
    if (this.#trained) return this.#trained;
    const [{ Experts }, { chooseBackend }] = await Promise.all([import('./experts'), import('./backend')]);
    this.#backend = await chooseBackend(this.#options.backend);
    const { table, blend } = this.#catalogue;
    const options = { table, blend, seed: this.#options.seed };
    let experts: Experts;
    try {
      experts = this.#storedExperts ? Experts.load(options, this.#storedExperts) : Experts.create(options);
    } catch (thrown) {
      // Stored for another encoder or damaged: the log is still there, so new experts learn from it again.
      if (SidestreamError.from(thrown).code !== 'model/bad-weights') throw thrown;
      this.#rejected++;
      experts = Experts.create(options);
    }
    this.#storedExperts = null;
    return this.#embed(experts);
  }

  async #embed(experts: Experts): Promise<TrainedExperts> {
    const { table } = this.#catalogue;
    const learned = await experts.embeddings();
    // What fresh experts say depends on the catalogue alone.
    const known = this.#trained?.embeddings.base;
    const width = learned.length / table.count;
    const base = known?.length === learned.length ? known : await experts.baseEmbeddings();
    this.#trained = { experts, embeddings: { width, learned, base } };
    return this.#trained;
  }
}
