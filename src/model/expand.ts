import type { Ladder } from './names';
import { seededRandom, uniform } from './random';
import { readLayer, replaceLayer, type StoredLayer } from './stored-layer';
import type { Utilization } from './utilization';
import type { Weight, Weights } from './weights';

/** How a layer gets its next expert. */
export type ExpandPolicy =
  /** The paper's rule: the new expert is the mean of the existing ones; old router rows are kept. */
  | {
      kind: 'paper';
      /** The new router row [D]; random from `seed` when absent. */
      routerRow?: (ladder: Ladder, layer: number, dim: number) => Float32Array;
      /** Default 0. */
      seed?: number;
    }
  /**
   * The new expert is a copy of the most used one, and the two share its router mass (bias -ln 2 on both), so that
   * nothing changes at the moment of expansion.
   */
  | { kind: 'function-preserving'; utilization: Utilization };

/**
 * Appends one expert to one layer. The weights given are left as they are.
 * @throws SidestreamError `model/bad-shape`, `model/bad-weights` when the layer is not whole
 */
export function expandLayer(weights: Weights, ladder: Ladder, layer: number, policy: ExpandPolicy): Weights {
  const stored = readLayer(weights, ladder, layer);
  if (policy.kind === 'function-preserving') {
    const source = mostUsed(policy.utilization[ladder][layer], stored.experts.length);
    return replaceLayer(weights, ladder, layer, split(stored, source));
  }
  const dim = stored.routerRows[0].length;
  const row =
    policy.routerRow?.(ladder, layer, dim) ??
    // The bound of a fresh linear layer of that width.
    uniform(seededRandom((policy.seed ?? 0) + layer * 2 + (ladder === 'text' ? 0 : 1)), dim, 1 / Math.sqrt(dim));
  return replaceLayer(weights, ladder, layer, {
    experts: [
      ...stored.experts,
      { down: average(stored.experts.map(({ down }) => down)), up: average(stored.experts.map(({ up }) => up)) },
    ],
    routerRows: [...stored.routerRows, row],
    routerBias: stored.routerBias && [...stored.routerBias, 0],
  });
}

/** Index of the expert with the largest share; the newest when nothing is known. */
export function mostUsed(shares: number[] | undefined, count: number): number {
  let best = count - 1;
  if (shares?.length !== count + 1) return best;
  for (let index = 0; index < count; index++) if (shares[index + 1] > shares[best + 1]) best = index;
  return best;
}

function split(stored: StoredLayer, source: number): StoredLayer {
  const { down, up } = stored.experts[source];
  const bias = stored.routerBias ?? stored.routerRows.map(() => 0);
  const half = bias[source + 1] - Math.LN2;
  return {
    experts: [...stored.experts, { down: copy(down), up: copy(up) }],
    routerRows: [...stored.routerRows, stored.routerRows[source + 1].slice()],
    routerBias: [...bias.map((value, row) => (row === source + 1 ? half : value)), half],
  };
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
