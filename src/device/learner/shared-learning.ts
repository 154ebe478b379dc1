import { kept } from '../../core/common/grouped';
import { type CatalogIndex, finiteValues, type TermValues, termValues } from '../ranking';
import { featureMatrix, type LearnerOptions } from './learner';

/** Memory for results that other methods may request again, bytes. */
const MAX_BYTES = 128 * 2 ** 20;

/** The most recently requested results by key: methods replay the same shopper one after another. */
class LatestResults<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  /** @param bytes size of one result */
  constructor(bytes: number) {
    this.#most = Math.max(4, Math.floor(MAX_BYTES / Math.max(1, bytes)));
  }

  get(key: string, make: () => T): T {
    const found = this.#known.get(key) ?? make();
    // Re-inserting makes the map's order the order of use.
    this.#known.delete(key);
    this.#known.set(key, found);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most) this.#known.delete(oldest);
    return found;
  }
}

/** Parts of a learner that other learners may share. */
export type SharedLearning = Required<Pick<LearnerOptions, 'featuresOf' | 'termsOf'>>;

/**
 * Data that learners of one catalogue may share: the features that experts read, and the terms that depend only on the history.
 */
export function sharedLearning(): SharedLearning {
  const matrices = new WeakMap<CatalogIndex, ReturnType<typeof featureMatrix>>();
  let known: LatestResults<TermValues> | null = null;
  return {
    featuresOf: (index) => kept(matrices, index, () => featureMatrix(index)),
    termsOf(index, sources) {
      const { history, residualScores } = sources;
      const alone = { ...sources, residualScores: null };
      known ??= new LatestResults(4 * Object.keys(termValues(index, alone)).length * index.items.length);
      const key = [history.rows, history.strengths, history.orders, [...history.dismissed]].join(';');
      const values = known.get(key, () => termValues(index, alone));
      return residualScores ? { ...values, preference: finiteValues(residualScores) } : values;
    },
  };
}
