import { SidestreamError } from '../error';
import { type Random, uniform } from './random';
import type { Weight } from './weights';

/** The two side networks, one for each modality. */
export type Ladder = 'text' | 'image';

export const LADDERS = ['text', 'image'] as const satisfies Ladder[];

/** One mixture layer: its weights, or the tensors, names or shapes of its weights. n experts of width D and inner width H. */
export interface Layer<T> {
  /** Oldest first: down [H, D], up [D, H]. */
  experts: { down: T; up: T }[];
  /** Gate over the backbone (row 0) and the experts: weight [n + 1, D], bias [n + 1]. No bias is the same as zeros. */
  router: { weight: T; bias?: T };
}

/** Every part of a layer: down and up of each expert, then the router. */
export const partsOf = <T>({ experts, router: { weight, bias } }: Layer<T>): T[] => [
  ...experts.flatMap(({ down, up }) => [down, up]),
  weight,
  ...(bias === undefined ? [] : [bias]),
];

/** The layer with every part replaced. */
export const mapLayer = <T, U>({ experts, router: { weight, bias } }: Layer<T>, f: (part: T) => U): Layer<U> => ({
  experts: experts.map(({ down, up }) => ({ down: f(down), up: f(up) })),
  router: { weight: f(weight), ...(bias === undefined ? {} : { bias: f(bias) }) },
});

/** The shapes that a layer of these experts must have over taps of `dim` columns. */
export const layerShapes = ({ experts, router }: Layer<{ shape: number[] }>, dim: number): Layer<number[]> => ({
  experts: experts.map(({ down }) => ({ down: [down.shape[0], dim], up: [dim, down.shape[0]] })),
  router: { weight: [experts.length + 1, dim], ...(router.bias && { bias: [experts.length + 1] }) },
});

/**
 * Checks that the parts of a layer fit each other.
 * @throws SidestreamError `model/bad-shape`
 */
export function checkLayer(layer: Layer<{ shape: number[] }>): void {
  const found = partsOf(mapLayer(layer, ({ shape }) => shape));
  const expected = partsOf(layerShapes(layer, layer.router.weight.shape[1]));
  const wrong = found.findIndex((shape, part) => shape.join() !== expected[part].join());
  if (layer.experts.length > 0 && wrong === -1) return;
  throw new SidestreamError(
    'model/bad-shape',
    `A layer of ${layer.experts.length} experts has weights ${found.map((shape) => `[${shape}]`).join(' ')}; it needs at least one expert, and ${expected.map((shape) => `[${shape}]`).join(' ')}.`,
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
