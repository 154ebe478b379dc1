import {
  expandLayer,
  LADDERS,
  type Ladder,
  mostUsed,
  normalize,
  prune,
  storedExpertCounts,
  type Utilization,
  type Weights,
} from '../../model';

/** What the end of a window leaves. */
export interface NextWindow {
  weights: Weights;
  /** Shares to expect at the start of the new window. */
  shares: Utilization;
  /** Experts removed, over all layers. */
  pruned: number;
  /** Experts added, over all layers. */
  expanded: number;
}

/**
 * Ends a window: in every layer the least used expert goes when its share is below 0.8 / n, then the most used one is
 * cloned, unless the layer has `maxExperts`. Without room for a clone the newest expert goes on learning.
 * @param shares of the window that ends
 * @param measured false when nothing was trained in the window: then nothing is pruned
 */
export function nextWindow(weights: Weights, shares: Utilization, measured: boolean, maxExperts: number): NextWindow {
  const next: NextWindow = { weights, shares: { text: [], image: [] }, pruned: 0, expanded: 0 };
  const removal = measured ? prune(weights, shares, { kind: 'relative' }) : null;
  if (removal) next.weights = removal.weights;
  for (const ladder of LADDERS) {
    for (const [layer, count] of storedExpertCounts(next.weights, ladder).entries()) {
      const gone = removal?.pruned[ladder][layer] ?? null;
      const rest = normalize(shares[ladder][layer].filter((_, row) => gone === null || row !== gone + 1));
      if (gone !== null) next.pruned++;
      next.shares[ladder].push(count < maxExperts ? clone(next, ladder, layer, rest) : rest);
    }
  }
  return next;
}

function clone(next: NextWindow, ladder: Ladder, layer: number, shares: number[]): number[] {
  const utilization: Utilization = { text: [], image: [] };
  utilization[ladder][layer] = shares;
  next.weights = expandLayer(next.weights, ladder, layer, { kind: 'function-preserving', utilization });
  next.expanded++;
  const source = mostUsed(shares, shares.length - 1) + 1;
  const half = shares[source] / 2;
  return [...shares.map((share, row) => (row === source ? half : share)), half];
}
