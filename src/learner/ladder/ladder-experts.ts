import type { ContentBlend, FeatureTable } from '../../catalog';
import { SidestreamError } from '../../error';
import {
  type ExpertCounts,
  expertCounts,
  LADDERS,
  type Ladder,
  nextWindow,
  type Utilization,
  UtilizationMeter,
  type Weights,
} from '../../model';
import { freshEmbeddings } from './fresh-embeddings';
import { ladderBatch, type TrainRequest } from './ladder-batch';
import { type LadderTrainer, type MakeTrainer, shouldAcceptUpdate, yieldToEventLoop } from './ladder-trainer';
import {
  type ContentTaps,
  decodeLadder,
  encodeLadder,
  freshGates,
  freshShares,
  freshWeights,
  type LadderRecord,
} from './ladder-weights';

export type { TrainRequest } from './ladder-batch';

export interface LadderOptions {
  /** Features of the whole catalogue. */
  table: FeatureTable;
  /** Makes what trains and embeds; see `calibration.ts`. */
  trainer: MakeTrainer;
  /** Taps and weights of content similarity, which fresh experts reproduce. Default: deepest taps, equal weights. */
  blend?: ContentBlend;
  /** Default 1. */
  seed?: number;
  /** Inner width of fresh experts. Default 32. */
  bottleneckDim?: number;
  /** Experts a layer may have. Default 4. */
  maxExperts?: number;
}

export interface TrainResult {
  /** Mean cross-entropy on the batch with the accepted weights; 0 when there was nothing to learn. */
  loss: number;
  /** False when the update was dropped: not finite, worse than before on its own batch, or nothing to learn. */
  accepted: boolean;
}

/** Items embedded between two tasks of the thread: by the trainer, and by fresh experts. */
const LATER_CHUNK = 256;
const BASE_CHUNK = 2048;

/**
 * The personal experts of one shopper: the ladders of the model over a catalogue's features, without a base model. A
 * fresh expert passes its input on unchanged; training moves the newest expert of each layer and its router row only.
 * Calls that return a promise run one after the other.
 */
export class LadderExperts {
  #table: FeatureTable;
  readonly #maxExperts: number;
  readonly #makeTrainer: MakeTrainer;
  /** The accepted weights; the trainer starts from them. */
  #weights: Weights;
  #meter: UtilizationMeter;
  #shares: Utilization;
  /** Share of each modality in a cosine. */
  readonly #blend: Record<Ladder, number>;
  readonly #content: ContentTaps;
  #trainer: LadderTrainer | null = null;
  #inUse: LadderTrainer | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: LadderOptions, { weights, activation, shares, content }: LadderRecord) {
    const { table, maxExperts = 4, blend = evenBlend(table) } = options;
    this.#table = table;
    this.#maxExperts = maxExperts;
    this.#makeTrainer = options.trainer;
    this.#weights = weights;
    this.#meter = new UtilizationMeter(activation);
    this.#shares = shares;
    this.#content = content;
    this.#blend = { text: blend.text.weight, image: blend.image.weight };
  }

  /** Fresh experts. */
  static create(options: LadderOptions): LadderExperts {
    const { table, blend = evenBlend(table), seed = 1, bottleneckDim = 32 } = options;
    const content = { text: blend.text.tap, image: blend.image.tap };
    const weights = freshWeights(table, bottleneckDim, content, seed);
    const shares = freshShares(table, content);
    return new LadderExperts(options, { weights, activation: { text: [], image: [] }, shares, content });
  }

  /**
   * Experts as `save` wrote them.
   * @throws SidestreamError `model/bad-weights` when they are damaged or were made for other features
   */
  static load(options: LadderOptions, bytes: Uint8Array): LadderExperts {
    return new LadderExperts(options, decodeLadder(bytes, options.table));
  }

  /** The accepted weights and their utilization, as safetensors. */
  save(): Uint8Array<ArrayBuffer> {
    return encodeLadder({
      weights: this.#weights,
      activation: this.#meter.sums,
      shares: this.#shares,
      content: this.#content,
    });
  }

  /**
   * Some steps of Adam on the next-item loss over the last choices. One batch serves all steps, so the loss before and
   * after can be compared; Adam's state lasts for the window. Other tasks of the thread run between steps.
   * @throws SidestreamError `runtime/invalid-input` naming the bad field, `runtime/closed` after `dispose`
   */
  train(request: TrainRequest): Promise<TrainResult> {
    return this.#enqueue((trainer) => this.#train(trainer, request));
  }

  /**
   * Embeddings of the whole catalogue with the accepted weights.
   * @returns [count, 2D] unit rows; zeros for an item without features
   * @throws SidestreamError `runtime/closed` after `dispose`
   */
  embeddings(): Promise<Float32Array> {
    return this.embeddingsOf(allRows(this.#table));
  }

  /**
   * Embeddings of some items.
   * @param rows item rows, repeats allowed
   * @returns [rows.length, 2D] unit rows
   */
  embeddingsOf(rows: ArrayLike<number>): Promise<Float32Array> {
    const table = this.#table;
    return this.#enqueue((trainer) => trainer.embed(table, rows));
  }

  /**
   * Embeddings of some items, a few at a time, so that other tasks of the thread run in between.
   * @param rows item rows, repeats allowed
   * @param wanted called before and after each part; false ends it, so that `dispose` may be called meanwhile
   * @returns [rows.length, 2D] unit rows; null where it ended early
   */
  async embedLater(rows: Int32Array, wanted: () => boolean): Promise<Float32Array | null> {
    const width = this.#table.dim * 2;
    const values = new Float32Array(rows.length * width);
    for (let start = 0; start < rows.length; start += LATER_CHUNK) {
      await yieldToEventLoop();
      if (!wanted()) return null;
      try {
        values.set(await this.embeddingsOf(rows.subarray(start, start + LATER_CHUNK)), start * width);
      } catch (thrown) {
        // Nobody waits for experts that were disposed of meanwhile.
        if (wanted()) throw thrown;
      }
    }
    return wanted() ? values : null;
  }

  /** Embeddings of the whole catalogue by fresh experts. */
  baseEmbeddings(): Promise<Float32Array> {
    return this.baseEmbeddingsOf(allRows(this.#table));
  }

  /** The same for some items, [rows.length, 2D]. @param rows item rows */
  async baseEmbeddingsOf(rows: ArrayLike<number>): Promise<Float32Array> {
    const [list, table] = [Int32Array.from(rows), this.#table];
    const gates = freshGates(table, this.#content);
    const result = new Float32Array(list.length * table.dim * 2);
    for (let start = 0; start < list.length; start += BASE_CHUNK) {
      if (start > 0) await yieldToEventLoop();
      const some = list.subarray(start, start + BASE_CHUNK);
      result.set(freshEmbeddings(table, some, gates, this.#blend), start * table.dim * 2);
    }
    return result;
  }

  /**
   * Per layer the share of activation of the backbone and each expert, backbone first, summing to 1: that of the window's
   * training passes, or the expected one before the first.
   */
  utilization(): Utilization {
    return this.#meter.empty ? this.#shares : this.#meter.shares;
  }

  /** Experts of each layer. */
  expertCounts(): ExpertCounts {
    return expertCounts(this.#weights);
  }

  /**
   * Ends the window: prunes the least used expert of a layer below a share of 0.8 / n, freezes the others and, where
   * there is room, adds a clone of the most used one. The embeddings change by pruning only. A running training is
   * dropped.
   * @returns experts removed and added, over all layers
   */
  endWindow(): { pruned: number; expanded: number } {
    const next = nextWindow(this.#weights, this.utilization(), !this.#meter.empty, this.#maxExperts);
    this.#weights = next.weights;
    this.#shares = next.shares;
    this.#meter.reset();
    this.#retire();
    return { pruned: next.pruned, expanded: next.expanded };
  }

  /**
   * Replaces the features by those of more items; items keep their rows.
   * @throws SidestreamError `model/bad-shape` when the features are of another kind
   */
  setTable(table: FeatureTable): void {
    const { dim, taps } = this.#table;
    if (table.dim !== dim || LADDERS.some((ladder) => table.taps[ladder] !== taps[ladder])) {
      throw new SidestreamError(
        'model/bad-shape',
        'The new features differ in width or taps from those the experts learned on; start with fresh experts.',
      );
    }
    this.#table = table;
  }

  /** Frees the memory of the trainer. Running calls finish; later ones are refused. */
  dispose(): void {
    this.#closed = true;
    this.#retire();
    this.#meter.discard();
  }

  async #train(trainer: LadderTrainer, request: TrainRequest): Promise<TrainResult> {
    const batch = ladderBatch(request, this.#table.count);
    if (!batch) return { loss: 0, accepted: false };
    const { before, after, learned, activation } = await trainer.train(this.#table, batch, request.steps);
    // The window may have ended, or the experts may have been closed, while this waited.
    if (this.#trainer !== trainer) return { loss: before, accepted: false };
    if (!shouldAcceptUpdate(before, after)) {
      trainer.restore(this.#weights);
      return { loss: Number.isFinite(before) ? before : 0, accepted: false };
    }
    this.#weights = { ...this.#weights, ...learned };
    await this.#meter.absorb(new UtilizationMeter(activation));
    return { loss: after, accepted: true };
  }

  /** Runs a task after all earlier ones, with a trainer of the weights. */
  #enqueue<T>(task: (trainer: LadderTrainer) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      if (this.#closed) {
        throw new SidestreamError('runtime/closed', 'These experts were disposed of; load the saved ones to continue.');
      }
      this.#trainer ??= this.#makeTrainer(this.#weights, this.#blend);
      const trainer = this.#trainer;
      this.#inUse = trainer;
      try {
        return await task(trainer);
      } finally {
        this.#inUse = null;
        if (this.#trainer !== trainer) trainer.dispose();
      }
    });
    // The caller receives the error through `result`; the queue continues with the next task.
    this.#queue = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  #retire(): void {
    const trainer = this.#trainer;
    this.#trainer = null;
    if (trainer !== this.#inUse) trainer?.dispose();
  }
}

const evenBlend = ({ taps }: FeatureTable): ContentBlend => ({
  text: { tap: taps.text - 1, weight: 0.5 },
  image: { tap: taps.image - 1, weight: 0.5 },
});

const allRows = (table: FeatureTable): Int32Array => Int32Array.from({ length: table.count }, (_, row) => row);
