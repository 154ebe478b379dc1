import type { BaseModel, BaseScorer } from '../base-model';
import type { ShopSettings } from '../catalog';
import { EVENT_STRENGTH, History, type LoggedEvent } from '../events';
import {
  type BaseSignal,
  type CatalogIndex,
  type ExpertPart,
  type RankState,
  rankOf,
  rawTermValues,
  scores,
  type TermSources,
  type TermValues,
  type TermWeights,
  termValues,
} from '../ranking';
import { Anchor } from './anchor';
import type { Backend } from './backend';
import type { BaseModelScores } from './base-model-scores';
import { ExpertMixture } from './experts/expert-mixture';
import { featureBlocks } from './experts/feature-blocks';
import { FeatureMatrix } from './experts/feature-matrix';
import type { Journal } from './journal/journal';
import type { LearnerCatalog } from './learner-catalog';
import { activeWeights, START, START_WITH_BASE, tunedStart } from './personal-weights';
import type { Profile } from './profile';
import { PROFILE_SCHEMA } from './schema-version';
import { checkFinite, TermValueCache } from './term-values';
import { PreferenceDistance } from './windows/drift-distance';
import { WindowClock } from './windows/window-clock';

export interface LearnerOptions {
  seed: number;
  /** tfjs backend; chosen by probing when absent. */
  backend?: Backend;
  /** False: the learner adjusts only the weights of the terms. Default true. */
  experts?: boolean;
  /** False: no candidate is born, so that one expert learns every choice. Default true. */
  candidates?: boolean;
  /** False: the learner does not look for drifts, on which no list depends. Default true. */
  windows?: boolean;
  /** False: the list is not kept near the base model. Default true. */
  anchor?: boolean;
  /** Weight of the lift of items that nobody has chosen. Default: what the shop's log says, else 0.3. */
  coldStart?: number;
  /** How it learns, as the shop has chosen it with or without a base model. Default: as for every shop. */
  tuning?: ShopSettings;
  /** Makes what the experts read; several learners of one catalogue may share it. Default: each makes its own. */
  featuresOf?(index: CatalogIndex, base: BaseSignal | null): FeatureMatrix;
  /** Computes the terms; several learners of one catalogue may share what is the same for them. Default `termValues`. */
  termsOf?: typeof termValues;
}

/** What the experts read of a catalogue. @param base of the shop's base model, if it has one */
export const featureMatrix = (index: CatalogIndex, base: BaseSignal | null): FeatureMatrix =>
  new FeatureMatrix(featureBlocks(index, base));

/**
 * Learns from one shopper's events: the history, and the experts with their weights of the terms. It stores nothing; the
 * caller keeps the log and the profile.
 */
export class Learner {
  readonly history = new History();
  #catalog: LearnerCatalog;
  readonly #options: LearnerOptions;
  readonly #experts: ExpertMixture;
  /** Null where none is kept: its code comes late. A stored one stays in the profile. */
  #journal: Journal | null = null;
  #storedJournal: Profile['journal'];
  readonly #terms: TermValueCache;
  #base: BaseModelScores | null = null;
  #distance: PreferenceDistance | null = null;
  #backend: Backend | null = null;
  #lastEvent = 0;
  #firstEvent = Number.MAX_SAFE_INTEGER;
  readonly #idOf = (row: number): string => this.#catalog.index.items[row].id;
  #tuning: ShopSettings | undefined;
  /** Keeps the list near the base model. */
  readonly anchor = new Anchor();
  readonly #clock = new WindowClock();
  #rejected = 0;
  #lastUpdate: number | null = null;
  #unlearned = false;

  constructor(catalog: LearnerCatalog, options: LearnerOptions) {
    this.#catalog = catalog;
    this.#options = options;
    this.#tuning = options.tuning;
    this.#terms = new TermValueCache(options.termsOf ?? termValues);
    this.#experts = new ExpertMixture(options.candidates);
    this.#followSettings();
  }

  /**
   * Continues from a stored profile and the log. Events later than the profile are learned; earlier ones only rebuild the
   * history of a profile that was stored without one.
   */
  restore(profile: Profile | null, log: LoggedEvent[]): void {
    if (profile) {
      this.#experts.restore(profile.experts);
      this.#clock.restore(profile);
      this.#firstEvent = profile.firstEvent;
      this.anchor.restore(profile.anchor);
      this.#rejected = profile.rejected;
      this.#lastUpdate = profile.lastUpdate;
      this.#storedJournal = profile.journal;
      this.#journal?.restore(profile.journal);
      if (profile.history) this.history.restore(profile.history, this.#catalog.index.rowOf);
      this.#catalog.index.variants?.merge(this.history.rows);
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
   * dismissed, but no choices and no experts. Pass the events of the log to `note`.
   */
  restoreWithoutLearning(profile: Profile | null): void {
    this.#unlearned = profile !== null;
    if (profile) this.#firstEvent = profile.firstEvent;
    if (!profile?.history) return;
    this.history.restore({ ...profile.history, items: [], strengths: [] }, this.#catalog.index.rowOf);
    this.#lastEvent = profile.lastEvent;
  }

  /** Whether there is something to learn from what `restoreWithoutLearning` and `note` took over. */
  get unlearned(): boolean {
    return this.#unlearned;
  }

  save(): Profile {
    return {
      schema: PROFILE_SCHEMA,
      lastEvent: this.#lastEvent,
      firstEvent: this.#firstEvent,
      history: this.history.save(this.#idOf),
      experts: this.#experts.save(),
      ...this.#clock.save(),
      anchor: this.anchor.save(),
      journal: this.journal,
      rejected: this.#rejected,
      lastUpdate: this.#lastUpdate,
    };
  }

  /** Keeps a journal from now on. A stored one is continued where it comes before `restore`. */
  keepJournal(journal: Journal): void {
    this.#journal = journal;
  }

  /** What happened to what was learned; undefined where no journal was ever kept. */
  get journal(): Profile['journal'] {
    return this.#journal?.save() ?? this.#storedJournal;
  }

  /** Id of the last event processed; 0 before the first. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** Id of the first one, see `Profile`. */
  get firstEvent(): number {
    return this.#firstEvent;
  }

  /** The log was replaced by one in which the events processed so far have other ids: those of the last and of the first one. */
  renumber({ lastEvent, firstEvent }: Pick<Profile, 'lastEvent' | 'firstEvent'>): void {
    this.#lastEvent = lastEvent;
    this.#firstEvent = firstEvent;
  }

  /** Windows closed. */
  get windows(): number {
    return this.#clock.closed;
  }

  /**
   * Processes one event: the experts learn from the list as it was before the event, then the history grows. Variants of one
   * product are one item: a choice of another one of them is a repeat.
   */
  observe(event: LoggedEvent): void {
    const row = this.#rowOf(event);
    if (row === undefined) return;
    const chosen = EVENT_STRENGTH[event.type] > 0;
    const choice = this.#choiceOf(row);
    const journal = chosen ? this.#journal : null;
    journal?.before(this, this.#catalog.index, choice);
    const kept = chosen && !this.history.rows.includes(choice) && this.#learn(event, row);
    const judged = this.#learnDismissal(event, row);
    const { windows = true } = this.#options;
    const distance = chosen && windows ? this.#distanceOf(choice) : null;
    if (this.#remember(event)) this.#clock.count(distance);
    if (kept || this.#clock.due) this.#clock.close();
    if (chosen || judged) this.#lastUpdate = event.time;
    journal?.after(this, event);
  }

  /** Updates only the state that rules need; nothing is learned. */
  note(event: LoggedEvent): void {
    const row = this.#rowOf(event);
    if (row === undefined) return;
    this.history.note(event, row);
    this.#catalog.index.variants?.note(this.history, event, row);
    if (event.type !== 'impression') this.#unlearned = true;
    if (EVENT_STRENGTH[event.type] > 0) this.#experts.forgetDismissal(event.itemId);
  }

  /**
   * Loads tfjs and a stored base model, and scores with it from now on.
   * @param digest SHA-256 of the bytes: coefficients learned with another model are not used with this one. Default: of no file
   * @returns the model, for other learners of the same catalogue
   * @throws SidestreamError `model/bad-weights` when it is damaged or was made for other features
   */
  async loadBase(bytes: Uint8Array, digest?: string): Promise<BaseModel> {
    const [{ BaseModel: Model }, { chooseBackend }] = await Promise.all([
      import('../base-model/base-model'),
      import('./backend'),
    ]);
    const model = Model.load(bytes, this.#catalog.table, digest);
    await chooseBackend(this.#options.backend);
    await this.useBase(model);
    return model;
  }

  /**
   * Scores with a base model from now on. The compute backend must be set.
   * @param model the caller disposes of it, and may share it between learners
   */
  async useBase(model: BaseScorer): Promise<void> {
    const [{ BaseModelScores: Scores }, { backendInUse }] = await Promise.all([
      import('./base-model-scores'),
      import('./backend'),
    ]);
    const scores = await Scores.of(model, this.#catalog.table);
    this.#backend = backendInUse();
    this.#setBase(scores);
    await this.prepare();
  }

  /**
   * Continues on another backend after the one in use was lost, from the weights last accepted.
   * @returns false when the backend was not lost, so that a failure had another cause
   */
  async recover(): Promise<boolean> {
    const { isBackendLost } = await import('./backend');
    if (!isBackendLost()) return false;
    await this.#replaceBackend();
    return true;
  }

  /** Learns in this way from now on, with a base model or without, as it was chosen; what was learned stays. */
  useSettings(tuning: ShopSettings): void {
    this.#tuning = tuning;
    this.#followSettings();
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
    catalog.index.variants?.merge(this.history.rows);
    this.featuresChanged();
    if (this.#base) await this.useBase(this.#base.model);
  }

  /**
   * Call it when the catalogue has got other factors, which the experts read from now on, or when the kernel is loaded that
   * multiplies their features.
   */
  featuresChanged(): void {
    this.#experts.unbind();
    this.#distance = null;
  }

  /** What the ranking reads of the learner. */
  get state(): RankState {
    return {
      ...this.#sources,
      ...{ record: this.history.record, weights: this.weights, terms: this.terms },
      expertParts: (row) => this.contributionsOf(row),
    };
  }

  /** The present value of every term for every item. Shared: not to be changed. */
  get terms(): TermValues {
    return this.#terms.values(this.#catalog.index, this.#sources);
  }

  /** Weights of the terms in the list: what is learned, and the anchor. */
  get weights(): TermWeights {
    const weights = this.learnedWeights;
    const { anchor = true } = this.#options;
    if (!anchor || !this.#base) return weights;
    const { weight } = this.anchor;
    return { ...weights, base: weights.base + weight, popularity: weights.popularity + weight };
  }

  /**
   * What each expert adds to the score of an item, and what it learned from; they add up to the contribution of the term
   * `preference`.
   * @returns ids as in `status.experts`; choices of items that have no row at present are left out
   */
  contributionsOf(row: number): ExpertPart[] {
    const { rowOf } = this.#catalog.index;
    const parts = this.#bound?.contributionsOf(row) ?? [];
    return parts.map(({ chosen, ...part }) => ({
      ...part,
      choices: chosen.flatMap(({ item, time }) => {
        const at = rowOf.get(item);
        return at === undefined ? [] : { row: at, time };
      }),
    }));
  }

  /** What each expert adds to every item's score, by its id; see `contributionsOf`. Not to be changed. */
  get expertScores(): { id: number; scores: Float32Array }[] {
    return this.#bound?.parts ?? [];
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
      experts: this.#options.experts === false ? [] : this.#experts.status,
    };
  }

  /** Weights of the terms without the anchor. */
  get learnedWeights(): TermWeights {
    const { weights } = this.#experts;
    const { coldStart = this.#catalog.index.factors?.coldStart ?? weights.coldStart } = this.#options;
    return { ...weights, coldStart };
  }

  get #baseSignal(): BaseModelScores['signal'] | null {
    const signal = this.#base?.signal;
    return signal && signal.scores.length === this.#catalog.index.items.length ? signal : null;
  }

  get #sources(): TermSources {
    // Before the first choice there is nothing that experts could have learned.
    const { rows, dismissed } = this.history;
    const residualScores = (rows.length + dismissed.size > 0 && this.#bound?.scores) || null;
    return { history: this.history, base: this.#baseSignal, residualScores };
  }

  /** Chooses another backend of tfjs after the one in use was lost, and moves the base model there. */
  async #replaceBackend(): Promise<void> {
    const { chooseBackend } = await import('./backend');
    const base = this.#base?.model;
    base?.dispose();
    this.#backend = await chooseBackend(this.#options.backend);
    if (base) await this.useBase(base);
  }

  /** The experts, reading the present features; null when nothing but weights is learned. */
  get #bound(): ExpertMixture | null {
    if (this.#options.experts === false) return null;
    const { index } = this.#catalog;
    if (!this.#experts.bound) {
      const { featuresOf = featureMatrix } = this.#options;
      this.#experts.bind(featuresOf(index, this.#baseSignal), this.history, index.rowOf);
    }
    this.#experts.update(index);
    return this.#experts;
  }

  #setBase(base: BaseModelScores | null): void {
    this.featuresChanged();
    this.#base = base;
    this.#followSettings();
  }

  /** Those that were chosen with a base model hold with one only, and others without only. */
  #followSettings(): void {
    const base = this.#base !== null;
    const settings = this.#tuning?.base === base ? this.#tuning.settings : {};
    this.#experts.startFrom(tunedStart(base ? START_WITH_BASE : START, settings));
    this.#experts.follow(settings);
    this.anchor.settings = settings;
    this.#clock.watch({ threshold: settings.driftThreshold });
  }

  /** Distance of a choice from the preferences before it; null where there is nothing to compare. */
  #distanceOf(row: number): number | null {
    const base = this.#baseSignal;
    const embedding = base && { width: base.width, values: base.items };
    this.#distance ??= new PreferenceDistance(this.#catalog.index, embedding);
    return this.#distance.of(row, this.history.rows, this.history.strengths);
  }

  /** Counts an event as processed. @returns the row of its item */
  #rowOf({ id, itemId }: LoggedEvent): number | undefined {
    this.#lastEvent = Math.max(this.#lastEvent, id);
    this.#firstEvent = Math.min(this.#firstEvent, id);
    return this.#catalog.index.rowOf.get(itemId);
  }

  #remember(event: LoggedEvent): boolean {
    const row = this.#catalog.index.rowOf.get(event.itemId);
    if (EVENT_STRENGTH[event.type] > 0) this.#experts.forgetDismissal(event.itemId);
    if (row === undefined) return false;
    const isNew = this.history.add(event, row, this.#choiceOf(row));
    this.#catalog.index.variants?.note(this.history, event, row);
    return isNew;
  }

  /** The row that stands for an item among the choices: where it is a variant of a product, the one chosen first. */
  #choiceOf(row: number): number {
    return this.#catalog.index.variants?.among(this.history.rows, row) ?? row;
  }

  /** Learns from a choice. @returns whether an expert was kept */
  #learn({ itemId: id, type, time }: LoggedEvent, row: number): boolean {
    const { rows, dismissed } = this.history;
    const experts = this.#bound ?? this.#experts;
    const strength = EVENT_STRENGTH[type];
    if (rows.length === 0) {
      experts.bootstrap({ id, row, strength }, time);
      return false;
    }
    const { index } = this.#catalog;
    const gone = new Set([...rows, ...dismissed]);
    // One row of each product: its other variants were not what the chosen one was preferred to.
    const candidates = index.variants?.candidates(row, [...gone]) ?? rowsWithout(gone, index.items.length);
    if (dismissed.has(row) && !index.variants) candidates.push(row);
    this.#noteRanks(row);
    const { rejected, kept } = experts.learn({ id, row, candidates, strength }, this.terms, time);
    this.#rejected += rejected;
    return kept;
  }

  /** Records how what is learned ranked a choice, and how the base model alone did. */
  #noteRanks(row: number): void {
    const base = this.#baseSignal;
    if (!base) return;
    const { logPopularity, variants } = this.#catalog.index;
    const { rows } = this.history;
    const left = variants?.beside(row, rows) ?? rows;
    const alone = base.scores.map((score, item) => score + logPopularity[item]);
    this.anchor.note(rankOf(scores(this.terms, this.learnedWeights), row, left), rankOf(alone, row, left));
  }

  /**
   * Learns from a dismissal, or reverts one. Choices in between keep the steps that they took under it.
   * @returns false for all other events, which change nothing
   */
  #learnDismissal({ itemId: id, type }: LoggedEvent, row: number): boolean {
    if (type !== 'dismiss' && type !== 'undismiss') return false;
    const { dismissed } = this.history;
    // The first of the product's dismissals is the one that was learned.
    const before = this.#catalog.index.variants?.among(dismissed, row) ?? row;
    if (type === 'undismiss') this.#bound?.undoDismiss(this.#idOf(before), before);
    else if (!dismissed.has(before)) this.#bound?.dismiss(id, row);
    return true;
  }
}

/** Rows from 0 to `count` that are not among some. */
function rowsWithout(some: Iterable<number>, count: number): number[] {
  const left = new Uint8Array(count).fill(1);
  for (const row of some) left[row] = 0;
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (left[row]) rows.push(row);
  return rows;
}
