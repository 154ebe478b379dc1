import { VISIT_PAUSE } from '../../../core/events';
import { type SideState, TERMS, type TermValues, type TermWeights } from '../../ranking';
import { type Situation, START, type Start } from '../personal-weights';
import { TermMatrix } from '../term-values';
import { ExpertMembers } from './expert-members';
import type { FeatureMatrix } from './feature-matrix';
import { posteriorOf } from './fixed-share-router';
import type { ChosenItem, StoredMixture } from './stored-experts';
import { type Choice, type PastChoices, UserExpert } from './user-expert';

/** Side states after choices of one shopper. */
export interface ShopperStates {
  /** After all of them. */
  all: SideState;
  /** After some of them. */
  after(chosen: readonly ChosenItem[]): SideState;
}

/**
 * The experts of one shopper and their router. The list sums their scores by their weights; because they share one history,
 * that is one weight for each term, and one sum of read-outs.
 *
 * The generalist, the active expert and the candidates learn every choice; the other experts are frozen: see `ExpertMembers`.
 */
export class ExpertMixture {
  readonly #members = new ExpertMembers();
  #start: Start = START;
  #matrix: FeatureMatrix | null = null;
  #states: ShopperStates | null = null;
  #terms: TermMatrix | null = null;
  #scores: Float32Array | null = null;

  restore(stored: StoredMixture): void {
    this.#members.restore(stored);
    this.unbind();
    this.#states = null;
    this.startFrom(this.#start);
  }

  save(): StoredMixture {
    return this.#members.save();
  }

  startFrom(start: Start): void {
    this.#start = start;
    this.#scores = null;
    for (const { expert } of this.#members.each()) expert.startFrom(start);
  }

  /** Whether the shop found that read-outs do not pay: then only the weights are learned. */
  get off(): boolean {
    return this.#start.weights.preference === 0;
  }

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
    for (const { expert, generalist } of this.#members.each()) {
      if (generalist) expert.bind(matrix, history);
      else {
        const rows = expert.chosen.map(({ item }) => rowOf.get(item)).filter((row) => row !== undefined);
        expert.bind(matrix, { rows, strengths: rows.map(() => 1) });
      }
    }
  }

  /** Side states after the shopper's choices; null without a side model. */
  set states(states: ShopperStates | null) {
    if (states === this.#states) return;
    this.#states = states;
    this.#scores = null;
    for (const { kind, expert } of this.#members.list)
      expert.side = states && {
        all: states.all,
        own: kind === 'generalist' ? states.all : states.after(expert.chosen),
      };
  }

  /** Stops reading features, which are about to change; the learned state stays. */
  unbind(): void {
    this.#matrix = null;
    this.#scores = null;
    for (const { expert } of this.#members.each()) expert.unbind();
  }

  /** Weights of the terms. @param situation of the list. Default: within a visit */
  weightsAt(situation?: Situation): TermWeights {
    const parts = this.#members.list.map(({ weight, expert }) => ({ weight, own: expert.weightsAt(situation) }));
    const [{ own: weights }] = parts;
    if (parts.length === 1) return weights;
    const { preference } = weights;
    for (const name of TERMS) weights[name] = parts.reduce((sum, { weight, own }) => sum + weight * own[name], 0);
    // The same for all experts; the sum would round it.
    return { ...weights, preference };
  }

  /** Contribution of all experts' read-outs to every item's score, [count]; null without features. Not to be changed. */
  get scores(): Float32Array | null {
    if (!this.#matrix) return null;
    this.#scores ??= this.#mixedScores(this.#matrix.count);
    return this.#scores;
  }

  /** Contribution of each expert to the score of an item: its weight times its read-outs. They add up to `scores`. */
  contributionsOf(row: number) {
    this.#readOut();
    return this.#members.list.map((member) => ({
      id: member.id,
      state: this.#members.stateOf(member),
      contribution: member.weight * (member.expert.scores?.[row] ?? 0),
      chosen: member.expert.chosen,
    }));
  }

  get status() {
    return this.#members.list.map((member) => ({
      id: member.id,
      state: this.#members.stateOf(member),
      born: member.born.time,
      choices: member.expert.choices,
      share: member.weight,
    }));
  }

  /** @param terms values before the choice @returns number of dropped updates, and whether a candidate was kept */
  learn(choice: Choice, terms: TermValues): { rejected: number; kept: boolean } {
    const matrix = this.#matrix;
    this.#readOut();
    this.#scores = null;
    const common = this.#termsOf(terms);
    const weighing = this.#members.list.map(({ expert }) => expert.estimating(choice.opens === true));
    const bases = common.sums(weighing);
    for (const base of bases) for (const row of choice.gone) base[row] = Number.NEGATIVE_INFINITY;
    const expected = this.#members.list.map((member, k) => ({
      member,
      ...member.expert.expect(bases[k], choice.row, weighing[k].preference),
    }));
    const losses = expected.map(({ loss }) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss));
    const visit = this.#beginsVisit(choice.time);
    const posterior = posteriorOf(this.#members.weightsBefore(visit), losses);
    // The choice is learned by the expert that explains it best.
    if (posterior) this.#members.activate(posterior);
    const learning = expected.filter(({ member }) => this.#members.learns(member));
    const shares = learning.map((own) => own.shares);
    const means = matrix?.means(shares);
    const slopes = common.slopes(choice.row, shares);
    let rejected = 0;
    for (const [n, expectation] of learning.entries()) {
      rejected += expectation.member.expert.learn(choice, expectation, means?.[n] ?? null, slopes[n]);
    }
    if (!posterior || !matrix) return { rejected, kept: false };
    const made = (): UserExpert => {
      const expert = new UserExpert();
      expert.startFrom(this.#start);
      expert.bind(matrix, { rows: [], strengths: [] });
      return expert;
    };
    return { rejected, kept: this.#members.route(posterior, choice, { visit, start: this.#start, made }) };
  }

  /** Learns from the first choice as if all items had been equally likely. */
  bootstrap(choice: Omit<Choice, 'gone'>): void {
    this.#scores = null;
    this.#members.active.born.time ??= choice.time;
    for (const member of this.#members.list) if (this.#members.learns(member)) member.expert.bootstrap(choice);
  }

  dismiss(id: string, row: number): void {
    this.#scores = null;
    for (const member of this.#members.list) if (this.#members.learns(member)) member.expert.dismiss(id, row);
  }

  undoDismiss(id: string, row: number): void {
    this.#scores = null;
    for (const { expert } of this.#members.each()) expert.undoDismiss(id, row);
  }

  /** The item was chosen: its dismissal cannot be undone any more. */
  forgetDismissal(id: string): void {
    for (const { expert } of this.#members.each()) expert.forgetDismissal(id);
  }

  #readOut(): void {
    if (!this.#matrix) return;
    const stale = this.#members.list.map(({ expert }) => expert).filter((expert) => expert.scores === null);
    const scores = this.#matrix.readOut(stale.map(({ query }) => query));
    for (const [n, expert] of stale.entries()) expert.scores = scores[n];
  }

  #mixedScores(count: number): Float32Array {
    this.#readOut();
    const [{ expert }] = this.#members.list;
    if (this.#members.list.length === 1 && expert.scores) return expert.scores;
    const mixed = new Float32Array(count);
    for (const { weight, expert: other } of this.#members.list) {
      const { scores } = other;
      if (scores) for (let row = 0; row < count; row++) mixed[row] += weight * scores[row];
    }
    return mixed;
  }

  #termsOf(values: TermValues): TermMatrix {
    const { length } = values.recent;
    if (this.#terms?.count !== length) this.#terms = new TermMatrix(length);
    this.#terms.set(values);
    return this.#terms;
  }

  /** Whether a choice at this time is the first of a visit other than the very first. */
  #beginsVisit(time: number): boolean {
    // Every learning expert has the last choice; a profile stores its time.
    const last = this.#members.list.find(({ kind }) => kind === 'generalist')?.expert.chosen.at(-1)?.time ?? null;
    return last !== null && time - last > VISIT_PAUSE;
  }
}
