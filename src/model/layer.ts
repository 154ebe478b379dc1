import { SidestreamError } from '../error';
import { type Random, uniform } from './random';
import type { Weight } from './weights';

/** The two side networks, one for each modality. */
export type Ladder = 'text' | 'image';

export const LADDERS = ['text', 'image'] as const satisfies Ladder[];

/** One mixture layer of n experts: its weights, or the tensors, names or shapes of its weights. */
export interface Layer<T> {
  /** Oldest first: down [H, D], up [D, H]. */
  experts: { down: T; up: T }[];
  /** Gate over the backbone (row 0) and the experts: weight [n + 1, D], bias [n + 1]. No bias is the same as zeros. */
  router: { weight: T; bias?: T };
}

/** Shapes of a layer over taps of `dim` columns. @param bottlenecks H of each expert */
export const layerShapes = (dim: number, bottlenecks: number[], bias: boolean): Layer<number[]> => ({
  experts: bottlenecks.map((inner) => ({ down: [inner, dim], up: [dim, inner] })),
  router: { weight: [bottlenecks.length + 1, dim], ...(bias && { bias: [bottlenecks.length + 1] }) },
});

/**
 * Checks that the parts of a layer fit each other.
 * @throws SidestreamError `model/bad-shape`
 */
export function checkLayer({ experts, router: { weight, bias } }: Layer<{ shape: number[] }>): void {
  const [rows, dim] = weight.shape;
  const is = ({ shape }: { shape: number[] }, ...sides: number[]): boolean => shape.join() === sides.join();
  const whole =
    is(weight, experts.length + 1, dim) &&
    (!bias || is(bias, rows)) &&
    experts.every(({ down, up }) => is(down, down.shape[0], dim) && is(up, dim, down.shape[0]));
  if (whole && experts.length > 0) return;
  const shapes = [...experts.flatMap(({ down, up }) => [down, up]), weight, bias ?? weight];
  throw new SidestreamError(
    'model/bad-shape',
    `A layer of ${experts.length} experts has shapes ${shapes.map(({ shape }) => `[${shape}]`).join(' ')}; it needs at least one expert, and a router row for each and the backbone.`,
  );
}

/**
 * A layer with one expert that passes its input on unchanged (up = 0), and a router that gates all items alike.
 * @param gate of the backbone, above 0 and below 1. Default: even gates, by a router without bias
 */
export function freshLayer(dim: number, bottleneckDim: number, random: Random, gate?: number): Layer<Weight> {
  const down = { shape: [bottleneckDim, dim], values: uniform(random, bottleneckDim * dim, 1 / Math.sqrt(dim)) };
  const up = { shape: [dim, bottleneckDim], values: new Float32Array(dim * bottleneckDim) };
  const weight = { shape: [2, dim], values: new Float32Array(2 * dim) };
  if (gate === undefined) return { experts: [{ down, up }], router: { weight } };
  const bias = { shape: [2], values: Float32Array.of(Math.log(gate / (1 - gate)), 0) };
  return { experts: [{ down, up }], router: { weight, bias } };
}
