import { checkLayer, type Ladder, type Layer } from './layer';
import { mapLayers } from './state-dict';
import { normalize, type Utilization } from './utilization';
import type { Weight, Weights } from './weights';

/** The expert that each layer lost; null if it lost none. */
export type Pruned = Record<Ladder, (number | null)[]>;

/**
 * XSMoE's rule (arXiv 2508.05993): the least used expert is removed if its share among the experts, without the backbone, is
 * below tau; else null. At least one expert stays.
 * @param shares of backbone and experts, backbone first
 */
export function expertToPrune(shares: number[], tau: number): number | null {
  const experts = normalize(shares.slice(1));
  if (experts.length < 2) return null;
  const least = experts.indexOf(Math.min(...experts));
  return experts[least] < tau ? least : null;
}

/**
 * Removes at most one expert per layer, with its router row. Does not change the given weights.
 * @param utilization of the window that ends; layers that it lacks stay unchanged
 * @throws SidestreamError `model/bad-shape` when the shapes of a layer's parts do not match
 */
export function prune(weights: Weights, utilization: Utilization, tau: number): { weights: Weights; pruned: Pruned } {
  const pruned: Pruned = { text: [], image: [] };
  const rest = mapLayers(weights, (layer, ladder, index) => {
    const shares = utilization[ladder][index];
    const gone = shares?.length === layer.experts.length + 1 ? expertToPrune(shares, tau) : null;
    pruned[ladder].push(gone);
    return gone === null ? layer : withoutExpert(layer, gone);
  });
  return { weights: rest, pruned };
}

function withoutExpert(layer: Layer<Weight>, gone: number): Layer<Weight> {
  checkLayer(layer);
  const { weight, bias } = layer.router;
  return {
    experts: layer.experts.filter((_, index) => index !== gone),
    router: { weight: withoutRow(weight, gone + 1), ...(bias && { bias: withoutRow(bias, gone + 1) }) },
  };
}

/** The matrix or vector without one of its rows. */
function withoutRow({ shape: [rows, ...rest], values }: Weight, gone: number): Weight {
  const width = values.length / rows;
  const kept = values.filter((_, index) => Math.floor(index / width) !== gone);
  return { shape: [rows - 1, ...rest], values: kept };
}
