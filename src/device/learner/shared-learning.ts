import { kept } from '../../core/common/grouped';
import { type CatalogIndex, finiteValues, TERMS, type TermValues, termValues } from '../ranking';
import { featureMatrix, type LearnerOptions } from './learner';

/** Memory for values of terms that other methods may request again, bytes: they replay the same shopper one after another. */
const MAX_BYTES = 128 * 2 ** 20;

/** Parts of a learner that other learners may share. */
export type SharedLearning = Required<Pick<LearnerOptions, 'featuresOf' | 'termsOf'>>;

/**
 * Data that learners of one catalogue may share: the features that experts read, and the terms that depend only on the history.
 */
export function sharedLearning(): SharedLearning {
  const matrices = new WeakMap<CatalogIndex, ReturnType<typeof featureMatrix>>();
  const known = new Map<string, TermValues>();
  return {
    featuresOf: (index) => kept(matrices, index, () => featureMatrix(index)),
    termsOf(index, sources) {
      const { history, residualScores } = sources;
      const alone = { ...sources, residualScores: null };
      const key = [history.rows, history.strengths, history.orders, [...history.dismissed]].join(';');
      const values = known.get(key) ?? termValues(index, alone);
      // Re-inserting makes the map's order the order of use.
      known.delete(key);
      known.set(key, values);
      const [oldest] = known.keys();
      const bytes = 4 * TERMS.length * Math.max(1, index.items.length);
      if (known.size > Math.max(4, MAX_BYTES / bytes)) known.delete(oldest);
      return residualScores ? { ...values, preference: finiteValues(residualScores) } : values;
    },
  };
}
