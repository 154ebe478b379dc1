import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openFolder } from '../build';
import { contentBlend } from '../catalog';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../learner';
import { catalogIndex, rank } from '../ranking';

const demo = fileURLToPath(new URL('../../public/bundle', import.meta.url));
/** Kinds of products that a shopper may turn to: broad categories of the demo shop. */
const KINDS = ['Food', 'Toys', 'Models', 'Home', 'Clothing', 'Sport'];
/** Choices of one kind before the shopper turns to another. */
const PHASE = 20;
const LIMIT = 10;

async function demoCatalog(): Promise<LearnerCatalog> {
  const { items, features, manifest } = await openFolder(demo);
  const blend = contentBlend(manifest);
  return { index: catalogIndex(items, features, blend), table: features, blend };
}

/** Places of the first ten that have the first kind again, after each of 5 choices that return to it from the second. */
function returned(catalog: LearnerCatalog, [first, second]: readonly string[], options: Partial<LearnerOptions>) {
  const { items } = catalog.index;
  const isOf = (kind: string, row: number): boolean => items[row].category.startsWith(`${kind}/`);
  const chosen = (kind: string, count: number): number[] => {
    const rows = [...items.keys()].filter((row) => isOf(kind, row));
    // One after another in the catalogue would be of one narrow category.
    return Array.from({ length: count }, (_, n) => rows[(7 * n) % rows.length]);
  };
  const learner = new Learner(catalog, { seed: 1, ...options });
  let id = 0;
  const choose = (row: number): void => learner.observe({ id: ++id, type: 'click', itemId: items[row].id, time: id });
  const places = (): number => {
    const request = { placement: 'for-you', row: null, limit: LIMIT, exclude: new Set<number>() } as const;
    return rank(catalog.index, learner.state, request).filter(({ row }) => isOf(first, row)).length;
  };
  const all = chosen(first, PHASE + 5);
  for (const row of [...all.slice(0, PHASE), ...chosen(second, PHASE)]) choose(row);
  const before = places();
  const after = all.slice(PHASE).map((row) => {
    choose(row);
    return places();
  });
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
  'a preference that returns is listed within 5 choices, sooner than with one expert or none (skipped without the demo bundle: npm start -- --bundle-only)',
  async () => {
    const catalog = await demoCatalog();
    const changes = KINDS.flatMap((first) => KINDS.filter((kind) => kind !== first).map((second) => [first, second]));
    const of = (options: Partial<LearnerOptions>) => changes.map((kinds) => returned(catalog, kinds, options));
    const routed = of({});
    // Under this policy one expert learns; another is made when the experts of the ladders have trained.
    const one = of({ policy: 'paper' });
    const none = of({ experts: false });
    for (const { before, after } of routed) {
      expect(before).toBe(0);
      expect(after[4]).toBeGreaterThanOrEqual(0.8 * LIMIT);
    }
    const second = (found: typeof routed): number[] => found.map(({ after }) => after[1]);
    expect(standardErrors(second(routed), second(one))).toBeGreaterThan(2);
    expect(standardErrors(second(routed), second(none))).toBeGreaterThan(2);
  },
  120_000,
);
