import type { BaseScorer } from '../base-model';
import type { FeatureTable } from '../catalog';
import { featureMatrix, type LearnerOptions } from '../learner';
import { type CatalogIndex, finiteValues, type TermValues, termValues } from '../ranking';

/** Memory for results that other methods may ask for again, bytes. */
const MOST_BYTES = 128 * 2 ** 20;

/** Results by key, those asked for last: methods replay the same shopper one after the other. */
class LatestResults<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  /** @param bytes of one result */
  constructor(bytes: number) {
    this.#most = Math.max(4, Math.floor(MOST_BYTES / Math.max(1, bytes)));
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

/**
 * The same model for several methods: each table is embedded once, and each history scored once. Results are shared, so they
 * are not to be changed.
 */
export function sharedModel(model: BaseScorer): BaseScorer {
  const { config, digest } = model;
  const embedded = new WeakMap<FeatureTable, Promise<Float32Array>>();
  const scored = new WeakMap<Float32Array, Promise<Float32Array>>();
  let users: { items: Float32Array; known: LatestResults<Promise<Float32Array>> } | null = null;
  return {
    config,
    digest,
    embedItems(table) {
      const found = embedded.get(table) ?? model.embedItems(table);
      embedded.set(table, found);
      return found;
    },
    userVectors(histories, items) {
      if (histories.length !== 1) return model.userVectors(histories, items);
      // The scores of a user are kept as long as the vector.
      if (users?.items !== items) {
        users = { items, known: new LatestResults((4 * items.length) / config.embeddingDim) };
      }
      const key = histories[0].subarray(-config.maxSeqLen).join();
      return users.known.get(key, () => model.userVectors(histories, items));
    },
    scores(vectors, items) {
      if (users?.items !== items) return model.scores(vectors, items);
      const found = scored.get(vectors) ?? model.scores(vectors, items);
      scored.set(vectors, found);
      return found;
    },
    dispose: () => model.dispose(),
  };
}

/** Parts of a learner that others may use too. */
export type SharedLearning = Required<Pick<LearnerOptions, 'featuresOf' | 'termsOf'>>;

/**
 * What learners of one catalogue and base model may share: the features that experts read, and the terms that follow from the
 * history alone. The catalogue may have another map of the gradients or none, but nothing else may differ.
 */
export function sharedLearning(): SharedLearning {
  const matrices = new WeakMap<CatalogIndex, { items?: Float32Array; matrix: ReturnType<typeof featureMatrix> }>();
  let known: LatestResults<TermValues> | null = null;
  return {
    featuresOf(index, base) {
      const found = matrices.get(index);
      if (found && found.items === base?.items) return found.matrix;
      const matrix = featureMatrix(index, base);
      matrices.set(index, { items: base?.items, matrix });
      return matrix;
    },
    termsOf(index, sources) {
      const { history, base, residualScores } = sources;
      const alone = { ...sources, residualScores: null };
      known ??= new LatestResults(4 * Object.keys(termValues(index, alone)).length * index.items.length);
      const key = [base ? 'base' : 'none', history.rows, history.strengths, [...history.dismissed]].join(';');
      const values = known.get(key, () => termValues(index, alone));
      return residualScores ? { ...values, preference: finiteValues(residualScores) } : values;
    },
  };
}
