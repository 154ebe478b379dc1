import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COOCCURRENCE, catalog, state, WEIGHTS } from '../../../../testing/rankings';
import { sideModel } from '../../../../testing/side-models';
import { productOf } from '../placement';
import { type RankRequest, rank } from '../rank';
import { scores, type TermWeights } from '../score';
import { TERMS, termValues } from '../terms/terms';

const LIST: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };
const COUNT = 8;
/** Single precision, and similarities of 8 bits. */
const ROUNDING = 1e-3;

it('names the past product without which the score of the card falls most, for any history and shop', () => {
  const row = fc.nat(COUNT - 1);
  const item = fc.record({
    category: fc.constantFrom('Flowers/Roses', 'Flowers/Dried', 'Coffee', 'Coffee/Filter|Gifts', ''),
    price: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    group: fc.constantFrom(undefined, undefined, 'a', 'b'),
  });
  const weightsOf = fc.array(fc.constantFrom(0, 0.2, 1, 5), { minLength: TERMS.length, maxLength: TERMS.length });
  let named = 0;
  fc.assert(
    fc.property(
      fc.array(item, { minLength: COUNT, maxLength: COUNT }),
      fc.array(fc.tuple(row, fc.constantFrom(1, 2, 4)), { minLength: 1, maxLength: 30 }),
      weightsOf,
      fc.boolean(),
      fc.boolean(),
      (items, choices, factors, withTable, withSide) => {
        const index = catalog(items, withTable ? COOCCURRENCE : null, withSide ? sideModel(COUNT) : null);
        const product = productOf(index);
        const weights: TermWeights = { ...WEIGHTS };
        for (const [n, name] of TERMS.entries()) weights[name] *= factors[n];
        const shopperOf = (kept: typeof choices) => ({
          ...state({ rows: kept.map(([at]) => at), strengths: kept.map(([, strength]) => strength) }),
          weights,
        });
        const score = (kept: typeof choices): Float32Array =>
          scores(termValues(index, shopperOf(kept)), { ...weights, popularity: 0, coldStart: 0 });
        const whole = score(choices);
        const falls = new Map(
          choices.map(([past]) => {
            const rest = score(choices.filter(([other]) => product(other) !== product(past)));
            return [product(past), whole.map((value, at) => value - rest[at])];
          }),
        );
        for (const { row: card, reason } of rank(index, shopperOf(choices), { ...LIST, rules: { excludeRecent: 0 } })) {
          const [, title] = /^Because you looked at “(.*)”$/.exec(reason) ?? [];
          if (title === undefined) continue;
          named++;
          const cause = product(index.items.findIndex((one) => one.title === title));
          expect(cause).not.toBe(product(card));
          const fall = falls.get(cause)?.[card] ?? Number.NaN;
          expect(fall).toBeGreaterThan(-ROUNDING);
          for (const [other, values] of falls)
            if (other !== product(card)) expect(fall).toBeGreaterThan(values[card] - ROUNDING);
        }
      },
    ),
    { seed: 5, numRuns: 150 },
  );
  expect(named).toBeGreaterThan(300);
});
