import { expect, it } from 'vitest';
import { type LearnerOptions, sharedLearning } from '../../../src/device/learner';
import { evaluatedCatalog, shoppersBySteps } from '../../../testing/evaluated-shop';
import { evaluateDevice } from './device';
import type { RankedStream } from './measurement';
import { learnerMethod } from './methods';

const catalog = evaluatedCatalog();
const shoppers = shoppersBySteps([5, 7]);
const METHODS: Record<string, LearnerOptions> = {
  whole: {},
  'one-expert': { newborn: 0 },
  terms: { experts: false },
};
const ranksWith = (shared: LearnerOptions): Map<string, RankedStream[]> => {
  const methods = Object.entries(METHODS).map(([name, own]) =>
    learnerMethod({ name, catalog, options: { ...shared, ...own } }),
  );
  return new Map(evaluateDevice({ shoppers, methods, from: 3 }).map(({ name, streams }) => [name, streams]));
};

it('sharing work does not change the results of learners', () => {
  const [wanted, shared] = [ranksWith({}), sharedLearning()];
  expect(ranksWith(shared)).toEqual(wanted);
  // The methods must differ, otherwise the comparison would be meaningless.
  const names = [...wanted.keys()].filter((name) => name !== 'one-expert');
  expect(new Set(names.map((name) => JSON.stringify(wanted.get(name)))).size).toBe(names.length);
  expect(ranksWith(shared)).toEqual(wanted);
});

it('computes the features that experts read, and the terms of a history, once', () => {
  const { featuresOf, termsOf } = sharedLearning();
  const { index } = catalog;
  expect(featuresOf(index)).toBe(featuresOf(index));
  const seen: { values: unknown; rows: string }[] = [];
  const options: LearnerOptions = {
    experts: false,
    termsOf(of, sources) {
      const values = termsOf(of, sources);
      seen.push({ values, rows: sources.history.rows.join() });
      return values;
    },
  };
  const methods = ['first', 'second'].map((name) => learnerMethod({ name, catalog, options }));
  evaluateDevice({ shoppers: shoppers.slice(0, 1), methods, from: 3 });
  const valuesOf = (rows: string): Set<unknown> =>
    new Set(seen.filter((one) => one.rows === rows).map(({ values }) => values));
  for (const { rows } of seen) expect(valuesOf(rows).size).toBe(1);
});
