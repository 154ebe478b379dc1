import { VISIT_PAUSE } from '../../../core/events';
import { createMatrix, type Matrix } from '../../../core/kernel';
import { type CatalogIndex, TERMS, type TermValues, type TermWeights } from '../../ranking';
import { CANDIDATES, MASS_MEMORY, MAX_KEPT, MAX_SERIES_LENGTH } from '../limits';
import { START, type Start } from '../personal-weights';
import { TermMatrix } from '../term-values';
import type { FeatureMatrix } from './feature-matrix';
import { normalized, posteriorOf, SHARE, shared, withNewborn } from './fixed-share-router';
import type { ChosenItem, StoredMixture } from './stored-experts';
import { type Choice, type PastChoices, UserExpert } from './user-expert';

/** Number of steps to which a posterior kept for display is rounded. */
const SERIES_STEPS = 256;
const rounded = (posterior: number): number => Math.round(SERIES_STEPS * posterior) / SERIES_STEPS;

/** When experts are born and removed, and how the router shares. */
const RULES = { trial: 10, share: SHARE, kept: MAX_KEPT };
/** Posterior probability from which a candidate is kept. */
const MIN_POSTERIOR = 0.5;
/** The same where visits count (see `Start.visits`). */
const VISITS = {
  keepAt: 0.3,
  /** Share of the posterior mass that is redistributed before the first choice of a visit. */
  share: 0.3,
  /** Share of the posterior mass that a candidate created at that choice takes; other candidates take `SHARE`. */
  newborn: 0.2,
};
/** Minimum number of choices that a candidate must have learned to be kept. */
const MIN_CHOICES = 4;

/** What an expert is to the list at present; see `Status.experts`. */
export type ExpertState = 'generalist' | 'active' | 'frozen' | 'candidate';

/** An expert as `Learner.status` shows it. */
export interface ExpertStatus {
  id: number;
  state: ExpertState;
  born: number | null;
  choices: number;
  share: number;
  posterior: number;
  history: number[];
}

/** What an expert adds to the score of one item, and the last choices that it learned from, oldest first. */
export interface ExpertContribution {
  id: number;
  state: ExpertState;
  contribution: number;
  chosen: readonly ChosenItem[];
}

/** One expert in the mixture. */
interface Member {
  readonly id: number;
  kind: 'generalist' | 'specialist' | 'candidate';
  readonly born: { choice: number; time: number | null };
  expert: UserExpert;
  /** Its part in the next list: all add up to 1. */
  weight: number;
  /** Discounted sum of its posteriors. */
  mass: number;
  /** Posteriors after the last choices, oldest first. */
  series: number[];
  /** Of a candidate. */
  trial: Trial | null;
}

interface Trial {
  /** Which of the candidates it is, from 0: they are born at different times. */
  readonly place: number;
  /** Other experts as they were before they learned from the choices of the trial, by id. */
  readonly before: Map<number, UserExpert>;
}

/** What came of learning a choice. */
export interface Outcome {
  /** Updates that were dropped. */
  rejected: number;
  /** Whether a candidate was kept. */
  kept: boolean;
}

/**
 * The experts of one shopper and their router. The list sums their scores by their weights; because they share one history,
 * that is one weight for each term, and one sum of read-outs.
 *
 * The generalist, the active expert and the candidates learn every choice; the other experts are frozen. A candidate starts
 * from one choice beside the active expert: at every tenth choice, and at the first of a visit if visits count (see
 * `Start.visits`). If it becomes probable enough, it is kept and active, and the previously active expert is restored to its
 * state before the trial and frozen. The active expert is the most probable of the kept ones, so a frozen expert returns
 * when its kind of choices does.
 */
export class ExpertMixture {
  readonly #candidates: boolean;
  #start: Start = START;
  #members: Member[] = [];
  #active: Member;
  #choices = 0;
  #next = 0;
  #matrix: FeatureMatrix | null = null;
  #terms: TermMatrix | null = null;
  #scores: Float32Array | null = null;
  /** Scores of the mixed experts, one below the other. */
  #parts: Matrix | null = null;
  /**
   * Reused arrays of `learn`, one or more for each expert: allocating them at every choice would take as long as some of its
   * sums.
   */
  #room: { base: Float32Array; shares: Float32Array }[] = [];

  /** @param candidates false: no candidates, only the generalist learns */
  constructor(candidates = true) {
    this.#candidates = candidates;
    this.#active = this.#added('generalist', new UserExpert(), { choice: 0, time: null });
    this.#active.weight = 1;
    this.#active.mass = 1;
  }

  restore({ choices, next, active, members }: StoredMixture): void {
    this.#choices = choices;
    this.#next = next;
    this.#members = members.map(({ expert, series, trial, ...member }) => ({
      ...member,
      expert: UserExpert.restore(expert),
      series: [...series],
      trial: trial && {
        place: trial.place,
        before: new Map(trial.before.map(({ id, expert: before }) => [id, UserExpert.restore(before)])),
      },
    }));
    this.#active = this.#members.find(({ id }) => id === active) ?? this.#members[0];
    this.unbind();
    this.startFrom(this.#start);
  }

  save(): StoredMixture {
    return {
      choices: this.#choices,
      next: this.#next,
      active: this.#active.id,
      members: this.#members.map(({ expert, series, trial, ...member }) => ({
        ...member,
        expert: expert.save(),
        series: Float32Array.from(series),
        trial: trial && {
          place: trial.place,
          before: [...trial.before].map(([id, before]) => ({ id, expert: before.save() })),
        },
      })),
    };
  }

  /** Replaces the common start values; the learned state stays. */
  startFrom(start: Start): void {
    this.#start = start;
    this.#scores = null;
    for (const { expert } of this.#all()) expert.startFrom(start);
  }

  /** Whether the experts read features at present. */
  get bound(): boolean {
    return this.#matrix !== null;
  }

  /**
   * Reads out these features from now on.
   * @param history of all choices, from which the generalist learns new blocks
   * @param rowOf row of an item id
   */
  bind(matrix: FeatureMatrix, history: PastChoices, rowOf: ReadonlyMap<string, number>): void {
    this.#matrix = matrix;
    this.#scores = null;
    for (const { expert, generalist } of this.#all()) {
      if (generalist) expert.bind(matrix, history);
      else {
        const rows = expert.chosen.map(({ item }) => rowOf.get(item)).filter((row) => row !== undefined);
        expert.bind(matrix, { rows, strengths: rows.map(() => 1) });
      }
    }
  }

  /** Lets prices that changed be part of the features from now on. */
  update({ updateFeatures }: Pick<CatalogIndex, 'updateFeatures'>): void {
    if (!this.#matrix || !updateFeatures?.(this.#matrix)) return;
    this.#scores = null;
    for (const { expert } of this.#all()) expert.scores = null;
  }

  /** Stops reading features, which are about to change; the learned state stays. */
  unbind(): void {
    this.#matrix = null;
    this.#scores = null;
    for (const { expert } of this.#all()) expert.unbind();
  }

  /** Weights of the terms in the list; the weight of `preference` is 1. */
  get weights(): TermWeights {
    if (this.#members.length === 1) return this.#active.expert.weights;
    const weights = { ...this.#start.weights };
    const parts = this.#members.map(({ weight, expert }) => ({ weight, own: expert.weights }));
    for (const name of TERMS) weights[name] = parts.reduce((sum, { weight, own }) => sum + weight * own[name], 0);
    return { ...weights, preference: 1 };
  }

  /** What the read-outs of all experts add to every item's score, [count]; null without features. Not to be changed. */
  get scores(): Float32Array | null {
    if (!this.#matrix) return null;
    this.#scores ??= this.#mixedScores(this.#matrix.count);
    return this.#scores;
  }

  /** What each expert adds to the score of an item: its weight times its read-outs. They add up to `scores`. */
  contributionsOf(row: number): ExpertContribution[] {
    this.#readOut();
    return this.#members.map((member) => ({
      id: member.id,
      state: this.#stateOf(member),
      contribution: member.weight * (member.expert.scores?.[row] ?? 0),
      chosen: member.expert.chosen,
    }));
  }

  /** What each expert adds to every item's score, [count] each; they add up to `scores`. Empty without features. */
  get parts(): { id: number; scores: Float32Array }[] {
    this.#readOut();
    return this.#members.flatMap(({ id, weight, expert: { scores } }) =>
      scores ? [{ id, scores: scores.map((score) => weight * score) }] : [],
    );
  }

  get status(): ExpertStatus[] {
    return this.#members.map((member) => ({
      id: member.id,
      state: this.#stateOf(member),
      born: member.born.time,
      choices: member.expert.choices,
      share: member.weight,
      posterior: member.series.at(-1) ?? member.weight,
      history: [...member.series],
    }));
  }

  /**
   * Learns from one choice.
   * @param terms before it
   * @param time of the event, milliseconds since the epoch
   */
  learn(choice: Choice, terms: TermValues, time: number): Outcome {
    this.#readOut();
    this.#scores = null;
    const common = this.#termsOf(terms);
    const room = this.#roomFor(this.#members.length, common.count);
    const bases = common.sums(
      this.#members.map(({ expert }) => expert.estimating),
      room.map(({ base }) => base),
    );
    for (const base of bases) for (const row of choice.gone) base[row] = Number.NEGATIVE_INFINITY;
    const expected = this.#members.map((member, k) => ({
      member,
      ...member.expert.expect(bases[k], choice.row, room[k].shares),
    }));
    const learning = expected.filter(({ member }) => this.#learns(member));
    const shares = learning.map((own) => own.shares);
    const means = this.#matrix?.means(shares);
    const slopes = common.slopes(choice.row, shares);
    const losses = expected.map(({ loss }) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss));
    const visit = this.#beginsVisit(time);
    const weights = this.#members.map(({ weight }) => weight);
    const posterior = posteriorOf(visit ? shared(weights, VISITS.share) : weights, losses);
    const timed = { ...choice, time };
    let rejected = 0;
    for (const [n, expectation] of learning.entries()) {
      rejected += expectation.member.expert.learn(timed, expectation, means?.[n] ?? null, slopes[n]);
    }
    const kept = posterior !== null && this.#matrix !== null && this.#route(posterior.values, timed, visit);
    return { rejected, kept };
  }

  /** Learns from the first choice as if all items had been equally likely. */
  bootstrap(choice: Omit<Choice, 'gone'>, time: number): void {
    this.#scores = null;
    this.#active.born.time ??= time;
    for (const { expert } of this.#members) expert.bootstrap({ ...choice, time });
  }

  /** Learns from a dismissal: all experts do that learn choices. */
  dismiss(id: string, row: number): void {
    this.#scores = null;
    for (const member of this.#members) if (this.#learns(member)) member.expert.dismiss(id, row);
  }

  /** Reverts the remainder of a dismissal in every expert that learned it. */
  undoDismiss(id: string, row: number): void {
    this.#scores = null;
    for (const { expert } of this.#all()) expert.undoDismiss(id, row);
  }

  /** The item was chosen: its dismissal cannot be undone any more. */
  forgetDismissal(id: string): void {
    for (const { expert } of this.#all()) expert.forgetDismissal(id);
  }

  /** Of every expert, those put by included, whether it is the generalist or was it. */
  *#all(): Generator<{ expert: UserExpert; generalist: boolean }> {
    for (const { expert, kind, trial } of this.#members) {
      yield { expert, generalist: kind === 'generalist' };
      for (const [id, before] of trial?.before ?? []) {
        const generalist = this.#members.some((member) => member.id === id && member.kind === 'generalist');
        yield { expert: before, generalist };
      }
    }
  }

  #stateOf(member: Member): ExpertState {
    if (member.kind === 'candidate') return 'candidate';
    if (member.kind === 'generalist') return 'generalist';
    return member === this.#active ? 'active' : 'frozen';
  }

  #learns(member: Member): boolean {
    return member === this.#active || member.kind !== 'specialist';
  }

  /** Computes the read-outs that changed since the last time. */
  #readOut(): void {
    if (!this.#matrix) return;
    const stale = this.#members.map(({ expert }) => expert).filter((expert) => expert.scores === null);
    const scores = this.#matrix.readOut(stale.map(({ query }) => query));
    for (const [n, expert] of stale.entries()) expert.scores = scores[n];
  }

  #mixedScores(count: number): Float32Array {
    this.#readOut();
    const [{ expert }] = this.#members;
    if (this.#members.length === 1 && expert.scores) return expert.scores;
    const rows = Math.max(MAX_KEPT + CANDIDATES, this.#members.length);
    if (this.#parts?.count !== rows || this.#parts.width !== count) this.#parts = createMatrix(rows, count);
    const weights = new Float32Array(rows);
    for (let k = 0; k < rows; k++) {
      const scores = this.#members[k]?.expert.scores;
      if (scores) this.#parts.row(k).set(scores);
      else this.#parts.row(k).fill(0);
      weights[k] = this.#members[k]?.weight ?? 0;
    }
    return this.#parts.weightedSums([weights])[0];
  }

  #roomFor(experts: number, count: number): { base: Float32Array; shares: Float32Array }[] {
    if (this.#room[0]?.base.length !== count) this.#room = [];
    while (this.#room.length < experts) {
      this.#room.push({ base: new Float32Array(count), shares: new Float32Array(count) });
    }
    return this.#room;
  }

  /** The matrix of the terms, with these values. */
  #termsOf(values: TermValues): TermMatrix {
    const { length } = values.recent;
    if (this.#terms?.count !== length) this.#terms = new TermMatrix(length);
    this.#terms.set(values);
    return this.#terms;
  }

  /** Whether a choice at this time is the first of a visit other than the very first, if visits count. */
  #beginsVisit(time: number): boolean {
    if (!this.#start.visits) return false;
    // Every learning expert has the last choice; a profile stores its time.
    const last = this.#members.find(({ kind }) => kind === 'generalist')?.expert.chosen.at(-1)?.time ?? null;
    return last !== null && time - last > VISIT_PAUSE;
  }

  /**
   * @param visit whether the choice begins one
   * @returns whether a candidate was kept
   */
  #route(posterior: readonly number[], choice: Choice & { time: number }, visit: boolean): boolean {
    this.#choices++;
    const { share } = RULES;
    const keepAt = this.#start.visits ? VISITS.keepAt : MIN_POSTERIOR;
    const weights = shared(posterior, share);
    for (const [k, member] of this.#members.entries()) {
      member.weight = weights[k];
      member.mass = MASS_MEMORY * member.mass + posterior[k];
      member.series = [...member.series, rounded(posterior[k])].slice(-MAX_SERIES_LENGTH);
    }
    if (!this.#candidates) return false;
    const proved = this.#members.find(
      ({ kind, expert }, k) => kind === 'candidate' && posterior[k] > keepAt && expert.choices >= MIN_CHOICES,
    );
    if (proved) {
      this.#keep(proved);
      return true;
    }
    this.#activate(posterior);
    for (let place = 0; place < CANDIDATES; place++) {
      if (visit && place === 0) this.#bear(place, choice, VISITS.newborn);
      else if (this.#isDue(place)) this.#bear(place, choice, share);
    }
    return false;
  }

  /** Whether the trial of the candidate in a place is over, or, for an empty place, whether a new trial is due. */
  #isDue(place: number): boolean {
    const { trial } = RULES;
    const candidate = this.#members.find((member) => member.trial?.place === place);
    if (candidate) return this.#choices - candidate.born.choice >= trial;
    const since = this.#choices - (place * trial) / CANDIDATES;
    return since >= 0 && since % trial === 0;
  }

  /** Makes the most probable of the kept experts the active one. */
  #activate(posterior: readonly number[]): void {
    const probability = (member: Member): number => posterior[this.#members.indexOf(member)];
    const kept = this.#members.filter(({ kind }) => kind !== 'candidate');
    const best = kept.reduce((most, member) => (probability(member) > probability(most) ? member : most));
    if (!(probability(best) > probability(this.#active))) return;
    this.#active = best;
    // It learns from now on. Until then it was frozen, so this is how it was before every trial under way.
    if (best.kind !== 'specialist') return;
    for (const { trial } of this.#members) {
      if (trial && !trial.before.has(best.id)) trial.before.set(best.id, best.expert.snapshot());
    }
  }

  /**
   * Creates a candidate, which replaces the one whose trial is over. @param share of the posterior mass that it takes
   */
  #bear(place: number, choice: Choice & { time: number }, share: number): void {
    const { time } = choice;
    this.#members = this.#members.filter(({ trial }) => trial?.place !== place);
    this.#normalize();
    const expert = new UserExpert();
    expert.startFrom(this.#start);
    if (this.#matrix) expert.bind(this.#matrix, { rows: [], strengths: [] });
    expert.startAt(choice);
    const before = new Map([[this.#active.id, this.#active.expert.snapshot()]]);
    this.#added('candidate', expert, { choice: this.#choices, time }).trial = { place, before };
    const others = this.#members.slice(0, -1).map(({ weight }) => weight);
    const weights = withNewborn(others, share);
    for (const [k, member] of this.#members.entries()) member.weight = weights[k];
  }

  /** Keeps a candidate and makes it active; experts that learned from the choices of its trial are restored and frozen. */
  #keep(proved: Member): void {
    const { born, trial } = proved;
    proved.kind = 'specialist';
    proved.trial = null;
    this.#members = this.#members.filter(({ kind }) => kind !== 'candidate');
    for (const [id, before] of trial?.before ?? []) {
      const member = this.#members.find((one) => one.id === id);
      if (member?.kind === 'specialist') member.expert = before;
      // The generalist continues to learn. If it is the active one, its state before the trial becomes a separate expert.
      if (member?.kind === 'generalist' && member === this.#active) {
        this.#split(member, this.#added('specialist', before, born));
      }
    }
    this.#active = proved;
    this.#prune();
  }

  /** Gives an expert half of the weight and mass of another. */
  #split(from: Member, to: Member): void {
    for (const part of ['weight', 'mass'] as const) {
      from[part] /= 2;
      to[part] = from[part];
    }
  }

  /** Removes the experts of least posterior mass, but never the generalist or the active one. */
  #prune(): void {
    while (this.#members.length > RULES.kept) {
      const least = this.#members
        .filter((member) => member.kind !== 'generalist' && member !== this.#active)
        .reduce((one, other) => (other.mass < one.mass ? other : one));
      this.#members = this.#members.filter((member) => member !== least);
    }
    this.#normalize();
  }

  #normalize(): void {
    const weights = normalized(this.#members.map(({ weight }) => weight));
    for (const [k, member] of this.#members.entries()) member.weight = weights[k];
  }

  #added(kind: Member['kind'], expert: UserExpert, born: Member['born']): Member {
    const member: Member = { id: this.#next++, kind, born, expert, weight: 0, mass: 0, series: [], trial: null };
    this.#members.push(member);
    return member;
  }
}
