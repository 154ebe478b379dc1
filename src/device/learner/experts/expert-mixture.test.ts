import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/common/random';
import { TERMS, type TermValues } from '../../ranking';
import { NEWBORN, START_WEIGHTS } from '../personal-weights';
import { ExpertMixture } from './expert-mixture';
import { FeatureMatrix } from './feature-matrix';
import { mixtureSchema } from './stored-experts';
import type { Choice } from './user-expert';

const GROUPS = 4;
const COUNT = 100 * GROUPS;

/** One block of features. @param values [count * width] */
function matrixOf(width: number, values: number[], rate = 1): FeatureMatrix {
  const one = new Float32Array(width).fill(1);
  const name = `content ${width}`;
  const block = { name, key: name, width, rate, values: Float32Array.from(values) };
  return new FeatureMatrix({
    count: values.length / width,
    blocks: [
      {
        ...block,
        center: new Float32Array(width),
        scale: one,
        states: [{ decay: null, gain: one }],
        digits: null,
      },
    ],
  });
}
/** Items of four groups, `row % 4`, which differ in one direction each. */
const GROUPED = Array.from(
  { length: COUNT * GROUPS },
  (_, at) => Number(Math.floor(at / GROUPS) % GROUPS === at % GROUPS) - 0.25,
);
const grouped = matrixOf(
  GROUPS,
  GROUPED,
  // Slow enough that an expert needs several choices for another preference
  0.1,
);
const silent = (count: number) =>
  Object.fromEntries(TERMS.map((name) => [name, new Float32Array(count)])) as TermValues;
const idOf = (row: number): string => `item-${row}`;
const rowOf = new Map(Array.from({ length: COUNT }, (_, row) => [idOf(row), row]));

/** A shopper who chooses items of the catalogue, each at most once. */
class Shopper {
  readonly mixture: ExpertMixture;
  readonly seen: number[];
  readonly terms = silent(COUNT);
  time = 0;

  constructor(candidates = true, seen: number[] = [], { matrix = grouped, weight = 0.75 } = {}) {
    this.mixture = new ExpertMixture();
    const newborn = candidates ? NEWBORN : 0;
    this.mixture.startFrom({ weights: { ...START_WEIGHTS, preference: weight }, fading: 0.04, needed: 0.3, newborn });
    this.mixture.bind(matrix, { rows: [], strengths: [] }, rowOf);
    this.seen = [...seen];
  }

  choice(row: number, time: number): Choice {
    const seen = new Set(this.seen);
    return { id: idOf(row), row, gone: [...seen], strength: 1, time };
  }

  /** Chooses the next items of a group. @returns whether an expert was kept */
  choose(group: number, times = 1): boolean {
    let kept = false;
    for (let n = 0; n < times; n++) {
      const row = this.#next(group);
      const choice = this.choice(row, ++this.time);
      if (this.seen.length === 0) this.mixture.bootstrap(choice);
      else kept = this.mixture.learn(choice, this.terms).kept || kept;
      this.seen.push(row);
    }
    return kept;
  }

  /** Share of the probability that items of a group have in the list. */
  share(group: number): number {
    const { scores } = this.mixture;
    const exp = [...(scores ?? [])].map(Math.exp);
    const total = exp.reduce((sum, value) => sum + value, 0);
    return exp.reduce((sum, value, row) => sum + (row % GROUPS === group ? value : 0), 0) / total;
  }

  get states(): string[] {
    return this.mixture.status.map(({ state }) => state);
  }

  #next(group: number): number {
    for (let row = group; ; row += GROUPS) if (!this.seen.includes(row)) return row;
  }
}

/** Prefers group 0, then group 1. */
function changed(candidates = true): Shopper {
  const shopper = new Shopper(candidates);
  shopper.choose(0, 30);
  shopper.choose(1, 25);
  return shopper;
}

describe('ExpertMixture', () => {
  it('learns as computed by hand', () => {
    const mixture = new ExpertMixture();
    mixture.startFrom({ weights: { ...START_WEIGHTS, preference: 4 }, fading: 0.1, needed: 0.3, newborn: NEWBORN });
    mixture.bind(matrixOf(1, [1, -1, 0]), { rows: [], strengths: [] }, rowOf);
    mixture.bootstrap({ id: 'a', row: 0, strength: 1, time: 1 });
    // u = 1, weight 4: scores 4, -4, 0.
    expect([...(mixture.scores ?? [])]).toEqual([4, -4, 0]);
    mixture.learn({ id: 'c', row: 2, gone: [0], strength: 1, time: 2 }, silent(3));
    // p = 0.01799, 0.98201; the gradient of u is 0.01799, that of theta 4 * 0.01799 = 0.07194.
    const [{ expert, ...member }] = mixture.save().members;
    const { theta, squares, readout } = expert.blocks['content 1'];
    expect(readout[0]).toBeCloseTo(0.9 + 0.0179862, 6);
    expect(squares).toBeCloseTo(0.0719448 ** 2, 7);
    expect(theta).toBeCloseTo(0.2, 5);
    expect(mixture.scores?.[1]).toBeCloseTo(-4 * Math.exp(0.2) * 0.9179862, 4);
    expect(member).toMatchObject({ weight: 1, mass: expect.closeTo(1.98, 9) });
  });

  it('adds up logits by the weights of the experts, for terms and read-outs', () => {
    const shopper = changed();
    const { mixture } = shopper;
    const { members } = mixture.save();
    expect(members.length).toBeGreaterThan(2);
    for (const name of ['recent', 'popularity'] as const) {
      const mean = members.reduce(
        (sum, { weight, expert }) => sum + weight * START_WEIGHTS[name] * Math.exp(expert.weights.theta[name]),
        0,
      );
      expect(mixture.weightsAt()[name]).toBeCloseTo(mean, 9);
    }
    expect(mixture.weightsAt().preference).toBe(1);
    for (const row of [0, 1, 2, 77]) {
      const parts = mixture.contributionsOf(row);
      expect(parts.map(({ id }) => id)).toEqual(members.map(({ id }) => id));
      for (const [k, { contribution }] of parts.entries()) {
        const { theta, readout } = members[k].expert.blocks['content 4'];
        const own = 0.75 * Math.exp(theta) * readout.reduce((sum, value, d) => sum + value * grouped.row(row)[d], 0);
        expect(contribution).toBeCloseTo(members[k].weight * own, 5);
      }
      expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(mixture.scores?.[row] ?? 0, 4);
    }
  });

  it('creates a candidate every 5 choices, alternating between two places, for 10 choices', () => {
    const shopper = new Shopper();
    shopper.choose(0, 1);
    const born: number[][] = [];
    for (let n = 1; n <= 26; n++) {
      // No preference at all: no candidate is kept.
      expect(shopper.choose(n % GROUPS)).toBe(false);
      born.push(
        shopper.mixture
          .save()
          .members.slice(1)
          .map(({ born: { choice } }) => choice),
      );
    }
    expect([born[3], born[4], born[9], born[14], born[25]]).toEqual([[], [5], [5, 10], [10, 15], [20, 25]]);
    const [, candidate] = shopper.mixture.status;
    expect(candidate).toMatchObject({ state: 'candidate', choices: 6, born: 21 });
  });

  it('keeps at most four experts', () => {
    const shopper = new Shopper();
    for (let n = 0; n < 12; n++) shopper.choose(n % GROUPS, 20);
    expect(shopper.states.filter((state) => state !== 'candidate')).toHaveLength(4);
  });

  it('keeps a candidate that proves right, and restores and freezes the expert before it', () => {
    const shopper = new Shopper();
    shopper.choose(0, 30);
    const { mixture } = shopper;
    let before = mixture.save();
    let choices = 0;
    while (!shopper.choose(1) && choices++ < 20) before = mixture.save();
    const after = mixture.save();
    const proved = after.members.find(({ id }) => id === after.active);
    const candidate = before.members.find(({ id }) => id === after.active);
    expect(candidate?.kind).toBe('candidate');
    expect(proved).toMatchObject({ kind: 'specialist', trial: null });
    expect(candidate?.expert.choices).toBeGreaterThanOrEqual(3);
    // The generalist was the active one: it continued to learn, and its state before the trial is a separate expert.
    expect(candidate?.trial?.before.map(({ id }) => id)).toEqual([0]);
    expect(shopper.states.sort()).toEqual(['active', 'frozen', 'generalist']);
    const frozen = after.members.find(({ id }) => id !== 0 && id !== after.active);
    expect(frozen?.expert).toEqual(candidate?.trial?.before[0].expert);
    expect(frozen?.weight).toBeCloseTo(after.members[0].weight, 12);
    expect(after.members[0].expert.choices).toBe(shopper.seen.length);
    // It learns no choice, and the next expert restores the one that is active now.
    const active = after.active;
    shopper.choose(1, 12);
    expect(mixture.save().members.find(({ id }) => id === frozen?.id)?.expert).toEqual(frozen?.expert);
    // The next candidate is born from the first choice of another group.
    while (mixture.save().choices % 10 !== 9) shopper.choose(1);
    choices = 0;
    do before = mixture.save();
    while (!shopper.choose(2) && choices++ < 20);
    const later = mixture.save();
    const trial = before.members.find(({ id }) => id === later.active)?.trial;
    expect(trial?.before.map(({ id }) => id)).toContain(active);
    for (const { id, expert } of trial?.before ?? []) {
      if (id !== 0) expect(later.members.find((member) => member.id === id)?.expert).toEqual(expert);
    }
  });

  it('keeps no candidate before it has learned four choices, however right it is', () => {
    const shopper = new Shopper(true, [], { matrix: matrixOf(GROUPS, GROUPED), weight: 8 });
    const choices: (number | undefined)[] = [];
    // A long preference, and another one in every visit after it.
    shopper.choose(0, 30);
    for (let n = 0; n < 100; n++) {
      if (n % 10 === 0) shopper.time += 3_600_000;
      const before = shopper.mixture.save().members;
      if (!shopper.choose(1 + (Math.floor(n / 10) % (GROUPS - 1)))) continue;
      const { active } = shopper.mixture.save();
      choices.push(before.find(({ id }) => id === active)?.expert.choices);
    }
    // The choice after which it is kept is one more.
    expect(Math.min(...choices.map(Number))).toBe(3);
  });

  it('lists items of an old preference within 5 choices after it returned', () => {
    const [routed, alone] = [changed(), changed(false)];
    for (const shopper of [routed, alone]) expect(shopper.share(0)).toBeLessThan(0.4);
    const frozen = routed.mixture.status.find(({ state }) => state === 'frozen');
    for (const shopper of [routed, alone]) shopper.choose(0, 5);
    const returned = routed.mixture.status.find(({ id }) => id === frozen?.id);
    expect(returned?.state).toBe('active');
    expect(returned?.share).toBeGreaterThan(0.5);
    // Only one expert has learned the other preference meanwhile.
    expect(routed.share(0)).toBeGreaterThan(1.2 * alone.share(0));
  });

  it('keeps at most four experts, and prunes the one with the smallest weight', () => {
    const shopper = new Shopper();
    let removed = 0;
    for (let n = 0; n < 12; n++) {
      for (let m = 0; m < 20; m++) {
        const before = shopper.mixture.save();
        const kept = shopper.choose([0, 1, 2, 3, 1, 0][n % 6]);
        const after = v.parse(mixtureSchema, shopper.mixture.save());
        const gone = before.members.filter(
          ({ id, kind }) => kind === 'specialist' && !after.members.some((member) => member.id === id),
        );
        if (!kept) expect(gone).toEqual([]);
        // An expert that learns during a trial can be restored, even if it became the active one meanwhile.
        const active = after.members.find(({ id }) => id === after.active);
        for (const { trial } of active?.kind === 'specialist' ? after.members : []) {
          if (trial) expect(trial.before.map(({ id }) => id)).toContain(after.active);
        }
        for (const { mass } of gone) {
          removed++;
          const others = after.members.filter(({ id, kind }) => kind === 'specialist' && id !== after.active);
          // Masses have faded by one choice since.
          for (const other of others) expect(0.98 * mass).toBeLessThanOrEqual(other.mass);
        }
      }
    }
    expect(removed).toBeGreaterThan(0);
    expect(shopper.mixture.save().members[0].kind).toBe('generalist');
  });

  it('continues from its stored form without a difference', () => {
    const random = seededRandom(5);
    const shopper = changed();
    for (let n = 0; n < 12; n++) {
      const other = new Shopper(true, shopper.seen);
      other.time = shopper.time;
      const stored = v.parse(mixtureSchema, structuredClone(shopper.mixture.save()));
      other.mixture.restore(stored);
      other.mixture.bind(grouped, { rows: [], strengths: [] }, rowOf);
      expect(other.mixture.save()).toEqual(stored);
      const group = Math.floor(GROUPS * random());
      for (const one of [shopper, other]) one.choose(group, 4);
      expect(other.mixture.save()).toEqual(shopper.mixture.save());
      expect(other.mixture.scores).toEqual(shopper.mixture.scores);
      expect(other.mixture.status).toEqual(shopper.mixture.status);
    }
  });

  it('learns a dismissal in all learning experts, and reverts it in them and in their snapshots', () => {
    const shopper = changed();
    const { mixture } = shopper;
    const plain = new Shopper(true, shopper.seen);
    plain.mixture.restore(mixture.save());
    plain.mixture.bind(grouped, { rows: [], strengths: [] }, rowOf);
    const readouts = (one: ExpertMixture) =>
      one.save().members.map(({ expert }) => [...expert.blocks['content 4'].readout]);
    const before = readouts(mixture);
    mixture.dismiss(idOf(99), 99);
    const states = shopper.states;
    expect(states).toContain('frozen');
    for (const [k, values] of readouts(mixture).entries()) {
      if (states[k] === 'frozen') expect(values).toEqual(before[k]);
      else expect(values).not.toEqual(before[k]);
    }
    const putBy = () => mixture.save().members.flatMap(({ trial }) => trial?.before ?? []);
    // The next candidate keeps a copy of the active expert, including the dismissal.
    while (!putBy().some(({ expert }) => expert.dismissed.length > 0)) shopper.choose(1);
    mixture.undoDismiss(idOf(99), 99);
    expect(mixture.save().members.every(({ expert }) => expert.dismissed.length === 0)).toBe(true);
    expect(putBy().every(({ expert }) => expert.dismissed.length === 0)).toBe(true);
    // Without the dismissal, the same choices give the same experts.
    plain.choose(1, shopper.seen.length - plain.seen.length);
    for (const [k, values] of readouts(plain.mixture).entries()) {
      for (const [d, value] of values.entries()) expect(readouts(mixture)[k][d]).toBeCloseTo(value, 1);
    }
  });

  it('names the states of its experts, when they were born and their parts in the list', () => {
    const shopper = new Shopper();
    expect(shopper.mixture.status).toEqual([{ id: 0, state: 'generalist', born: null, choices: 0, share: 1 }]);
    for (let n = 0; n < 260; n++) shopper.choose(n % GROUPS);
    const { status } = shopper.mixture;
    expect(status[0].born).toBe(1);
    expect(status[0].choices).toBe(260);
    const { members } = shopper.mixture.save();
    expect(status.map(({ share }) => share)).toEqual(members.map(({ weight }) => weight));
  });

  it('finds no probability if no expert has one, and changes nothing', () => {
    const shopper = changed();
    const before = shopper.mixture.save();
    const terms = { ...shopper.terms, recent: new Float32Array(COUNT).fill(Number.NaN) };
    const { rejected, kept } = shopper.mixture.learn(shopper.choice(3, 1), terms);
    expect([rejected, kept]).toEqual([shopper.states.filter((state) => state !== 'frozen').length, false]);
    expect(shopper.mixture.save()).toEqual(before);
  });

  it('creates no candidates if disabled', () => {
    const shopper = new Shopper(false);
    shopper.choose(0, 10);
    expect(shopper.choose(1, 30)).toBe(false);
    expect(shopper.states).toEqual(['generalist']);
  });
});

describe('a visit', () => {
  const DAY = 24 * 3600 * 1000;
  /** Turns from group 0 to group 1 after 30 choices, with or without a night in between. */
  const turned = (pause: number): Shopper => {
    const shopper = new Shopper();
    shopper.choose(0, 33);
    shopper.time += pause;
    shopper.choose(1);
    return shopper;
  };

  it('begins with a candidate from its first choice, with more mass than other candidates', () => {
    const born = (shopper: Shopper) => shopper.mixture.save().members.find(({ trial }) => trial?.place === 0);
    expect(born(turned(0))?.born.choice).toBe(30);
    const candidate = born(turned(DAY));
    expect([candidate?.born.choice, candidate?.expert.choices, candidate?.weight]).toEqual([
      33,
      0,
      expect.closeTo(0.2),
    ]);
    const longer = turned(DAY);
    longer.choose(1, 3);
    expect(born(longer)?.born.choice).toBe(33);
  });

  it('may follow another preference: its first choice brings back the expert that fits it', () => {
    const [same, next] = [0, DAY].map((pause) => {
      const shopper = changed();
      const frozen = shopper.mixture.status.find(({ state }) => state === 'frozen')?.id;
      shopper.time += pause;
      shopper.choose(0);
      return shopper.mixture.status.find(({ id }) => id === frozen)?.share ?? 0;
    });
    expect(next).toBeGreaterThan(same);
  });

  it('is known after a reload', () => {
    const shopper = turned(0);
    const copy = new ExpertMixture();
    copy.startFrom({ weights: { ...START_WEIGHTS, preference: 0.75 }, fading: 0.04, needed: 0.3, newborn: NEWBORN });
    copy.restore(structuredClone(shopper.mixture.save()));
    copy.bind(grouped, { rows: [], strengths: [] }, rowOf);
    const choice = shopper.choice(2, shopper.time + DAY);
    for (const mixture of [shopper.mixture, copy]) mixture.learn(choice, shopper.terms);
    expect(copy.save()).toEqual(shopper.mixture.save());
  });
});
