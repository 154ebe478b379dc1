import { checkLayer, type Layer } from './layer';
import type { Weight } from './weights';

/**
 * XSMoE's rule (arXiv 2508.05993): the new expert is the mean of the existing ones; old router rows are kept.
 * @param layer not changed
 * @param routerRow [D] the new expert's row of the router
 * @throws SidestreamError `model/bad-shape` when the shapes of the layer's parts do not match
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

/** The matrix or vector with one more row. */
function withRow({ shape: [rows, ...rest], values: old }: Weight, row: ArrayLike<number>): Weight {
  const values = new Float32Array(old.length + row.length);
  values.set(old);
  values.set(row, old.length);
  return { shape: [rows + 1, ...rest], values };
}

function average(weights: Weight[]): Weight {
  const values = new Float32Array(weights[0].values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (const weight of weights) sum += weight.values[i];
    values[i] = sum / weights.length;
  }
  return { shape: [...weights[0].shape], values };
}
