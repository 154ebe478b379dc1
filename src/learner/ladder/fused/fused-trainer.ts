import { dequantize, type FeatureTable } from '../../../catalog';
import { createNetworkKernel, type NetworkKernel } from '../../../kernel/network';
import { LADDERS, type Ladder, type Utilization, type Weights } from '../../../model';
import type { LadderBatch } from '../ladder-batch';
import {
  CLIP_NORM,
  type LadderTrainer,
  type LadderTraining,
  LEARNING_RATE,
  type MakeTrainer,
  yieldToEventLoop,
} from '../ladder-trainer';
import { newestWeights } from '../ladder-weights';
import { FusedEmbedding, FusedLoss } from './fused-loss';
import { FusedNetwork, type NetworkPass, newestLearning } from './fused-network';

const BETA1 = Math.fround(0.9);
const BETA2 = Math.fround(0.999);
const EPSILON = 1e-8;
/** Milliseconds of steps between two tasks of the thread. */
const SLICE = 8;
/** Items embedded between two tasks of the thread. */
const CHUNK = 256;

/** Trains and embeds in the memory of a kernel, without tfjs. */
export class FusedTrainer implements LadderTrainer {
  readonly kind = 'fused';
  readonly #kernel: NetworkKernel;
  readonly #network: FusedNetwork;
  readonly #blend: Record<Ladder, number>;
  /** Names of the weights that learn. */
  readonly #names: readonly string[];
  /** Memory up to here holds the weights and Adam's state; what follows is of one batch. */
  readonly #mark: number;
  /** Powers of Adam's factors, rounded as tfjs rounds them. */
  #power1 = 1;
  #power2 = 1;

  /**
   * @param kernel used by this trainer alone
   * @param weights both ladders
   */
  constructor(kernel: NetworkKernel, weights: Weights, blend: Record<Ladder, number>) {
    this.#kernel = kernel;
    this.#network = new FusedNetwork(kernel, weights, newestLearning(weights));
    this.#blend = blend;
    this.#names = newestWeights(weights).names;
    this.#mark = kernel.mark();
  }

  async train(table: FeatureTable, batch: LadderBatch, steps: number): Promise<LadderTraining> {
    const prepared = this.prepare(table, batch);
    try {
      const before = prepared.step();
      let since = performance.now();
      for (let step = 1; step < steps; step++) {
        if (performance.now() - since > SLICE) {
          await yieldToEventLoop();
          since = performance.now();
        }
        prepared.step();
      }
      return { before, after: prepared.loss(), learned: this.#read('value'), activation: prepared.activation };
    } finally {
      prepared.release();
    }
  }

  async embed(table: FeatureTable, rows: ArrayLike<number>): Promise<Float32Array> {
    const list = Int32Array.from(rows);
    const width = table.dim * 2;
    const result = new Float32Array(list.length * width);
    for (let start = 0; start < list.length; start += CHUNK) {
      if (start > 0) await yieldToEventLoop();
      const some = list.subarray(start, start + CHUNK);
      const pass = this.#network.pass(tapsOf(table, some), some.length, false);
      const embedding = new FusedEmbedding(this.#kernel, this.#network, pass, this.#blend);
      this.#network.forward(pass);
      embedding.forward();
      embedding.read(result.subarray(start * width), table.dim);
      this.#kernel.release(this.#mark);
    }
    return result;
  }

  restore(weights: Weights): void {
    this.#network.load(weights);
    for (const { m, v, floats } of this.#network.blocks) {
      for (const place of [m, v]) this.#kernel.view(place, floats).fill(0);
    }
    this.#power1 = 1;
    this.#power2 = 1;
  }

  dispose(): void {
    // The memory goes with the last reference to it.
    this.#kernel.release(0);
  }

  /** Puts a batch into the kernel's memory, for single steps, until it is released. */
  prepare(table: FeatureTable, batch: LadderBatch): FusedBatch {
    const pass = this.#network.pass(tapsOf(table, batch.rows), batch.rows.length, true);
    const embedding = new FusedEmbedding(this.#kernel, this.#network, pass, this.#blend);
    return new FusedBatch({
      ...{ network: this.#network, pass, embedding },
      loss: new FusedLoss(this.#kernel, this.#network, pass, embedding, batch),
      update: () => this.#update(),
      read: (what) => this.#read(what),
      release: () => this.#kernel.release(this.#mark),
    });
  }

  /** One step of Adam with the gradients that are there. */
  #update(): void {
    const kernel = this.#kernel;
    const { blocks } = this.#network;
    let squares = 0;
    for (const { gradient, floats } of blocks) squares += kernel.sumOfSquares(gradient, floats);
    this.#power1 = Math.fround(this.#power1 * BETA1);
    this.#power2 = Math.fround(this.#power2 * BETA2);
    const step = {
      ...{ rate: LEARNING_RATE, beta1: BETA1, beta2: BETA2, epsilon: EPSILON },
      scale: CLIP_NORM / Math.max(Math.sqrt(squares), CLIP_NORM),
      correction1: 1 - this.#power1,
      correction2: 1 - this.#power2,
    };
    for (const { value, gradient, m, v, floats } of blocks) kernel.adam(value, gradient, m, v, floats, step);
    this.#network.updated();
  }

  /** The weights that learn, or their gradients. */
  #read(what: 'value' | 'gradient'): Weights {
    const all = this.#network.read(what);
    return Object.fromEntries(this.#names.map((name) => [name, all[name]]));
  }
}

interface BatchParts {
  network: FusedNetwork;
  pass: NetworkPass;
  embedding: FusedEmbedding;
  loss: FusedLoss;
  update(): void;
  read(what: 'value' | 'gradient'): Weights;
  release(): void;
}

/** A batch in the memory of a kernel. */
export class FusedBatch {
  readonly #parts: BatchParts;
  readonly #meter: Utilization = { text: [], image: [] };

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /** One step of Adam. @returns the loss before it */
  step(): number {
    const { network, pass, loss, update } = this.#parts;
    const value = this.#forward(true);
    loss.backward();
    network.backward(pass);
    update();
    return value;
  }

  /** The present loss. */
  loss(): number {
    return this.#forward(false);
  }

  /** The gradients of the weights that learn, nothing changed. Zeros where a row of the router is frozen. */
  gradients(): { loss: number; gradients: Weights } {
    const { network, pass, loss, read } = this.#parts;
    const value = this.#forward(false);
    loss.backward();
    network.backward(pass);
    return { loss: value, gradients: read('gradient') };
  }

  /** The weights that learn, as they are now. */
  learned(): Weights {
    return this.#parts.read('value');
  }

  /** Activation summed over the steps. */
  get activation(): Utilization {
    return this.#meter;
  }

  release(): void {
    this.#parts.release();
  }

  #forward(counted: boolean): number {
    const { network, pass, embedding, loss } = this.#parts;
    const activation = network.forward(pass);
    if (counted) this.#count(activation);
    embedding.forward();
    return loss.forward();
  }

  #count(activation: Utilization): void {
    for (const ladder of LADDERS) {
      const sums = this.#meter[ladder];
      for (const [layer, values] of activation[ladder].entries()) {
        sums[layer] ??= values.map(() => 0);
        for (const [j, value] of values.entries()) sums[layer][j] += value;
      }
    }
  }
}

const tapsOf = (table: FeatureTable, rows: ArrayLike<number>): Record<Ladder, Float32Array> => ({
  text: dequantize(table, 'text', rows),
  image: dequantize(table, 'image', rows),
});

/** Fused trainers. @param create makes the kernel of each. Default: the fastest that runs here */
export const fusedTrainer =
  (create: () => NetworkKernel = createNetworkKernel): MakeTrainer =>
  (weights, blend) =>
    new FusedTrainer(create(), weights, blend);
