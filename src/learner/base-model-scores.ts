import type { BaseModel } from '../base-model';
import type { FeatureTable } from '../catalog';
import type { BaseSignal } from '../ranking';

/** A base model as one shopper's learner hears it: the items embedded once, the scores after the present history. */
export class HeardBase {
  readonly model: BaseModel;
  #signal: BaseSignal;
  /** Choices that the scores know of. */
  #choices = -1;
  #preparing: Promise<void> | null = null;

  private constructor(model: BaseModel, signal: BaseSignal) {
    this.model = model;
    this.#signal = signal;
  }

  /** The compute backend must be set. */
  static async of(model: BaseModel, table: FeatureTable): Promise<HeardBase> {
    const items = await model.embedItems(table);
    const { embeddingDim: width } = model.config;
    return new HeardBase(model, { width, items, scores: new Float32Array(table.count) });
  }

  get signal(): BaseSignal {
    return this.#signal;
  }

  /**
   * Brings the scores up to a history. Calls that overlap share one computation, so that who called first also goes on
   * first.
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
