import type { BaseScorer } from '../base-model';
import type { FeatureTable } from '../catalog';
import type { BaseSignal } from '../ranking';

/** A base model's scores for one shopper: the items are embedded once, the scores follow the history. */
export class BaseModelScores {
  readonly model: BaseScorer;
  #signal: BaseSignal;
  /** Choices that the scores are computed from; -1 before the first time. */
  #choices = -1;
  #preparing: Promise<void> | null = null;

  private constructor(model: BaseScorer, signal: BaseSignal) {
    this.model = model;
    this.#signal = signal;
  }

  /** The compute backend must be set. */
  static async of(model: BaseScorer, table: FeatureTable): Promise<BaseModelScores> {
    const items = await model.embedItems(table);
    const { embeddingDim: width } = model.config;
    return new BaseModelScores(model, { width, items, scores: new Float32Array(table.count), digest: model.digest });
  }

  get signal(): BaseSignal {
    return this.#signal;
  }

  /**
   * Computes the scores after a history. Calls that overlap share one computation, so that they resolve in the order of
   * the calls.
   */
  prepare(rows: readonly number[]): Promise<void> {
    this.#preparing ??= this.#catchUp(rows).finally(() => {
      this.#preparing = null;
    });
    return this.#preparing;
  }

  async #catchUp(rows: readonly number[]): Promise<void> {
    const choices = rows.length;
    if (this.#choices === choices) return;
    const { items } = this.#signal;
    const user = await this.model.userVectors([Int32Array.from(rows)], items);
    this.#signal = { ...this.#signal, scores: await this.model.scores(user, items) };
    this.#choices = choices;
  }
}
