import type { BaseRecipe } from '../base-model';
import { expandByMean, mapLayers, nextWindow, prune, randomRouterRow, type Utilization, type Weights } from '../model';

/** The paper's pruning threshold. */
const TAU = 0.1;

/**
 * Cuts a stream into windows of equal counts.
 * @param stream sorted by time
 * @param count windows, 1 or more; there are fewer where the stream is shorter
 */
export function cutWindows<T>(stream: readonly T[], count: number): T[][] {
  const bound = (window: number): number => Math.round((window * stream.length) / count);
  const windows = Array.from({ length: count }, (_, window) => stream.slice(bound(window), bound(window + 1)));
  return windows.filter((window) => window.length > 0);
}

/**
 * The weights that the next window starts from: experts pruned by their use and every layer expanded by one.
 * `sidestream`: relative pruning, and the most used expert is cloned so that nothing changes at that moment. `paper`:
 * pruning below tau of .1, the new expert is the mean of the others and its router row random.
 * @param utilization of the window that ends
 * @param maxExperts layers with so many are not expanded by the `sidestream` recipe. Default 4
 * @param pruning false: no expert goes, whatever its use. Default true
 */
export function nextWeights(
  weights: Weights,
  utilization: Utilization,
  recipe: BaseRecipe,
  { seed, maxExperts = 4, pruning = true }: { seed: number; maxExperts?: number; pruning?: boolean },
): Weights {
  if (recipe === 'sidestream') return nextWindow(weights, utilization, pruning, maxExperts).weights;
  const kept = pruning ? prune(weights, utilization, { kind: 'paper', tau: TAU }).weights : weights;
  return mapLayers(kept, (layer, ladder, index) =>
    expandByMean(layer, randomRouterRow(seed, ladder, index, layer.router.weight.shape[1])),
  );
}
