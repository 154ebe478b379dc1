import { Learner, type LearnerCatalog, type LearnerOptions } from '../../device/learner';
import { inListOrder, MAX_HISTORY, scores, sideScores } from '../../device/ranking';
import type { DeviceMethod } from './device';
import type { ChoiceHistory } from './leave-one-out/split';

/** The same list for every shopper. @param popularity one value per item */
export function popularityMethod(popularity: Float32Array, name = 'popularity'): DeviceMethod {
  return { name, start: () => ({ scores: () => popularity, observe() {} }) };
}

/** Sums of the content similarity to the last ten of some rows. */
export function contentScores({ index }: LearnerCatalog, rows: readonly number[]): Float32Array {
  const sum = new Float32Array(index.items.length);
  for (const row of rows.slice(-10)) {
    const similar = index.similarities.similaritiesTo(row);
    for (let i = 0; i < sum.length; i++) sum[i] += similar[i];
  }
  return sum;
}

/** Content similarity to the last ten chosen items. */
export function contentKnnMethod(catalog: LearnerCatalog): DeviceMethod {
  return {
    name: 'content-knn',
    start() {
      const rows: number[] = [];
      return {
        scores: () => contentScores(catalog, rows),
        observe(row) {
          rows.push(row);
        },
      };
    },
  };
}

/** Only the shop's side model: no personal weights and no experts. */
export function sideMethod({ index }: LearnerCatalog): DeviceMethod {
  return {
    name: 'side',
    start() {
      const [rows, orders]: number[][] = [[], []];
      const last = () => ({ rows: rows.slice(-MAX_HISTORY), orders: orders.slice(-MAX_HISTORY) });
      return {
        scores: () => (index.side ? sideScores(index.side, last()) : index.logPopularity),
        observe(row, time) {
          if (rows.includes(row)) return;
          rows.push(row);
          orders.push(time);
        },
      };
    },
  };
}

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
