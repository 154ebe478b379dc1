import type { BaseModel } from '../base-model';
import { EVENT_STRENGTH, History, type LoggedEvent } from '../events';
import { type RankState, rawTermValues, type TermSources, type TermValues, type TermWeights } from '../ranking';
import type { Backend } from './backend';
import { HeardBase } from './base-model-scores';
import { expertCandidates } from './experts/expert-candidates';
import { HeardExperts } from './experts/expert-runtime';
import { checkFinite } from './finite-terms';
import type { LearnerCatalogue } from './learner-catalog';
import type { LearnerOptions } from './learner-options';
import { PersonalWeights, START_WEIGHTS, START_WEIGHTS_WITH_BASE, spokenWeights } from './personal-weights';
import type { TasteExperts } from './preferences/preference-expert';
import { HeardTaste } from './preferences/preference-model';
import { PrequentialRecord } from './prequential-record';
import { PROFILE_SCHEMA, type Profile } from './profile';
import { KnownTerms } from './term-value-cache';
import { WindowClock } from './windows/window-clock';

/** Choices needed before the experts of the ladders train at all. */
const FIRST_TRAINING = 3;
/** Choices between two of their trainings. */
const TRAINING_INTERVAL = 10;
const TRAINING_STEPS = 10;
/**
 * Learns from one shopper's events: the history, the personal weights and the taste experts at once, the experts of the
 * ladders in `train()`. Holds no storage; the caller keeps the log and the profile.
 */
export class Learner {
  readonly history = new History();
  #catalogue: LearnerCatalogue;
  readonly #options: LearnerOptions;
  readonly #experts: HeardExperts;
  readonly #terms = new KnownTerms();
  #weights = new PersonalWeights();
  #base: HeardBase | null = null;
  readonly #taste = new HeardTaste(this.history);
  #backend: Backend | null = null;
  #lastEvent = 0;
  readonly #idOf = (row: number): string => this.#catalogue.index.items[row].id;
  readonly #clock = new WindowClock();
  #untrainedChoices = 0;
  #rejected = 0;
  readonly #record = new PrequentialRecord();
  #lastUpdate: number | null = null;

  constructor(catalogue: LearnerCatalogue, options: LearnerOptions) {
    this.#catalogue = catalogue;
    this.#options = options;
    const nearest = () => expertCandidates(this.terms, this.weights, this.history.rows);
    this.#experts = new HeardExperts(catalogue, options.seed, nearest);
  }

  /**
   * Continues from a stored profile and the log: events later than the profile are learned. Earlier ones only rebuild the
   * history of a profile that has none of its own.
   */
  restore(profile: Profile | null, log: LoggedEvent[]): void {
    if (profile) {
      this.#weights = PersonalWeights.restore(profile.weights);
      if (this.#base) this.#weights.startFrom(START_WEIGHTS_WITH_BASE);
      this.#experts.restore(profile.experts);
      this.#taste.restore(profile.taste);
      this.#clock.restore(profile);
      this.#rejected = profile.rejected;
      this.#record.restore({ taste: profile.tasteGain, experts: profile.expertsGain });
      this.#lastUpdate = profile.lastUpdate;
      if (profile.history) this.history.restore(profile.history, this.#catalogue.index.rowOf);
    }
    const known = profile?.lastEvent ?? 0;
    for (const event of log) {
      if (event.id > known) this.observe(event);
      else if (!profile?.history) this.#remember(event);
    }
    this.#lastEvent = Math.max(this.#lastEvent, known);
  }

  /**
   * Continues from a stored profile without learning: takes over what rules need, such as what was bought or dismissed, and
   * nothing of the taste. Pass the events of the log to `note`.
   */
  restoreWithoutLearning(profile: Profile | null): void {
    if (!profile?.history) return;
    this.history.restore({ ...profile.history, items: [], strengths: [] }, this.#catalogue.index.rowOf);
    this.#lastEvent = profile.lastEvent;
  }

  save(): Profile {
    return {
      schema: PROFILE_SCHEMA,
      lastEvent: this.#lastEvent,
      history: this.history.save(this.#idOf),
      weights: this.#weights.save(),
      taste: this.#taste.save(),
      experts: this.#experts.save(),
      ...this.#clock.save(),
      rejected: this.#rejected,
      expertsGain: this.#record.gains.experts,
      tasteGain: this.#record.gains.taste,
      lastUpdate: this.#lastUpdate,
    };
  }

  /** Id of the last event taken in; 0 before the first. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** The events taken in so far have other ids in the log that is kept from now on. @param lastEvent id of the last one */
  renumber(lastEvent: number): void {
    this.#lastEvent = lastEvent;
  }

  /** Takes in one event: weights and taste learn from the list as it stood before it, then the history grows. */
  observe(event: LoggedEvent): void {
    const row = this.#catalogue.index.rowOf.get(event.itemId);
    this.#lastEvent = Math.max(this.#lastEvent, event.id);
    if (row === undefined) return;
    const strength = EVENT_STRENGTH[event.type];
    if (strength > 0 && !this.history.rows.includes(row)) this.#learn(row, strength);
    const judged = this.#taste.judge(event.type, row, () => this.#tasteExperts);
    const distance = strength > 0 ? this.#taste.distanceOf(row, this.#catalogue.index, this.#baseSignal) : null;
    if (this.#remember(event)) {
      this.#clock.count(distance);
      this.#untrainedChoices++;
    }
    if (strength > 0 || judged) this.#lastUpdate = event.time;
  }

  /** Records of an event only what rules need; nothing is learned. */
  note(event: LoggedEvent): void {
    const row = this.#catalogue.index.rowOf.get(event.itemId);
    this.#lastEvent = Math.max(this.#lastEvent, event.id);
    if (row !== undefined) this.history.note(event, row);
  }

  /** True when `train()` has something to do. */
  get trainingDue(): boolean {
    const { experts = true } = this.#options;
    const interval = this.#experts.embeddings && !this.#clock.due ? TRAINING_INTERVAL : FIRST_TRAINING;
    return experts && this.history.rows.length >= FIRST_TRAINING && this.#untrainedChoices >= interval;
  }

  /** True when a profile with experts was restored and their embeddings are not computed yet. */
  get awakeningDue(): boolean {
    return this.#experts.asleep;
  }

  /** Loads tfjs and the stored experts of the ladders, so that their term speaks again after a reload. */
  async awaken(): Promise<void> {
    const { chooseBackend, isBackendLost } = await import('./backend');
    const lost = isBackendLost();
    const base = this.#base?.model;
    if (lost) {
      this.#experts.sleep();
      base?.dispose();
    }
    this.#backend = await chooseBackend(this.#options.backend);
    if (lost && base) await this.useBase(base);
    if (!(await this.#experts.awaken())) this.#rejected++;
  }

  /**
   * Trains the newest experts of the ladders on the history; ends the window when it is full. An update that the experts
   * themselves reject (not finite, or worse on its own batch) leaves them as they were and is counted.
   */
  async train(): Promise<void> {
    await this.awaken();
    const { rows, strengths } = this.history;
    this.#untrainedChoices = 0;
    const ended = this.#clock.due;
    const request = {
      history: Int32Array.from(rows),
      eventWeights: Float32Array.from(strengths),
      steps: TRAINING_STEPS,
      seed: this.#options.seed + this.#lastEvent,
    };
    if (!(await this.#experts.train(request, ended))) this.#rejected++;
    if (ended) this.#clock.close();
  }

  /**
   * Embeds what `train` and `awaken` left for later.
   * @param wanted called between pieces; false ends it early, and a later call begins again. Default: always true
   * @returns whether lists may be others now
   */
  completeTraining(wanted?: () => boolean): Promise<boolean> {
    return this.#experts.complete(wanted);
  }

  /** Whether `completeTraining` has something to do. */
  get completionDue(): boolean {
    return this.#experts.incomplete;
  }

  /**
   * Loads tfjs and a stored base model, and hears it from now on.
   * @returns the model, for other learners of the same catalogue
   * @throws SidestreamError `model/bad-weights` when it is damaged or was made for other features
   */
  async loadBase(bytes: Uint8Array): Promise<BaseModel> {
    const [{ BaseModel: Model }, { chooseBackend }] = await Promise.all([
      import('../base-model/base-model'),
      import('./backend'),
    ]);
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
    this.#setBase(await HeardBase.of(model, this.#catalogue.table));
    await this.prepare();
  }

  /**
   * Goes on with another backend where that in use was lost, from the weights that stand.
   * @returns false when it was not lost: then the failure was another one
   */
  async recover(): Promise<boolean> {
    const { isBackendLost } = await import('./backend');
    if (!isBackendLost()) return false;
    await this.awaken();
    return true;
  }

  /** Goes on without the base model. */
  forgetBase(): void {
    this.#setBase(null);
  }

  /** Brings what the base model says up to the history; without a base model, or nothing new, it does nothing. */
  async prepare(): Promise<void> {
    await this.#base?.prepare(this.history.rows);
  }

  /** The catalogue changed (rows only grow; old rows keep their place). */
  async setCatalogue(catalogue: LearnerCatalogue): Promise<void> {
    this.#catalogue = catalogue;
    this.history.meet(this.#idOf, catalogue.index.rowOf);
    this.#taste.spaceChanged();
    if (this.#base) await this.useBase(this.#base.model);
    await this.#experts.setCatalogue(catalogue);
  }

  /** What the ranking needs. */
  get state(): RankState {
    return { ...this.#sources, record: this.history.record, weights: this.weights, terms: this.terms };
  }

  /** What every term says of every item as things stand. Shared: not to be changed. */
  get terms(): TermValues {
    return this.#terms.values(this.#catalogue.index, this.#sources);
  }

  get weights(): TermWeights {
    return this.#weights.current;
  }

  /**
   * Call it after `restore`, before lists are made: a profile whose scores are not finite would empty them.
   * @throws SidestreamError `store/corrupt` naming the term
   */
  checkFinite(): void {
    checkFinite(rawTermValues(this.#catalogue.index, this.#sources), this.weights);
  }

  get status() {
    return {
      events: this.history.total,
      dismissed: this.history.dismissed.size,
      lastUpdate: this.#lastUpdate,
      windows: this.#clock.closed,
      drifts: this.#clock.drifts,
      rejected: this.#rejected,
      backend: this.#backend,
      weights: spokenWeights(this.weights, { base: !!this.#base, companions: !!this.#catalogue.index.companions }),
      utilization: this.#experts.utilization,
    };
  }

  dispose(): void {
    this.#experts.dispose();
  }

  get #baseSignal(): HeardBase['signal'] | null {
    const signal = this.#base?.signal;
    return signal && signal.scores.length === this.#catalogue.index.items.length ? signal : null;
  }

  get #sources(): TermSources {
    const liking = this.#tasteExperts?.scores ?? null;
    return { taste: this.history, base: this.#baseSignal, liking, experts: this.#experts.embeddings };
  }

  /** Null when nothing but weights is to be learned. */
  get #tasteExperts(): TasteExperts | null {
    if (this.#options.experts === false) return null;
    return this.#taste.experts(this.#catalogue.index, this.#baseSignal);
  }

  #setBase(base: HeardBase | null): void {
    this.#taste.spaceChanged();
    this.#base = base;
    this.#weights.startFrom(base ? START_WEIGHTS_WITH_BASE : START_WEIGHTS);
  }

  #remember(event: LoggedEvent): boolean {
    const row = this.#catalogue.index.rowOf.get(event.itemId);
    return row !== undefined && this.history.add(event, row);
  }

  #learn(chosen: number, strength: number): void {
    const { rows, dismissed } = this.history;
    if (rows.length === 0) {
      this.#tasteExperts?.recall(chosen, strength);
      return;
    }
    const { index } = this.#catalogue;
    const seen = new Set(rows);
    const candidates = [...index.items.keys()].filter((row) => !seen.has(row) && !dismissed.has(row));
    if (dismissed.has(chosen)) candidates.push(chosen);
    const { gains, shares } = this.#weights.learn(this.terms, chosen, candidates, strength);
    const learned = shares && (this.#tasteExperts?.learn({ chosen, candidates, shares, strength }) ?? true);
    if (!learned) this.#rejected++;
    // A learned term that made the lists worse lately is silent until it has learned again.
    for (const lost of this.#record.note(gains)) {
      if (lost === 'taste') this.#taste.clear();
      else this.#weights.silenceExperts();
      this.#rejected++;
    }
  }
}
