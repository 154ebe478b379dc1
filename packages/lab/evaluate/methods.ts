import { Learner, type LearnerCatalog, type LearnerOptions } from '../../../src/device/learner';
import { inListOrder, MAX_HISTORY, scores, sideScores } from '../../../src/device/ranking';
import { invalidInput } from '../../../src/error';
import type { DeviceMethod } from './device';
import type { ChoiceHistory } from './leave-one-out/split';

/** A method without a state of its own: its scores depend only on the choices so far, oldest first. */
export const historyMethod = (
  name: string,
  scoresOf: (rows: readonly number[], times: readonly number[]) => Float32Array,
): DeviceMethod => ({
  name,
  start() {
    const [rows, times]: [number[], number[]] = [[], []];
    return {
      scores: () => scoresOf(rows, times),
      observe(row, time) {
        rows.push(row);
        times.push(time);
      },
    };
  },
});

/** Sums of the content similarity to the last ten of some rows. */
export function contentScores({ index }: LearnerCatalog, rows: readonly number[]): Float32Array {
  const sum = new Float32Array(index.items.length);
  for (const row of rows.slice(-10)) {
    const similar = index.similarities.similaritiesTo(row);
    for (let i = 0; i < sum.length; i++) sum[i] += similar[i];
  }
  return sum;
}

/** Only the shop's side model: no personal weights and no experts. */
export const sideMethod = ({ index }: LearnerCatalog): DeviceMethod =>
  historyMethod('side', (all, times) => {
    if (!index.side) return index.logPopularity;
    const rows = [...new Set(all)].slice(-MAX_HISTORY);
    return sideScores(index.side, { rows, orders: rows.map((row) => times[all.indexOf(row)]) });
  });

/** The parts of the learner that a method uses. */
export interface LearnerMethod {
  name: string;
  catalog: LearnerCatalog;
  /** How it learns; ablations differ in this. */
  options?: LearnerOptions;
  /** Whether departments share the first places, as in `for-you`. Default true. */
  sharesPlaces?: boolean;
  /** Whether the weights are those of lists that may repeat. Default false. */
  repeats?: boolean;
}

/** The learner as it runs in the worker, event by event. */
export function learnerMethod({
  name,
  catalog,
  options = {},
  sharesPlaces = true,
  repeats,
}: LearnerMethod): DeviceMethod {
  const { index } = catalog;
  return {
    name,
    start() {
      const learner = new Learner(catalog, options);
      let id = 0;
      return {
        scores(now) {
          const own = scores(learner.terms, learner.weightsAt(now, repeats));
          return sharesPlaces ? inListOrder(index, learner.history, own) : own;
        },
        observe(row, time) {
          learner.observe({ id: ++id, type: 'click', itemId: index.items[row].id, time });
        },
      };
    },
  };
}

/** A method's scores of all items after the choices of a history. */
export function scoresAfter(method: DeviceMethod, { rows, times, next }: ChoiceHistory): Float32Array {
  const run = method.start();
  for (const [n, row] of rows.entries()) run.observe(row, times[n]);
  return Float32Array.from(run.scores(next));
}

/** Names of the wanted methods, or `all`; if absent, all. */
interface Wanted {
  methods?: readonly string[];
}

/** Whether a method is wanted: by name, or because none is named. */
export const isWanted = ({ methods }: Wanted, name: string): boolean =>
  !methods || methods.includes('all') || methods.includes(name);

/**
 * The wanted methods, in the order of the names; the reference always is one.
 * @param kind what the methods are called
 * @throws SidestreamError `runtime/invalid-input` if one is unknown
 */
export function wantedMethods<Name extends string>(
  wanted: Wanted,
  names: readonly Name[],
  reference?: Name,
  kind = 'method',
): Name[] {
  const unknown = wanted.methods?.find((name) => name !== 'all' && !names.some((one) => one === name));
  if (unknown === undefined) return names.filter((name) => name === reference || isWanted(wanted, name));
  throw invalidInput(`There is no ${kind} ${unknown} here; choose of all, ${names.join(', ')}.`);
}
