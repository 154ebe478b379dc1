import {
  add,
  concat,
  expandDims,
  matMul,
  mul,
  registerGradient,
  reshape,
  type Scalar,
  softmax,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { batchMatMulGradConfig } from '@tensorflow/tfjs-core/dist/gradients/BatchMatMul_grad';
import { expandDimsGradConfig } from '@tensorflow/tfjs-core/dist/gradients/ExpandDims_grad';
import { packGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Pack_grad';
import { tileGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Tile_grad';
import { transposeGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Transpose_grad';
import { disposeTaps, tapsOf } from '../../../src/base-model';
import { createNetworkKernel, type NetworkKernel } from '../../../src/kernel/network';
import { FusedTrainer } from '../../../src/learner/ladder/fused/fused-trainer';
import { type BatchTensors, batchTensors } from '../../../src/learner/ladder/ladder-network';
import { CLIP_NORM, LEARNING_RATE } from '../../../src/learner/ladder/ladder-trainer';
import { newestWeights } from '../../../src/learner/ladder/ladder-weights';
import { TfjsTrainer } from '../../../src/learner/ladder/tfjs-trainer';
import {
  type ItemTaps,
  type Ladder,
  layersOf,
  logSumExp,
  type Parameters,
  Trainer,
  unitRows,
} from '../../../src/model';
import { gelu } from '../../../src/model/differentiable';
import { type Sizes, type Work, workOf } from './network';

// Those of tfjs that the plain formulation needs and the package does not.
for (const config of [
  batchMatMulGradConfig,
  expandDimsGradConfig,
  packGradConfig,
  tileGradConfig,
  transposeGradConfig,
]) {
  registerGradient(config);
}

/** What is measured side by side: milliseconds of one step, or of its products alone, for each round. */
export const KINDS = ['fused', 'tfjs', 'batched', 'products'] as const;
export type Kind = (typeof KINDS)[number];

export interface Measured {
  times: Record<Kind, number[]>;
  /** Loss after as many steps of each kind; the same but for rounding. */
  losses: Record<Exclude<Kind, 'products'>, number>;
  /** Milliseconds of a fused step by function of the kernel, and by product. */
  profile: Record<string, number>;
  /** Multiplications of the products of a fused step. */
  multiplications: number;
  items: number;
}

/** Steps before any is measured: engines compile hot code meanwhile. */
const WARM_UP = 6;
/** Steps of one measurement of what is fast, for clocks that are coarse. */
const BURST = 4;
const PROFILED = 40;

/**
 * Measures steps on the same network and batch, in turns: the fused trainer, the trainer on tfjs, the plain batched formulation
 * on tfjs, and the products of the fused step alone. A backend of tfjs must be set.
 */
export async function measure(sizes: Sizes, rounds: number): Promise<Measured> {
  const work = workOf(sizes);
  const kernel = watched(createNetworkKernel());
  const fused = new FusedTrainer(kernel.kernel, work.weights, work.blend).prepare(work.table, work.batch);
  const tfjs = new TfjsTrainer(work.weights, work.blend);
  const prepared = tfjs.prepare(work.table, work.batch);
  const batched = batchedSteps(work);

  const read = async (loss: Scalar): Promise<number> => {
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
  const steps: Record<Kind, () => Promise<number>> = {
    fused: async () => fused.step(),
    tfjs: () => read(prepared.step()),
    batched: () => read(batched.step()),
    products: async () => kernel.replay(),
  };
  const losses = { fused: 0, tfjs: 0, batched: 0 };
  for (let step = 0; step < WARM_UP; step++) {
    for (const kind of ['fused', 'tfjs', 'batched'] as const) losses[kind] = await steps[kind]();
  }
  // A batch without gradients has other products.
  kernel.record(() => fused.step());
  for (let n = 0; n < WARM_UP * BURST; n++) {
    kernel.replay();
    fused.step();
  }
  const times: Record<Kind, number[]> = { fused: [], tfjs: [], batched: [], products: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of KINDS) {
      const burst = kind === 'fused' || kind === 'products' ? BURST : 1;
      const started = performance.now();
      for (let n = 0; n < burst; n++) await steps[kind]();
      times[kind].push((performance.now() - started) / burst);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  const profile = kernel.profile(() => fused.step(), PROFILED);
  const { multiplications } = kernel;
  batched.dispose();
  prepared.dispose();
  tfjs.dispose();
  return { times, losses, profile, multiplications, items: work.batch.rows.length };
}

/** The step as a straightforward port writes it: the experts of a layer stacked, one batched product for all of them. */
function batchedSteps({ weights, blend, table, batch }: Work): { step(): Scalar; dispose(): void } {
  const taps = tapsOf(table, batch.rows);
  const tensors = batchTensors(batch);
  const { names, masks } = newestWeights(weights);
  const trainer = new Trainer(weights, names, { learningRate: LEARNING_RATE, clipNorm: CLIP_NORM, masks });
  return {
    step: () => trainer.step((parameters) => batchedLoss(parameters, taps, blend, tensors)),
    dispose: () => {
      trainer.dispose();
      disposeTaps(taps);
      for (const tensor of Object.values(tensors)) tensor.dispose();
    },
  };
}

function batchedLoss(
  parameters: Parameters,
  taps: ItemTaps,
  blend: Record<Ladder, number>,
  { preference, keep, offset, label, share }: BatchTensors,
): Scalar {
  const half = (ladder: Ladder): Tensor2D =>
    mul(unitRows(batchedLadder(parameters, taps, ladder)), Math.sqrt(blend[ladder]));
  const items = unitRows(concat([half('image'), half('text')], 1));
  const preferences = unitRows(matMul(preference, items));
  const logits: Tensor2D = add(mul(matMul(preferences, items, false, true), keep), offset);
  return sub(sum(mul(logSumExp(logits), share)), sum(mul(logits, label)));
}

function batchedLadder(parameters: Parameters, taps: ItemTaps, ladder: Ladder): Tensor2D {
  let x: Tensor2D = taps[ladder][0];
  for (const [index, { experts, router }] of layersOf<Tensor>(parameters, ladder).entries()) {
    const [count, items] = [experts.length, x.shape[0]];
    const wide = tile(expandDims(x, 0), [count, 1, 1]);
    const inner = matMul(wide, stack(experts.map(({ down }) => down)), false, true);
    const flat: Tensor2D = reshape(inner, [count * items, inner.shape[2] ?? 0]);
    const hidden = reshape(gelu(flat), inner.shape);
    const outputs = add(wide, matMul(hidden, stack(experts.map(({ up }) => up)), false, true));
    const candidates = concat([expandDims(taps[ladder][index + 1], 0), outputs], 0);
    const logits = matMul(x, router.weight as Tensor2D, false, true);
    const gates = softmax(router.bias ? add(logits, router.bias) : logits);
    x = sum(mul(expandDims(transpose(gates), 2), candidates), 0);
  }
  return x;
}

type Product = Parameters_<NetworkKernel['product']>;
type Parameters_<F> = F extends (...given: infer Given) => unknown ? Given : never;

/** A kernel whose calls can be recorded and timed. */
function watched(inner: NetworkKernel) {
  const products: Product[] = [];
  let spent: Record<string, number> | null = null;
  let recording = false;
  const kernel = new Proxy(inner, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        if (recording && key === 'product') products.push(given as Product);
        if (!spent) return member.apply(target, given);
        const started = performance.now();
        const result: unknown = member.apply(target, given);
        spent[String(key)] = (spent[String(key)] ?? 0) + performance.now() - started;
        return result;
      };
    },
  });
  return {
    kernel,
    record(work: () => void): void {
      recording = true;
      work();
      recording = false;
    },
    replay(): number {
      for (const given of products) inner.product(...given);
      return 0;
    },
    get multiplications(): number {
      return products.reduce((total, [, , , { rows, inner: depth, columns }]) => total + rows * depth * columns, 0);
    },
    profile(work: () => void, count: number): Record<string, number> {
      const found: Record<string, number> = {};
      spent = found;
      for (let n = 0; n < count; n++) work();
      spent = null;
      return Object.fromEntries(Object.entries(found).map(([name, time]) => [name, time / count]));
    },
  };
}
