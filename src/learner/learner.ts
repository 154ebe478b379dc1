import type { BaseModel } from '../base-model';
import { EVENT_STRENGTH, History, type LoggedEvent } from '../events';
import { type RankState, rawTermValues, type TermSources, type TermValues, type TermWeights } from '../ranking';
import type { Backend } from './backend';
import { BaseModelScores } from './base-model-scores';
import { PreferenceModel } from './experts/preference-model';
import type { PreferenceExperts } from './experts/user-experts';
import { LadderRuntime, ladderCandidates } from './ladder/ladder-runtime';
import type { LearnerCatalog } from './learner-catalog';
import { activeWeights, PersonalWeights, START_WEIGHTS, START_WEIGHTS_WITH_BASE } from './personal-weights';
import { PrequentialRecord } from './prequential-record';
import { PROFILE_SCHEMA, type Profile } from './profile';
import { checkFinite, TermValueCache } from './term-values';
import { WindowClock } from './windows/window-clock';

/** Choices needed before the experts of the ladders train at all. */
const FIRST_TRAINING = 3;
/** Choices between two of their trainings. */
const TRAINING_INTERVAL = 10;
/** Steps of Adam in one training. */
const TRAINING_STEPS = 10;

export interface LearnerOptions {
  seed: number;
  /** tfjs backend; chosen by probing when absent. */
  backend?: Backend;
  /** False: nothing but the weights of the terms is learned. Default true. */
  experts?: boolean;
}

/**
 * Learns from one shopper's events: the history, the personal weights and the preference experts at once, the experts of
 * the ladders in `train()`. It stores nothing; the caller keeps the log and the profile.
 */
export class Learner {
  readonly history = new History();
  #catalog: LearnerCatalog;
  readonly #options: LearnerOptions;
  readonly #experts: LadderRuntime;
  readonly #terms = new TermValueCache();
  #weights = new PersonalWeights();
  #base: BaseModelScores | null = null;
  readonly #preferences = new PreferenceModel(this.history);
  #backend: Backend | null = null;
  #lastEvent = 0;
  readonly #idOf = (row: number): string => this.#catalog.index.items[row].id;
  readonly #clock = new WindowClock();
  #untrainedChoices = 0;
  #rejected = 0;
  readonly #record = new PrequentialRecord();
  #lastUpdate: number | null = null;

  constructor(catalog: LearnerCatalog, options: LearnerOptions) {
    this.#catalog = catalog;
    this.#options = options;
    const nearest = () => ladderCandidates(this.terms, this.weights, this.history.rows);
    this.#experts = new LadderRuntime(catalog, options.seed, nearest);
  }

  /**
   * Continues from a stored profile and the log. Events later than the profile are learned; earlier ones only rebuild the
   * history of a profile that was stored without one.
   */
  restore(profile: Profile | null, log: LoggedEvent[]): void {
    if (profile) {
      this.#weights = PersonalWeights.restore(profile.weights);
      if (this.#base) this.#weights.startFrom(START_WEIGHTS_WITH_BASE);
      this.#experts.restore(profile.experts);
      this.#preferences.restore(profile.preferences);
      this.#clock.restore(profile);
      this.#rejected = profile.rejected;
      this.#record.restore({ preference: profile.preferenceGain, experts: profile.expertsGain });
      this.#lastUpdate = profile.lastUpdate;
      if (profile.history) this.history.restore(profile.history, this.#catalog.index.rowOf);
    }
    const known = profile?.lastEvent ?? 0;
    for (const event of log) {
      if (event.id > known) this.observe(event);
      else if (!profile?.history) this.#remember(event);
    }
    this.#lastEvent = Math.max(this.#lastEvent, known);
  }

  /**
   * Continues from a stored profile without learning: takes over the state that rules need, such as items bought or
   * dismissed, but no choices and no preferences. Pass the events of the log to `note`.
   */
  restoreWithoutLearning(profile: Profile | null): void {
    if (!profile?.history) return;
    this.history.restore({ ...profile.history, items: [], strengths: [] }, this.#catalog.index.rowOf);
    this.#lastEvent = profile.lastEvent;
  }

  save(): Profile {
    return {
      schema: PROFILE_SCHEMA,
      lastEvent: this.#lastEvent,
      history: this.history.save(this.#idOf),
      weights: this.#weights.save(),
      preferences: this.#preferences.save(),
      experts: this.#experts.save(),
      ...this.#clock.save(),
      rejected: this.#rejected,
      expertsGain: this.#record.gains.experts,
      preferenceGain: this.#record.gains.preference,
      lastUpdate: this.#lastUpdate,
    };
  }

  /** Id of the last event processed; 0 before the first. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** The log was replaced by one in which the events processed so far have other ids. @param lastEvent id of the last one */
  renumber(lastEvent: number): void {
    this.#lastEvent = lastEvent;
  }

  /** Processes one event: weights and preferences learn from the list as it was before the event, then the history grows. */
  observe(event: LoggedEvent): void {
    const row = this.#catalog.index.rowOf.get(event.itemId);
    this.#lastEvent = Math.max(this.#lastEvent, event.id);
    if (row === undefined) return;
    const strength = EVENT_STRENGTH[event.type];
    if (strength > 0 && !this.history.rows.includes(row)) this.#learn(row, strength);
    const judged = this.#preferences.learnDismissal(event.type, row, () => this.#preferenceExperts);
    const distance = strength > 0 ? this.#preferences.distanceOf(row, this.#catalog.index, this.#baseSignal) : null;
    if (this.#remember(event)) {
      this.#clock.count(distance);
      this.#untrainedChoices++;
    }
    if (strength > 0 || judged) this.#lastUpdate = event.time;
  }

  /** Updates only the state that rules need; nothing is learned. */
  note(event: LoggedEvent): void {
    const row = this.#catalog.index.rowOf.get(event.itemId);
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
  get loadDue(): boolean {
    return this.#experts.unloaded;
  }

  /** Loads tfjs and the stored experts of the ladders, so that their term is part of the score again after a reload. */
  async ensureLoaded(): Promise<void> {
    const { chooseBackend, isBackendLost } = await import('./backend');
    const lost = isBackendLost();
    const base = this.#base?.model;
    if (lost) {
      this.#experts.unload();
      base?.dispose();
    }
    this.#backend = await chooseBackend(this.#options.backend);
    if (lost && base) await this.useBase(base);
    if (!(await this.#experts.load())) this.#rejected++;
  }

  /**
   * Trains the newest experts of the ladders on the history; ends the window when that is due. An update that the experts
   * reject (not finite, or worse on its own batch) changes nothing and is counted.
   */
  async train(): Promise<void> {
    await this.ensureLoaded();
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
   * Embeds the items that `train` and `ensureLoaded` left for later.
   * @param wanted called between parts; false ends the call early, and a later call begins again. Default: always true
   * @returns whether the scores may have changed
   */
  completeTraining(wanted?: () => boolean): Promise<boolean> {
    return this.#experts.complete(wanted);
  }

  /** Whether `completeTraining` has something to do. */
  get completionDue(): boolean {
    return this.#experts.incomplete;
  }

  /**
   * Loads tfjs and a stored base model, and scores with it from now on.
   * @returns the model, for other learners of the same catalogue
   * @throws SidestreamError `model/bad-weights` when it is damaged or was made for other features
   */
  async loadBase(bytes: Uint8Array): Promise<BaseModel> {
    const [{ BaseModel: Model }, { chooseBackend }] = await Promise.all([
      import('../base-model/base-model'),
      import('./backend'),
    ]);
    const model = Model.load(bytes, this.#catalog.table);
    this.#backend = await chooseBackend(this.#options.backend);
    await this.useBase(model);
    return model;
  }

  /**
   * Scores with a base model from now on. The compute backend must be set.
   * @param model the caller disposes of it, and may share it between learners
   */
  async useBase(model: BaseModel): Promise<void> {
    this.#setBase(await BaseModelScores.of(model, this.#catalog.table));
    await this.prepare();
  }

  /**
   * Continues on another backend after the one in use was lost, from the weights last accepted.
   * @returns false when the backend was not lost, so that a failure had another cause
   */
  async recover(): Promise<boolean> {
    const { isBackendLost } = await import('./backend');
    if (!isBackendLost()) return false;
    await this.ensureLoaded();
    return true;
  }

  /** Scores without the base model from now on. */
  forgetBase(): void {
    this.#setBase(null);
  }

  /** Updates the base model's scores after new choices; without a base model it does nothing. */
  async prepare(): Promise<void> {
    await this.#base?.prepare(this.history.rows);
  }

  /** Replaces the catalogue by one with more items; items keep their rows. */
  async setCatalog(catalog: LearnerCatalog): Promise<void> {
    this.#catalog = catalog;
    this.history.addUnseen(this.#idOf, catalog.index.rowOf);
    this.#preferences.featuresChanged();
    if (this.#base) await this.useBase(this.#base.model);
    await this.#experts.setCatalog(catalog);
  }

  /** What the ranking reads of the learner. */
  get state(): RankState {
    return { ...this.#sources, record: this.history.record, weights: this.weights, terms: this.terms };
  }

  /** The present value of every term for every item. Shared: not to be changed. */
  get terms(): TermValues {
    return this.#terms.values(this.#catalog.index, this.#sources);
  }

  get weights(): TermWeights {
    return this.#weights.current;
  }

  /**
   * Call it after `restore` and before the first list: an item whose score is not finite is in no list.
   * @throws SidestreamError `store/corrupt` naming the term
   */
  checkFinite(): void {
    checkFinite(rawTermValues(this.#catalog.index, this.#sources), this.weights);
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
      weights: activeWeights(this.weights, { base: !!this.#base, boughtTogether: !!this.#catalog.index.cooccurrence }),
      utilization: this.#experts.utilization,
    };
  }

  dispose(): void {
    this.#experts.dispose();
  }

  get #baseSignal(): BaseModelScores['signal'] | null {
    const signal = this.#base?.signal;
    return signal && signal.scores.length === this.#catalog.index.items.length ? signal : null;
  }

  get #sources(): TermSources {
    const residualScores = this.#preferenceExperts?.scores ?? null;
    return { history: this.history, base: this.#baseSignal, residualScores, experts: this.#experts.embeddings };
  }

  /** Null when nothing but weights is learned. */
  get #preferenceExperts(): PreferenceExperts | null {
    if (this.#options.experts === false) return null;
    return this.#preferences.experts(this.#catalog.index, this.#baseSignal);
  }

  #setBase(base: BaseModelScores | null): void {
    this.#preferences.featuresChanged();
    this.#base = base;
    this.#weights.startFrom(base ? START_WEIGHTS_WITH_BASE : START_WEIGHTS);
  }

  #remember(event: LoggedEvent): boolean {
    const row = this.#catalog.index.rowOf.get(event.itemId);
    return row !== undefined && this.history.add(event, row);
  }

  #learn(chosen: number, strength: number): void {
    const { rows, dismissed } = this.history;
    if (rows.length === 0) {
      this.#preferenceExperts?.bootstrap(chosen, strength);
      return;
    }
    const { index } = this.#catalog;
    const seen = new Set(rows);
    const candidates = [...index.items.keys()].filter((row) => !seen.has(row) && !dismissed.has(row));
    if (dismissed.has(chosen)) candidates.push(chosen);
    const { gains, shares } = this.#weights.learn(this.terms, chosen, candidates, strength);
    const learned = shares && (this.#preferenceExperts?.learn({ chosen, candidates, shares, strength }) ?? true);
    if (!learned) this.#rejected++;
    // A learned term that made recent lists worse starts from zero.
    for (const lost of this.#record.note(gains)) {
      if (lost === 'preference') this.#preferences.clear();
      else this.#weights.silenceExperts();
      this.#rejected++;
    }
  }
}
