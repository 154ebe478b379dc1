import type { Item } from '../item';
import type { ClusterPlan } from './cluster-plan';

/**
 * Items that stand for a catalogue before anything is known of a shopper: the most popular half, then the middle item of
 * the largest clusters, so that every corner that many items are in can be seen. Items that are out of stock stay out.
 * @returns rows, at most `count`; all different
 */
export function headRows(items: readonly Item[], plan: ClusterPlan, count: number): Int32Array {
  const there = (row: number): boolean => items[row].availability !== 'out-of-stock';
  const popular = Int32Array.from(
    [...items.keys()].filter((row) => (items[row].popularity ?? 0) > 0 && there(row)),
  ).sort((a, b) => (items[b].popularity ?? 0) - (items[a].popularity ?? 0) || a - b);
  const chosen = new Set(popular.subarray(0, Math.floor(count / 2)));
  const largest = [...plan.rows.keys()].sort((a, b) => plan.rows[b].length - plan.rows[a].length || a - b);
  for (const cluster of largest) {
    if (chosen.size >= count) break;
    const middle = middleOf(plan, cluster, there);
    if (middle !== null) chosen.add(middle);
  }
  for (const row of popular) {
    if (chosen.size >= count) break;
    chosen.add(row);
  }
  // Nothing at all would be in stock otherwise.
  if (chosen.size === 0) chosen.add(0);
  return Int32Array.from(chosen);
}

/** The member nearest to the centroid. */
function middleOf(plan: ClusterPlan, cluster: number, there: (row: number) => boolean): number | null {
  const { dims } = plan.axes;
  let middle: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  for (const row of plan.rows[cluster]) {
    if (!there(row)) continue;
    let sum = 0;
    for (let d = 0; d < dims; d++) sum += plan.base[row * dims + d] * plan.centroids.values[cluster * dims + d];
    if (sum > best) {
      best = sum;
      middle = row;
    }
  }
  return middle;
}
