import type { BaseModel } from '../base-model';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../learner';
import { scores } from '../ranking';
import type { DeviceMethod } from './device';

/** The same list for every shopper. @param popularity one value per item */
export function popularityMethod(popularity: Float32Array, name = 'popularity'): DeviceMethod {
  return { name, start: () => ({ scores: () => popularity, observe() {}, close() {} }) };
}

/** Mean content similarity to the last `k` chosen items. */
export function contentKnnMethod({ index }: LearnerCatalog, k = 10): DeviceMethod {
  return {
    name: 'content-knn',
    start() {
      const rows: number[] = [];
      return {
        scores() {
          const sum = new Float32Array(index.items.length);
          for (const row of rows.slice(-k)) {
            const similar = index.similarities.similaritiesTo(row);
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

/** The base model alone, with the catalogue's log popularity added: the same for every shopper with the same history. */
export function baseMethod({ index, table }: LearnerCatalog, model: BaseModel, name = 'base'): DeviceMethod {
  let items: Promise<Float32Array> | undefined;
  return {
    name,
    start() {
      const rows: number[] = [];
      return {
        async scores() {
          items ??= model.embedItems(table);
          const embedded = await items;
          const user = await model.userVectors([Int32Array.from(rows)], embedded);
          const score = await model.scores(user, embedded);
          for (let i = 0; i < score.length; i++) score[i] += index.logPopularity[i];
          return score;
        },
        observe(row) {
          rows.push(row);
        },
        close() {},
      };
    },
  };
}

/** The parts of the learner that a method uses. */
export interface LearnerMethod {
  name: string;
  catalog: LearnerCatalog;
  /** What and how it learns: ablations differ in these. */
  options: LearnerOptions;
  /** The shop's base model, if it has one. */
  base?: BaseModel;
}

/** The learner as it runs in the worker, event by event. */
export function learnerMethod({ name, catalog, options, base }: LearnerMethod): DeviceMethod {
  const { index } = catalog;
  return {
    name,
    start() {
      const learner = new Learner(catalog, options);
      // Started here, waited for before the first ranking.
      const ready = base ? learner.useBase(base) : Promise.resolve();
      let id = 0;
      return {
        async scores() {
          await ready;
          await learner.prepare();
          return scores(learner.terms, learner.weights);
        },
        async observe(row, time) {
          await ready;
          await learner.prepare();
          learner.observe({ id: ++id, type: 'click', itemId: index.items[row].id, time });
          if (learner.trainingDue) await learner.train();
          await learner.completeTraining();
        },
        close: () => learner.dispose(),
      };
    },
  };
}
