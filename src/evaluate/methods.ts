import { Learner, type LearnerCatalogue, type LearnerOptions } from '../learner';
import { scores, termValues } from '../ranking';
import type { DeviceMethod } from './device';

/** The same list for everybody. @param popularity one value per item */
export function popularityMethod(popularity: Float32Array): DeviceMethod {
  return { name: 'popularity', start: () => ({ scores: () => popularity, observe() {}, close() {} }) };
}

/** Mean content similarity to the last `k` chosen items. */
export function contentKnnMethod({ index }: LearnerCatalogue, k = 10): DeviceMethod {
  return {
    name: 'content-knn',
    start() {
      const rows: number[] = [];
      return {
        scores() {
          const sum = new Float32Array(index.items.length);
          for (const row of rows.slice(-k)) {
            const similar = index.similar.to(row);
            for (let i = 0; i < sum.length; i++) sum[i] += similar[i];
          }
          return sum;
        },
        observe(row) {
          rows.push(row);
        },
        close() {},
      };
    },
  };
}

/** What of the learner a method uses. */
export interface LearnerMethod {
  name: string;
  catalogue: LearnerCatalogue;
  options: LearnerOptions;
  /** Whether the experts train; without them the personal terms are alone. */
  experts: boolean;
}

/** The learner as it runs in the worker, event by event. */
export function learnerMethod({ name, catalogue, options, experts }: LearnerMethod): DeviceMethod {
  const { index } = catalogue;
  return {
    name,
    start() {
      const learner = new Learner(catalogue, options);
      let id = 0;
      return {
        scores() {
          const { taste, weights, experts: embeddings } = learner.state;
          return scores(termValues(index, taste, embeddings), weights);
        },
        async observe(row, time) {
          learner.observe({ id: ++id, type: 'click', itemId: index.items[row].id, time });
          if (experts && learner.trainingDue) await learner.train();
        },
        close: () => learner.dispose(),
      };
    },
  };
}
