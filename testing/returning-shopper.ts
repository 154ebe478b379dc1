import { openFolder } from '../packages/cli/bundler';
import { contentBlend } from '../src/core/catalog';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../src/device/learner';
import { catalogIndex, rank } from '../src/device/ranking';

/** Kinds of products that a shopper may turn to: broad categories of the demo shop. */
const KINDS = ['Food', 'Toys', 'Models', 'Home', 'Clothing', 'Sport'];
/** Every kind, each with every other kind to turn to. */
export const PAIRS = KINDS.flatMap((first) =>
  KINDS.filter((kind) => kind !== first).map((second) => [first, second] as const),
);

/** A simulated shopper who wants products of one kind, the next day of another, and the day after of the first again. */
export interface Turns {
  /** Top categories: the first taste, and the taste in between. */
  kinds: readonly [string, string];
  /** Choices of each turn. */
  choices: readonly [number, number, number];
}

/** The learner's state after the choices so far. */
export interface TraceStep {
  /** Number of items of each kind among the first ten of the shopper's list. */
  places: [number, number];
  /** Probability of each expert, by its id; candidates, which are on trial, count together. They add up to 1. */
  experts: ReadonlyMap<number, number>;
  candidates: number;
}

const LIMIT = 10;
const DAY = 24 * 3600 * 1000;
/** Neighbours in the catalogue are alike: consecutive ones would be of one narrow category. */
const STRIDE = 7;

/**
 * Replays the shopper's choices in the learner that runs in browsers.
 * @param from number of choices before the first step that is returned: a list for each one takes most of the time
 * @returns a step before the first choice, and one after each
 */
export function traceTurns(
  catalog: LearnerCatalog,
  { kinds, choices }: Turns,
  options: LearnerOptions = {},
  from = 0,
): TraceStep[] {
  const { items } = catalog.index;
  const isOf = (kind: string, row: number): boolean => items[row].category.startsWith(`${kind}/`);
  const rowsOf = (kind: string): number[] => {
    const rows = [...items.keys()].filter((row) => isOf(kind, row));
    return rows.map((_, n) => rows[(STRIDE * n) % rows.length]);
  };
  const [first, second] = kinds.map(rowsOf);
  const [one, two, three] = choices;
  const learner = new Learner(catalog, options);
  const step = (): TraceStep => {
    const request = { placement: 'for-you', row: null, limit: LIMIT, exclude: new Set<number>() } as const;
    const rows = rank(catalog.index, learner.stateAt(), request).map(({ row }) => row);
    const count = (kind: string): number => rows.filter((row) => isOf(kind, row)).length;
    const { experts } = learner.status;
    const onTrial = experts.filter(({ state }) => state === 'candidate');
    return {
      places: [count(kinds[0]), count(kinds[1])],
      experts: new Map(experts.filter((expert) => !onTrial.includes(expert)).map(({ id, share }) => [id, share])),
      candidates: onTrial.reduce((sum, { share }) => sum + share, 0),
    };
  };
  const steps = from === 0 ? [step()] : [];
  const chosen = [...first.slice(0, one), ...second.slice(0, two), ...first.slice(one, one + three)];
  for (const [at, row] of chosen.entries()) {
    const turn = Number(at >= one) + Number(at >= one + two);
    learner.observe({ id: at + 1, type: 'click', itemId: items[row].id, time: turn * DAY + at + 1 });
    if (at + 1 >= from) steps.push(step());
  }
  return steps;
}

/** @param folder of a bundle, such as the demo's */
export async function demoCatalog(folder: string): Promise<LearnerCatalog> {
  const bundle = await openFolder(folder);
  const { items, features, manifest } = bundle;
  const blend = contentBlend(manifest);
  const cooccurrence = await bundle.cooccurrence();
  return { index: catalogIndex(items, features, blend, { cooccurrence }), table: features, blend };
}
