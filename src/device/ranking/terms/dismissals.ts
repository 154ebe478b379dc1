import type { CatalogIndex } from '../catalog-index';

/** Number of the last dismissals that count, all alike: a dismissal does not fade, but newer ones push it out. */
const MAX_DISMISSALS = 200;

/** Minus the content similarity to the nearest of the last dismissed items, at most 0. */
export function dislikes({ nearestDismissed }: CatalogIndex, dismissed: Iterable<number>): Float32Array {
  const [nearest] = nearestDismissed.nearestTo([...dismissed].slice(-MAX_DISMISSALS));
  const out = new Float32Array(nearest.length);
  for (let row = 0; row < out.length; row++) out[row] = -Math.max(0, nearest[row]);
  return out;
}
