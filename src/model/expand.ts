import { checkLayer, type Ladder, type Layer } from './layer';
import { seededRandom, uniform } from './random';
import type { Weight } from './weights';

/**
 * XSMoE's rule (arXiv 2508.05993): the new expert is the mean of the existing ones; old router rows are kept.
 * @param layer stays as it is
 * @param routerRow [D] the new expert's row of the router; see `randomRouterRow`
 * @throws SidestreamError `model/bad-shape` when the layer's parts do not fit each other
 */
export function expandByMean(layer: Layer<Weight>, routerRow: Float32Array): Layer<Weight> {
  checkLayer(layer);
  const { experts, router } = layer;
  return {
    experts: [...experts, { down: average(experts.map(({ down }) => down)), up: average(experts.map(({ up }) => up)) }],
    router: {
      weight: withRow(router.weight, routerRow),
      ...(router.bias && { bias: withRow(router.bias, [0]) }),
    },
  };
}

/** The paper's new router row, [dim]: uniform in the bounds of a fresh linear layer of that width. */
export const randomRouterRow = (seed: number, ladder: Ladder, layer: number, dim: number): Float32Array =>
  uniform(seededRandom(seed + layer * 2 + (ladder === 'text' ? 0 : 1)), dim, 1 / Math.sqrt(dim));

/**
 * Function-preserving expansion: the new expert is a copy of another one, and the two share its router mass (bias -ln 2
 * on both), so that nothing changes at the moment of expansion.
 * @param layer stays as it is
 * @param source index of the expert that is copied; see `mostUsed`
 * @throws SidestreamError `model/bad-shape` when the layer's parts do not fit each other
 */
export function expandByClone(layer: Layer<Weight>, source: number): Layer<Weight> {
  checkLayer(layer);
  const { experts, router } = layer;
  const { down, up } = experts[source];
  const [rows, dim] = router.weight.shape;
  const bias = router.bias?.values.slice() ?? new Float32Array(rows);
  bias[source + 1] -= Math.LN2;
  const row = router.weight.values.subarray((source + 1) * dim, (source + 2) * dim);
  return {
    experts: [...experts, { down: copy(down), up: copy(up) }],
    router: {
      weight: withRow(router.weight, row),
      bias: withRow({ shape: [rows], values: bias }, [bias[source + 1]]),
    },
  };
}

/**
 * Index of the expert with the largest share; the newest where the shares are not those of the layer.
 * @param shares of the backbone and each expert, backbone first
 */
export function mostUsed(shares: number[] | undefined, count: number): number {
  let best = count - 1;
  if (shares?.length !== count + 1) return best;
  for (let index = 0; index < count; index++) if (shares[index + 1] > shares[best + 1]) best = index;
  return best;
}

/** The matrix or vector with one more row. */
function withRow({ shape: [rows, ...rest], values: old }: Weight, row: ArrayLike<number>): Weight {
  const values = new Float32Array(old.length + row.length);
  values.set(old);
  values.set(row, old.length);
  return { shape: [rows + 1, ...rest], values };
}

const copy = ({ shape, values }: Weight): Weight => ({ shape: [...shape], values: values.slice() });

function average(weights: Weight[]): Weight {
  const values = new Float32Array(weights[0].values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (const weight of weights) sum += weight.values[i];
    values[i] = sum / weights.length;
  }
  return { shape: [...weights[0].shape], values };
}
