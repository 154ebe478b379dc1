import { LADDERS, type Ladder } from './names';
import { readLayer, replaceLayer, storedExpertCounts } from './stored-layer';
import { normalize, type Utilization } from './utilization';
import type { Weights } from './weights';

/** When the least used expert of a layer goes. Shares are of the experts alone; n experts. */
export type PrunePolicy =
  /** The paper's rule: its share is below tau. */
  | { kind: 'paper'; tau: number }
  /** Its share is below factor / n. Default factor 0.8. */
  | { kind: 'relative'; factor?: number };

/** Which expert each layer lost, null where none went. */
export type Pruned = Record<Ladder, (number | null)[]>;

/**
 * The expert that has to go, or null. At least one expert stays.
 * @param shares of backbone and experts, backbone first
 */
export function expertToPrune(shares: number[], policy: PrunePolicy): number | null {
  const experts = normalize(shares.slice(1));
  if (experts.length < 2) return null;
  const threshold = policy.kind === 'paper' ? policy.tau : (policy.factor ?? 0.8) / experts.length;
  const least = experts.indexOf(Math.min(...experts));
  return experts[least] < threshold ? least : null;
}

/**
 * Removes at most one expert per layer, with its router row. The weights given are left as they are.
 * @param utilization of the window that ends; layers it does not know are left alone
 */
export function prune(
  weights: Weights,
  utilization: Utilization,
  policy: PrunePolicy,
): { weights: Weights; pruned: Pruned } {
  const pruned: Pruned = { text: [], image: [] };
  let result = weights;
  for (const ladder of LADDERS) {
    for (const [layer, count] of storedExpertCounts(weights, ladder).entries()) {
      const shares = utilization[ladder][layer];
      const gone = shares?.length === count + 1 ? expertToPrune(shares, policy) : null;
      pruned[ladder].push(gone);
      if (gone === null) continue;
      const stored = readLayer(result, ladder, layer);
      result = replaceLayer(result, ladder, layer, {
        experts: stored.experts.filter((_, index) => index !== gone),
        routerRows: stored.routerRows.filter((_, row) => row !== gone + 1),
        routerBias: stored.routerBias?.filter((_, row) => row !== gone + 1) ?? null,
      });
    }
  }
  return { weights: result, pruned };
}
