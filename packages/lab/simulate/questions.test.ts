import { describe, expect, it } from 'vitest';
import { FIGURES, type FigureName, type Interval } from './figures';
import { answerText, questionAnswers } from './questions';
import type { Simulation } from './result';

const NOTHING: Interval = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
const at = (mean: number, half = 0.01): Interval => ({ mean, low: mean - half, high: mean + half });
type Figures = Simulation['configurations'][number]['figures'];
const figures = (given: Partial<Record<FigureName, Interval>>): Figures => {
  const none = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, NOTHING])) as Figures;
  return { ...none, ...given };
};

/** A simulation of one figure: its value for each configuration, and the change of sidestream against the others. */
function simulation(
  figure: FigureName,
  own: number,
  others: Record<string, [value: number, change: Interval]>,
  more: Partial<Simulation> = {},
): Simulation {
  const configuration = (name: string, value: number) => ({
    name,
    figures: figures({ [figure]: at(value) }),
    fit: [],
    experts: [],
  });
  return {
    schema: 1,
    protocol: 'simulate',
    source: 'synthetic',
    sharedSecond: null,
    warnings: [],
    setting: '',
    seed: 1,
    shoppers: 4,
    items: 40,
    configurations: [
      configuration('sidestream', own),
      ...Object.entries(others).map(([name, [value]]) => configuration(name, value)),
    ],
    comparison: {
      of: 'sidestream',
      against: Object.entries(others).map(([name, [, change]]) => ({ name, changes: figures({ [figure]: change }) })),
    },
    closedLoop: [],
    timing: { seconds: 1, processes: 1, visitsPerSecond: 1, shoppersPerSecond: 1, updateMs: [] },
    ...more,
  };
}
const lines = (of: Simulation): string[] => questionAnswers(of).map(answerText);

describe('the answers of a simulation', () => {
  it('put the verdict in words before the numbers, clear from four standard errors of the paired difference on', () => {
    const oracle: [number, Interval] = [0, at(3, 0.1)];
    const fast = simulation('adaptation', 2.6, {
      popularity: [19.2, at(-16, 2)],
      content: [5.6, at(-3, 1.4)],
      oracle,
    });
    expect(lines(fast)).toEqual([
      'Follows a change of taste: clearly faster (3 choices against 6 with likeness and 19 with popular products).',
    ]);
    const [answer] = questionAnswers(
      simulation('adaptation', 2.6, { content: [3.4, at(-0.8, 0.6)], popularity: [19, at(-16, 2)] }),
    );
    expect(answer).toMatchObject({ verdict: 'faster' });
    // Rounded to whole numbers, two of the values would be the same.
    expect(answer.numbers).toBe('2.6 choices against 3.4 with likeness and 19.0 with popular products');
  });

  it('say where the learner is behind, by how much, and what favours the other', () => {
    const others: Record<string, [number, Interval]> = {
      popularity: [0.021, at(0.05)],
      content: [0.091, at(-0.017, 0.006)],
    };
    const [steady] = questionAnswers(simulation('steady', 0.074, others));
    expect(steady).toMatchObject({
      question: 'Steady taste',
      verdict: 'clearly behind likeness here, clearly ahead of popular products',
      numbers:
        'by 1.7 ± 0.6 points; 7.4 % in the first ten against 9.1 % with likeness and 2.1 % with popular products',
    });
    expect(steady.caveat).toContain('Simulated tastes are made of the same texts');
    expect(questionAnswers(simulation('steady', 0.074, others, { source: 'log' }))[0].caveat).toBeNull();
    const behind = simulation('hr10', 0.07, { content: [0.09, at(-0.02, 0.015)], popularity: [0.1, at(-0.03)] });
    expect(questionAnswers(behind)[0]).toMatchObject({ verdict: 'behind' });
  });

  it('claim nothing that may be chance', () => {
    const open = simulation('hr10', 0.07, { content: [0.09, at(-0.02, 0.03)], popularity: [0.06, at(0.01, 0.02)] });
    const [answer] = questionAnswers(open);
    expect(answer).toMatchObject({ verdict: 'no measurable difference' });
    expect(answer.caveat).toContain('simulate more');
    // A single shopper has no error.
    const single = { mean: 0.5, low: Number.NaN, high: Number.NaN };
    expect(questionAnswers(simulation('hr10', 0.6, { content: [0.1, single] }))[0]).toMatchObject({
      verdict: 'no measurable difference',
    });
  });

  it('compare with what was simulated, and say nothing without the learner', () => {
    const [answer] = questionAnswers(simulation('hr10', 0.07, { random: [0.01, at(0.06)], oracle: [0.2, at(-0.1)] }));
    expect(answer.verdict).toBe('clearly ahead of random order');
    const comparison = { of: 'sidestream', against: [] };
    expect(questionAnswers(simulation('hr10', 0.07, {}, { comparison }))).toEqual([]);
  });

  it('name the variety of the closed loop, and the time of learning', () => {
    const loop = (change: Interval): Simulation['closedLoop'] => {
      const figuresOf = (gini: Interval) => ({ coverage: NOTHING, gini, topDecile: NOTHING });
      const rounds = Array.from({ length: 8 }, () => figuresOf(at(0.4)));
      return [{ name: 'sidestream', rounds, change: figuresOf(change), againstRandom: null }];
    };
    const of = (change: Interval, p95: number) =>
      lines(
        simulation(
          'hr10',
          0.07,
          {},
          {
            closedLoop: loop(change),
            timing: {
              seconds: 1,
              processes: 1,
              visitsPerSecond: 1,
              shoppersPerSecond: 1,
              updateMs: [{ name: 'sidestream', median: 1.23, p95 }],
            },
          },
        ),
      );
    expect(of(at(0.005, 0.01), 4)).toEqual([
      'Variety of the choices, if the shop learns from its own lists: does not narrow measurably (Gini coefficient +0.005 ± 0.010 in 8 rounds).',
      'Time to learn a choice: too short to notice (1.2 ms on this machine; 95 % of the choices within 4.0 ms).',
    ]);
    expect(of(at(0.05), 80).map((line) => line.split(' (')[0].split(': ')[1])).toEqual([
      'narrows',
      'long enough to notice on this machine',
    ]);
  });
});
