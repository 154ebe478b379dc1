import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { LearnerCatalog, LearnerOptions } from '../../../src/device/learner';
import { demoCatalog, PAIRS, traceTurns } from '../../../testing/returning-shopper';

const demo = fileURLToPath(new URL('../../../public/bundle', import.meta.url));
/** Choices of one kind before the shopper turns to another. */
const PHASE = 20;
const LIMIT = 10;

/** Places of the first ten that have the first kind again, after each of 5 choices that return to it from the second. */
function returned(catalog: LearnerCatalog, kinds: readonly [string, string], options: LearnerOptions) {
  const steps = traceTurns(catalog, { kinds, choices: [PHASE, PHASE, 5] }, options, 2 * PHASE);
  const [before, ...after] = steps.map(({ places }) => places[0]);
  return { before, after };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Mean of the differences, in standard errors. */
function standardErrors(values: readonly number[], reference: readonly number[]): number {
  const differences = values.map((value, n) => value - reference[n]);
  const center = mean(differences);
  const variance = differences.reduce((sum, one) => sum + (one - center) ** 2, 0) / (differences.length - 1);
  return variance === 0 ? 0 : center / Math.sqrt(variance / differences.length);
}

it.skipIf(!existsSync(demo))(
  'a returning preference is listed within 5 choices, sooner than with one expert or none (skipped without the demo bundle: npm start -- --bundle-only)',
  async () => {
    const catalog = await demoCatalog(demo);
    const of = (options: LearnerOptions) => PAIRS.map((kinds) => returned(catalog, kinds, options));
    const routed = of({});
    const one = of({ newborn: 0 });
    const none = of({ experts: false });
    for (const { before, after } of routed) {
      // The first kind has left the list, but for a stray product.
      expect(before).toBeLessThanOrEqual(0.2 * LIMIT);
      expect(after[4]).toBeGreaterThanOrEqual(0.7 * LIMIT);
    }
    expect(mean(routed.map(({ after }) => after[4]))).toBeGreaterThanOrEqual(0.9 * LIMIT);
    const early = (found: typeof routed): number[] => found.map(({ after }) => after[0] + after[1]);
    expect(standardErrors(early(routed), early(one))).toBeGreaterThan(2);
    expect(standardErrors(early(routed), early(none))).toBeGreaterThan(2);
  },
  120_000,
);
