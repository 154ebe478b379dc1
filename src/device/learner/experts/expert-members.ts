import type { ExpertState } from '../../ranking';
import { CANDIDATES, MASS_MEMORY, MAX_KEPT } from '../limits';
import type { Start } from '../personal-weights';
import { normalized, shared, withNewborn } from './fixed-share-router';
import type { StoredMixture } from './stored-experts';
import { type Choice, UserExpert } from './user-expert';

/** The choices that a candidate needs to be kept, and the choices after which its trial is over. */
const TRIAL = { choices: 4, length: 10 };
/** Share of the kept experts' mass that is spread over them before the first choice of a visit, which may follow any of them. */
const VISIT_SHARE = 0.8;
/** Share of the posterior mass that a candidate takes which is born at the first choice of a visit. */
const NEWBORN_OF_VISIT = 0.2;
/** Posterior probability above which a candidate is kept that was born at the first choice of a visit. */
const KEEP_ABOVE = 0.3;

export interface Member {
  readonly id: number;
  kind: 'generalist' | 'specialist' | 'candidate';
  readonly born: { choice: number; time: number | null };
  expert: UserExpert;
  /** Its part in the next list: all add up to 1. */
  weight: number;
  /** Discounted sum of its posteriors. */
  mass: number;
  /** The trial of a candidate; null for all other experts. */
  trial: Trial | null;
}

interface Trial {
  /** Index of the candidate, from 0: candidates are born at different times. */
  readonly place: number;
  /** Posterior probability above which it is kept. */
  readonly needed: number;
  /** Other experts as they were before they learned from the choices of the trial, by id. */
  readonly before: Map<number, UserExpert>;
}

/**
 * The experts of a mixture, and their birth, keeping, freezing and removal. A candidate starts from one choice beside the
 * active expert: at every tenth choice, and at the first of a visit. If it becomes probable enough, it is
 * kept and active, and the previously active expert is restored to its state before the trial and frozen. The active expert
 * is the most probable of the kept ones, so a frozen expert returns when its kind of choices does.
 */
export class ExpertMembers {
  #members: Member[] = [];
  active: Member;
  #choices = 0;
  #next = 0;

  constructor() {
    this.active = this.#added('generalist', new UserExpert(), { choice: 0, time: null });
    this.active.weight = 1;
    this.active.mass = 1;
  }

  get list(): readonly Member[] {
    return this.#members;
  }

  restore({ choices, next, active, members }: StoredMixture): void {
    this.#choices = choices;
    this.#next = next;
    this.#members = members.map(({ expert, trial, ...member }) => ({
      ...member,
      expert: UserExpert.restore(expert),
      trial: trial && {
        ...trial,
        before: new Map(trial.before.map(({ id, expert: before }) => [id, UserExpert.restore(before)])),
      },
    }));
    this.active = this.#members.find(({ id }) => id === active) ?? this.#members[0];
  }

  save(): StoredMixture {
    return {
      choices: this.#choices,
      next: this.#next,
      active: this.active.id,
      members: this.#members.map(({ expert, trial, ...member }) => ({
        ...member,
        expert: expert.save(),
        trial: trial && {
          ...trial,
          before: [...trial.before].map(([id, before]) => ({ id, expert: before.save() })),
        },
      })),
    };
  }

  /** Every expert, including states before a trial, and whether it is, or was, the generalist. */
  *each(): Generator<{ expert: UserExpert; generalist: boolean }> {
    for (const { expert, kind, trial } of this.#members) {
      yield { expert, generalist: kind === 'generalist' };
      for (const [id, before] of trial?.before ?? []) {
        const generalist = this.#members.some((member) => member.id === id && member.kind === 'generalist');
        yield { expert: before, generalist };
      }
    }
  }

  stateOf(member: Member): ExpertState {
    if (member.kind === 'candidate') return 'candidate';
    if (member.kind === 'generalist') return 'generalist';
    return member === this.active ? 'active' : 'frozen';
  }

  learns(member: Member): boolean {
    return member === this.active || member.kind !== 'specialist';
  }

  /** The weight of each expert before a choice, adding up to 1. @param visit whether the choice begins one */
  weightsBefore(visit: boolean): number[] {
    const weights = this.#members.map(({ weight }) => weight);
    if (!visit) return weights;
    const kept = this.#members.filter(({ kind }) => kind !== 'candidate');
    const even = kept.reduce((sum, { weight }) => sum + weight, 0) / kept.length;
    return this.#members.map(({ kind, weight }) =>
      kind === 'candidate' ? weight : weight + VISIT_SHARE * (even - weight),
    );
  }

  /**
   * Weighs the experts after a choice; keeps a candidate that proved itself, removes experts, and begins trials that are due.
   * @param visit whether the choice begins one
   * @param start of new experts
   * @param made makes an expert that has learned nothing
   * @returns whether a candidate was kept
   */
  route(
    posterior: readonly number[],
    choice: Choice,
    { visit, start, made }: { visit: boolean; start: Pick<Start, 'needed' | 'newborn'>; made(): UserExpert },
  ): boolean {
    this.#choices++;
    const weights = shared(posterior);
    for (const [k, member] of this.#members.entries()) {
      member.weight = weights[k];
      member.mass = MASS_MEMORY * member.mass + posterior[k];
    }
    if (start.newborn === 0) return false;
    const proved = this.#members.find(
      ({ trial, expert }, k) => trial !== null && posterior[k] > trial.needed && expert.choices >= TRIAL.choices,
    );
    if (proved) {
      this.#keep(proved);
      return true;
    }
    for (let place = 0; place < CANDIDATES; place++) {
      if (visit && place === 0) this.#bear(place, made(), choice, { needed: KEEP_ABOVE, newborn: NEWBORN_OF_VISIT });
      else if (this.#isDue(place)) this.#bear(place, made(), choice, start);
    }
    return false;
  }

  /** Whether the trial of the candidate in a place is over, or, for an empty place, whether a new trial is due. */
  #isDue(place: number): boolean {
    const candidate = this.#members.find((member) => member.trial?.place === place);
    if (candidate) return this.#choices - candidate.born.choice >= TRIAL.length;
    const since = this.#choices - (place * TRIAL.length) / CANDIDATES;
    return since >= 0 && since % TRIAL.length === 0;
  }

  /** Makes the most probable of the kept experts the active one. */
  activate(posterior: readonly number[]): void {
    const probability = (member: Member): number => posterior[this.#members.indexOf(member)];
    const kept = this.#members.filter(({ kind }) => kind !== 'candidate');
    const best = kept.reduce((most, member) => (probability(member) > probability(most) ? member : most));
    if (!(probability(best) > probability(this.active))) return;
    this.active = best;
    // It learns from now on. Until then it was frozen, so this is how it was before every trial under way.
    if (best.kind !== 'specialist') return;
    for (const { trial } of this.#members) {
      if (trial && !trial.before.has(best.id)) trial.before.set(best.id, best.expert.snapshot());
    }
  }

  /** Creates a candidate, which replaces the one whose trial is over. */
  #bear(
    place: number,
    expert: UserExpert,
    choice: Choice,
    { needed, newborn }: Pick<Start, 'needed' | 'newborn'>,
  ): void {
    this.#members = this.#members.filter(({ trial }) => trial?.place !== place);
    this.#normalize();
    expert.startAt(choice);
    const before = new Map([[this.active.id, this.active.expert.snapshot()]]);
    this.#added('candidate', expert, { choice: this.#choices, time: choice.time }).trial = { place, needed, before };
    const others = this.#members.slice(0, -1).map(({ weight }) => weight);
    const weights = withNewborn(others, newborn);
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
      if (member?.kind === 'generalist' && member === this.active) {
        const { weight, mass } = member;
        const half = { weight: weight / 2, mass: mass / 2 };
        Object.assign(member, half);
        Object.assign(this.#added('specialist', before, born), half);
      }
    }
    this.active = proved;
    this.#prune();
  }

  /** Removes the experts of least posterior mass, but never the generalist or the active one. */
  #prune(): void {
    while (this.#members.length > MAX_KEPT) {
      const least = this.#members
        .filter((member) => member.kind !== 'generalist' && member !== this.active)
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
    const member: Member = { id: this.#next++, kind, born, expert, weight: 0, mass: 0, trial: null };
    this.#members.push(member);
    return member;
  }
}
