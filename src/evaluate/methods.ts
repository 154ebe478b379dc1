import type { BaseScorer } from '../base-model';
import type { LearnerSettings } from '../catalog';
import { Anchor, Learner, type LearnerCatalog, type LearnerOptions } from '../learner';
import { type CatalogIndex, rankOf, scores, type TermWeights } from '../ranking';
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
export function baseMethod({ index, table }: LearnerCatalog, model: BaseScorer, name = 'base'): DeviceMethod {
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
          // Other methods may have the same scores.
          const score = (await model.scores(user, embedded)).slice();
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

/** How the list of a learner is made of what it has learned, which depends on neither. */
export interface LearnerList extends Pick<LearnerOptions, 'anchor' | 'coldStart'> {
  name: string;
  /** How it learns, as far as that is not as in every shop; lists of one method differ in the anchor's alone. */
  settings?: LearnerSettings;
}

/** The parts of the learner that a method uses. */
export interface LearnerMethod {
  catalog: LearnerCatalog;
  /** One or more, with a name each. */
  lists: readonly LearnerList[];
  /** How it learns: ablations differ in this. */
  options: Omit<LearnerOptions, 'anchor' | 'coldStart'>;
  /** The shop's base model, if it has one. */
  base?: BaseScorer;
  /** Called with what a stream taught, at its end. */
  onEnd?(learner: Learner): void;
}

/** The learner as it runs in the worker, event by event. Its lists are what as many learners would show. */
export function learnerMethod({ catalog, lists, options, base, onEnd }: LearnerMethod): DeviceMethod {
  const { index } = catalog;
  // A list without a lift of its own has the shop's, which the learner then knows.
  const [first, ...others] = lists.toSorted(
    (a, b) => Number(a.coldStart !== undefined) - Number(b.coldStart !== undefined),
  );
  return {
    name: first.name,
    others: others.map(({ name }) => name),
    start() {
      const { name: _, ...list } = first;
      const tuning = { base: base !== undefined, settings: first.settings ?? {} };
      const learner = new Learner(catalog, { ...options, ...list, tuning });
      const further = others.map((other) => new FurtherList(learner, index, other, base !== undefined));
      // Started here, waited for before the first ranking.
      const ready = base ? learner.useBase(base) : Promise.resolve();
      let id = 0;
      return {
        async scores() {
          await ready;
          await learner.prepare();
          return scores(learner.terms, learner.weights);
        },
        otherScores: () => further.map((other) => other.scores),
        async observe(row, time) {
          await ready;
          await learner.prepare();
          for (const other of further) other.note(row);
          learner.observe({ id: ++id, type: 'click', itemId: index.items[row].id, time });
        },
        close: () => onEnd?.(learner),
      };
    },
  };
}

/** Another list of what a learner has learned, with an anchor of its own, as the learner notes it. */
class FurtherList {
  readonly #anchor = new Anchor();

  constructor(
    private readonly learner: Learner,
    private readonly index: CatalogIndex,
    private readonly list: LearnerList,
    private readonly hasBase: boolean,
  ) {}

  get scores(): Float32Array {
    const weights = this.#learned;
    const { anchor = true, settings = {} } = this.list;
    // The record of the learner's own list is that of every list with the same lift.
    const record = this.list.coldStart === undefined ? this.learner.anchor : this.#anchor;
    const more = anchor && this.hasBase ? record.weightBy(settings) : 0;
    const anchored = { ...weights, base: weights.base + more, popularity: weights.popularity + more };
    return scores(this.learner.terms, anchored);
  }

  /** Notes the ranks of a choice before it is learned. */
  note(row: number): void {
    const { rows } = this.learner.history;
    if (!this.hasBase || this.list.coldStart === undefined || rows.length === 0 || rows.includes(row)) return;
    const { terms } = this.learner;
    const alone = terms.base.map((score, item) => score + this.index.logPopularity[item]);
    this.#anchor.note(rankOf(scores(terms, this.#learned), row, rows), rankOf(alone, row, rows));
  }

  get #learned(): TermWeights {
    const { learnedWeights } = this.learner;
    const { coldStart = learnedWeights.coldStart } = this.list;
    return { ...learnedWeights, coldStart };
  }
}
