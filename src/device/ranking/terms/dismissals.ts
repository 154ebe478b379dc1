import type { CatalogIndex } from '../catalog-index';

/**
 * Number of the last dismissals that count in this term, all alike: here a dismissal does not fade, but newer ones push it out. Its
 * effect on the shopper's experts fades with every choice, see `fading` in `learner/personal-weights.ts`.
 */
const MAX_DISMISSALS = 200;

/** Minus the content similarity to the nearest of the last dismissed items, at most 0. */
export function dislikes({ nearestDismissed }: CatalogIndex, dismissed: Iterable<number>): Float32Array {
  const [nearest] = nearestDismissed.nearestTo([...dismissed].slice(-MAX_DISMISSALS));
  const out = new Float32Array(nearest.length);
  for (let row = 0; row < out.length; row++) out[row] = -Math.max(0, nearest[row]);
  return out;
}
