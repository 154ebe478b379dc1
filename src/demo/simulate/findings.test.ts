import { describe, expect, it } from 'vitest';
import type { Interval, Simulation } from '../../lab/simulate';
import { FIGURES } from '../../lab/simulate/figures';
import { findings } from './findings';

const NOTHING: Interval = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
const at = (mean: number, error = 0.01): Interval => ({ mean, low: mean - error, high: mean + error });
type Figures = Simulation['configurations'][number]['figures'];
const figures = (given: Partial<Figures>): Figures => {
  const none = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, NOTHING])) as Figures;
  return { ...none, ...given };
};

/** A simulation with these configurations. @param against changes of HR@10 of sidestream */
function simulation(given: Record<string, Partial<Figures>>, against: Record<string, Interval> = {}): Simulation {
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
    configurations: Object.entries(given).map(([name, own]) => ({
      name,
      figures: figures(own),
      fit: [],
      experts: [],
    })),
    comparison: {
      of: 'sidestream',
      against: Object.entries(against).map(([name, hr10]) => ({ name, changes: figures({ hr10 }) })),
    },
    closedLoop: [],
    timing: {
      seconds: 1,
      processes: 1,
      visitsPerSecond: 1,
      shoppersPerSecond: 1,
      updateMs: [{ name: 'sidestream', median: 1.23, p95: 4 }],
    },
  };
}

describe('findings', () => {
  it('say how often each list contained the wanted item, how the lists followed a change, and what learning took', () => {
    const learner = { hr10: at(0.312), adaptation: at(3.14), returned: at(1.2) };
    const other = { hr10: at(0.121), adaptation: at(20), returned: at(19.5) };
    const all = { random: { hr10: at(0.01) }, popularity: other, sidestream: learner };
    expect(findings(simulation(all, { random: at(0), popularity: at(0.19) }))).toEqual([
      'Lists that learn had the wanted product among their first ten in 31.2 % of the choices, lists of popular products in 12.1 %.',
      'When a taste changed from one choice to the next, they followed after 3.1 choices on average, lists of popular products after 20.0.',
      'When an old taste came back, they followed after 1.2 choices on average, lists of popular products after 19.5.',
      'Learning a choice took 1.2 ms in this browser.',
    ]);
  });

  it('say where others are ahead, where a difference may be chance, and nothing about lists that were not simulated', () => {
    const all = { popularity: { hr10: at(0.1) }, content: { hr10: at(0.32) }, sidestream: { hr10: at(0.31) } };
    const shares =
      'Lists that learn had the wanted product among their first ten in 31.0 % of the choices, lists of popular products in 10.0 %, lists of products similar to the last choices in 32.0 %.';
    expect(findings(simulation(all, { popularity: at(0.2), content: at(-0.01, 0.005) }))[0]).toBe(shares);
    expect(findings(simulation(all, { popularity: at(0.2), content: at(-0.01, 0.02) }))[0]).toBe(
      `${shares} With so few shoppers, the difference from lists of products similar to the last choices may be chance: simulate more.`,
    );
    expect(findings(simulation({ oracle: { hr10: at(0.9) }, sidestream: { hr10: at(0.31) } }))[0]).toBe(
      'Lists that learn had the wanted product among their first ten in 31.0 % of the choices.',
    );
  });

  it('claim no learning if no learning list was simulated', () => {
    const found = findings(simulation({ random: { hr10: at(0.01) }, popularity: { hr10: at(0.12) } }));
    expect(found).toEqual([
      'Of the products that shoppers looked for, the first ten had: lists in random order in 1.0 %, lists of popular products in 12.0 %. Choose “sidestream” too, to see what learning adds.',
    ]);
  });
});
