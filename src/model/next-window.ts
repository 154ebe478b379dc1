import { expandByClone, mostUsed } from './expand';
import { prune } from './prune';
import { mapLayers } from './state-dict';
import { normalize, type Utilization } from './utilization';
import type { Weights } from './weights';

/** Where the next window starts. */
export interface NextWindow {
  weights: Weights;
  /** Expected shares at its start. */
  shares: Utilization;
  /** Experts removed, over all layers. */
  pruned: number;
  /** Experts added, over all layers. */
  expanded: number;
}

/**
 * Ends a window: in every layer the least used expert goes when its share is below 0.8 / n, then the most used one is
 * cloned, unless the layer has `maxExperts`. Without room for a clone the newest expert keeps learning.
 * @param shares of the window that ends
 * @param measured false when nothing was trained in the window: then nothing is pruned
 * @throws SidestreamError `model/bad-shape` when the parts of a layer do not fit each other
 */
export function nextWindow(weights: Weights, shares: Utilization, measured: boolean, maxExperts: number): NextWindow {
  const next = { shares: { text: [], image: [] } as Utilization, pruned: 0, expanded: 0 };
  const removal = measured ? prune(weights, shares, { kind: 'relative' }) : null;
  const grown = mapLayers(removal?.weights ?? weights, (layer, ladder, index) => {
    const gone = removal?.pruned[ladder][index] ?? null;
    const rest = normalize(shares[ladder][index].filter((_, row) => gone === null || row !== gone + 1));
    if (gone !== null) next.pruned++;
    if (layer.experts.length >= maxExperts) {
      next.shares[ladder].push(rest);
      return layer;
    }
    const source = mostUsed(rest, layer.experts.length);
    const half = rest[source + 1] / 2;
    next.shares[ladder].push([...rest.map((share, row) => (row === source + 1 ? half : share)), half]);
    next.expanded++;
    return expandByClone(layer, source);
  });
  return { weights: grown, ...next };
}
