import type { ContentBlend, FeatureTable, StartWeights } from '../../core/catalog';
import { EVENT_STRENGTH, History, type LoggedEvent, PICK } from '../../core/events';
import {
  type CatalogIndex,
  choiceTable,
  type ExpertPart,
  type ProductChoices,
  type RankState,
  type SideState,
  sideStateAfter,
  type TermSources,
  type TermValues,
  type TermWeights,
  termValues,
} from '../ranking';
import { ExpertMixture, type ShopperStates } from './experts/expert-mixture';
import { FeatureMatrix, featureBlocks } from './experts/feature-matrix';
import type { ChosenItem } from './experts/stored-experts';
import { PROFILE_SCHEMA } from './limits';
import { START, startWithSide } from './personal-weights';
import type { Profile } from './profile';
import { TermValueCache } from './term-values';

/** A catalogue as the learner needs it: the index, and the data that it was made from. */
export interface LearnerCatalog {
  index: CatalogIndex;
  /** Start weights of the terms that the shop fitted to its side model. */
  startWeights?: StartWeights;
  table: FeatureTable;
  blend: ContentBlend;
}

/** Number of choices after which a window ends if no expert is kept. */
const WINDOW_CHOICES = 40;

export interface LearnerOptions {
  /** False: the learner adjusts only the weights of the terms. Default true. */
  experts?: boolean;
  /** See `Start.newborn`. Default: as fitted to the shop. */
  newborn?: number;
  /** False: the adapters of the side model stay as the shop trained them. Default true. */
  adapters?: boolean;
  /** Makes the experts' features; learners of one catalogue may share it. Default: each makes its own. */
  featuresOf?(index: CatalogIndex): FeatureMatrix;
  /** Computes the terms; learners of one catalogue may share common values. Default `termValues`. */
  termsOf?: typeof termValues;
}

/** An expert's choices as rows. Choices of items without a current row are left out. */
const rowsOf = (chosen: readonly ChosenItem[], { rowOf }: CatalogIndex): { row: number; time: number | null }[] =>
  chosen.flatMap(({ item, time }) => {
    const row = rowOf.get(item);
    return row === undefined ? [] : { row, time };
  });

export const featureMatrix = (index: CatalogIndex): FeatureMatrix => new FeatureMatrix(featureBlocks(index));

/**
 * Learns from one shopper's events: the history, and the experts with their weights of the terms. It stores nothing; the
 * caller keeps the log and the profile.
 */
export class Learner {
  readonly history = new History();
  readonly #experts = new ExpertMixture();
  readonly #terms: TermValueCache;
  #states: { of: readonly unknown[]; values: ShopperStates | null } = { of: [], values: null };
  /** Those of which the experts have features; offers replace them. */
  #numbers: CatalogIndex['numbers'] = [];
  #progress: Omit<Profile, 'schema' | 'history' | 'experts'> = {
    lastEvent: 0,
    firstEvent: Number.MAX_SAFE_INTEGER,
    windows: 0,
    windowChoices: 0,
    rejected: 0,
    lastUpdate: null,
  };
  readonly #idOf = (row: number): string => this.catalog.index.items[row].id;
  /** Whether the state from `restoreWithoutLearning` and `note` contains anything to learn from. */
  unlearned = false;

  constructor(
    private catalog: LearnerCatalog,
    private readonly options: LearnerOptions = {},
  ) {
    this.#terms = new TermValueCache(options.termsOf ?? termValues);
    this.#followShop();
  }

  /** Ids of the last and of the first event that it contains. */
  get lastEvent(): number {
    return this.#progress.lastEvent;
  }

  get firstEvent(): number {
    return this.#progress.firstEvent;
  }

  /** Number of windows closed. */
  get windows(): number {
    return this.#progress.windows;
  }

  /** Continues from a stored profile; later events of the log are still to be learned. */
  restore({ schema: _, history, experts, ...progress }: Profile): void {
    this.#states = { of: [], values: null };
    this.#experts.restore(experts);
    this.#progress = progress;
    this.history.restore(history, this.catalog.index.rowOf);
    this.catalog.index.variants?.merge(this.history.rows);
  }

  /**
   * Continues from a stored profile without learning: takes over the state that rules need, such as items bought or
   * dismissed, but no choices and no experts. Pass the events of the log to `note`.
   */
  restoreWithoutLearning(profile: Profile | null): void {
    this.unlearned = profile !== null;
    if (!profile) return;
    this.#renumber(profile);
    this.history.restore({ ...profile.history, items: [], strengths: [] }, this.catalog.index.rowOf);
  }

  save(): Profile {
    return {
      schema: PROFILE_SCHEMA,
      ...this.#progress,
      history: this.history.save(this.#idOf),
      experts: this.#experts.save(),
    };
  }

  #renumber({ lastEvent, firstEvent }: Pick<Profile, 'lastEvent' | 'firstEvent'>): void {
    this.#progress = { ...this.#progress, lastEvent, firstEvent };
  }

  /**
   * Processes one event: the experts learn from the list as it was before the event, then the history grows. Variants of one
   * product are one item: a choice of another one of them is a repeat.
   */
  observe(event: LoggedEvent): void {
    const row = this.#rowOf(event);
    if (row === undefined) return;
    const chosen = EVENT_STRENGTH[event.type] > 0;
    const { variants } = this.catalog.index;
    // Among the choices, the variant chosen first represents a product.
    const choice = variants?.among(this.history.rows, row) ?? row;
    const kept = chosen && !this.history.rows.includes(choice) && this.#learn(event, row);
    const judged = this.#learnDismissal(event, row);
    if (chosen) this.#experts.forgetDismissal(event.itemId);
    const progress = this.#progress;
    if (this.history.add(event, row, choice)) progress.windowChoices++;
    variants?.note(this.history, event, row);
    if (kept || progress.windowChoices >= WINDOW_CHOICES) {
      progress.windows++;
      progress.windowChoices = 0;
    }
    if (chosen || judged) progress.lastUpdate = event.time;
  }

  /** Updates only the state that rules need; nothing is learned. */
  note(event: LoggedEvent): void {
    const row = this.#rowOf(event);
    // Also an event of an item that is not loaded yet.
    if (event.type !== 'impression') this.unlearned = true;
    if (row === undefined) return;
    this.history.note(event, row);
    this.catalog.index.variants?.note(this.history, event, row);
    if (EVENT_STRENGTH[event.type] > 0) this.#experts.forgetDismissal(event.itemId);
  }

  /** Replaces the catalogue by one with more items; items keep their rows. */
  setCatalog(catalog: LearnerCatalog): void {
    this.catalog = catalog;
    this.history.addUnseen(this.#idOf, catalog.index.rowOf);
    catalog.index.variants?.merge(this.history.rows);
    this.#followShop();
    this.featuresChanged();
  }

  /**
   * Call it when the catalogue has new features, which the experts use from now on, or when the kernel is loaded
   * that multiplies them.
   */
  featuresChanged(): void {
    this.#experts.unbind();
  }

  /** As `weightsAt`. */
  stateAt(now?: number, repeats = false): RankState {
    return {
      ...this.#sources,
      record: this.history.record,
      weights: this.weightsAt(now, repeats),
      terms: this.terms,
      expertParts: (row) => this.contributionsOf(row),
    };
  }

  /** The present value of every term for every item. Shared: not to be changed. */
  get terms(): TermValues {
    return this.#terms.values(this.catalog.index, this.#sources);
  }

  /**
   * The weights of the terms in a list.
   * @param now milliseconds since the epoch. Default: within the visit of the last choice
   * @param repeats whether the list may repeat what the shopper bought, and the shop fitted weights to such lists. Default false
   */
  weightsAt(now?: number, repeats = false): TermWeights {
    if (repeats && this.catalog.startWeights?.repeats) return this.#experts.weightsAt('repeats');
    return this.#experts.weightsAt(now !== undefined && this.opensVisit(now) ? 'opening' : 'within');
  }

  /**
   * Whether a choice is the first of a visit: it follows a pause, or an order of several lines.
   * @param time milliseconds since the epoch
   */
  opensVisit(time: number): boolean {
    const { record, total } = this.history;
    return (
      record.choicesThisVisit(time, total) === 0 || (this.history.endsOrder && !this.history.continuesOrder({ time }))
    );
  }

  /**
   * Each expert's contribution to the score of an item, with its choices; the contributions add up to the term `preference`.
   * @returns ids as in `status.experts`; choices of items without a current row are left out
   */
  contributionsOf(row: number): ExpertPart[] {
    const { index } = this.catalog;
    const parts = this.#bound?.contributionsOf(row) ?? [];
    return parts.map(({ chosen, ...part }) => ({
      ...part,
      // A list asks for the choices of no more than one expert.
      get choices() {
        return rowsOf(chosen, index);
      },
    }));
  }

  get status() {
    const { lastUpdate, windows, rejected } = this.#progress;
    const { index } = this.catalog;
    const { sideModel, boughtTogether, ...weights } = this.weightsAt();
    return {
      events: this.history.total,
      dismissed: this.history.dismissed.size,
      lastUpdate,
      windows,
      rejected,
      // Only of terms with data.
      weights: { ...(index.side && { sideModel }), ...(choiceTable(index) && { boughtTogether }), ...weights },
      experts: this.options.experts === false || this.#experts.off ? [] : this.#experts.status,
    };
  }

  get #sources(): TermSources {
    // Before the first choice, the experts have not learned anything.
    const { rows, dismissed } = this.history;
    const residualScores = (rows.length + dismissed.size > 0 && this.#bound?.scores) || null;
    return { history: this.history, residualScores };
  }

  /** The experts, bound to the current features; null when only weights are learned. */
  get #bound(): ExpertMixture | null {
    if (this.options.experts === false || this.#experts.off) return null;
    const { index } = this.catalog;
    if (!this.#experts.bound || this.#numbers !== index.numbers) {
      this.#numbers = index.numbers;
      const { featuresOf = featureMatrix } = this.options;
      this.#experts.bind(featuresOf(index), this.history, index.rowOf);
    }
    this.#experts.states = this.#statesOf(index);
    return this.#experts;
  }

  /** Side states after the choices, computed once per state of the history. */
  #statesOf(index: CatalogIndex): ShopperStates | null {
    const { rows, orders } = this.history;
    const of = [index, rows.length, orders.at(-1)];
    if (of.every((part, n) => part === this.#states.of[n])) return this.#states.values;
    const after = (choices: ProductChoices): SideState | null => {
      const state = sideStateAfter(index, choices);
      return state && (this.options.adapters === false ? { ...state, context: null } : state);
    };
    const all = after(this.history);
    const afterSome = (chosen: readonly ChosenItem[]): SideState | null => {
      const some = rowsOf(chosen, index);
      // Choices of one time are lines of one order.
      return after({ rows: some.map(({ row }) => row), orders: some.map(({ time }, n) => time ?? -n) });
    };
    this.#states = { of, values: all && { all, after: (chosen) => afterSome(chosen) ?? all } };
    return this.#states.values;
  }

  /** Sets the experts' start weights to those for the shop's side model, or for no side model. */
  #followShop(): void {
    const { index, startWeights } = this.catalog;
    const start = index.side ? startWithSide(startWeights) : START;
    const { newborn = start.newborn } = this.options;
    this.#experts.startFrom({ ...start, newborn });
  }

  #rowOf({ id, itemId }: LoggedEvent): number | undefined {
    const { lastEvent, firstEvent } = this.#progress;
    this.#renumber({ lastEvent: Math.max(lastEvent, id), firstEvent: Math.min(firstEvent, id) });
    return this.catalog.index.rowOf.get(itemId);
  }

  /** Learns from a choice. @returns whether an expert was kept */
  #learn(event: LoggedEvent, row: number): boolean {
    const { itemId: id, type, time, placement } = event;
    const { rows, dismissed } = this.history;
    const together = this.history.continuesOrder(event);
    const experts = this.#bound ?? this.#experts;
    const strength = EVENT_STRENGTH[type];
    // Picks are one answer: no pick was preferred to what resembles the picks before it.
    if (rows.length === 0 || placement === PICK) {
      experts.bootstrap({ id, row, strength, together, time });
      return false;
    }
    const { index } = this.catalog;
    const gone = new Set([...rows, ...dismissed]);
    if (dismissed.has(row) && !index.variants) gone.delete(row);
    // One row of each product, because the chosen item was not preferred to its own variants.
    const others = index.variants?.beside(row, [...gone]) ?? [...gone];
    const { rejected, kept } = experts.learn(
      { id, row, gone: others, strength, time, together, opens: !together && this.opensVisit(time) },
      this.terms,
    );
    this.#progress.rejected += rejected;
    return kept;
  }

  /**
   * Learns from a dismissal, or reverts one. Choices in between keep the steps taken under it.
   * @returns false for all other events, which change nothing
   */
  #learnDismissal({ itemId: id, type }: LoggedEvent, row: number): boolean {
    if (type !== 'dismiss' && type !== 'undismiss') return false;
    const { dismissed } = this.history;
    // Only the first of the product's dismissals was learned.
    const before = this.catalog.index.variants?.among(dismissed, row) ?? row;
    if (type === 'undismiss') this.#bound?.undoDismiss(this.#idOf(before), before);
    else if (!dismissed.has(before)) this.#bound?.dismiss(id, row);
    return true;
  }
}
