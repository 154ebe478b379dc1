import type { CompanionTable, ContentVectors } from '../../catalog';
import { weightedMean } from '../similarities';

/** Lift (log(1 + lift)) of an item without companions that looks just like the companions of the history. */
const LIKENESS = 0.55;

/**
 * Gives items that nobody chose with others yet, such as new ones, the lift that their content promises: 0.55 times the
 * cosine to the mean of the history's companions, each weighted by its squared lift.
 * @param lifts [count], see `companionship`; changed in place
 */
export function liftNewcomers(lifts: Float32Array, { offsets, count }: CompanionTable, content: ContentVectors): void {
  const known = [...lifts.keys()].filter((row) => lifts[row] > 0);
  if (known.length === 0) return;
  const { width, values } = content;
  const center = weightedMean(
    content,
    known,
    known.map((row) => lifts[row] ** 2),
  );
  for (let row = 0; row < lifts.length; row++) {
    if (row < count && offsets[row + 1] > offsets[row]) continue;
    let cosine = 0;
    for (let d = 0; d < width; d++) cosine += values[row * width + d] * center[d];
    lifts[row] = LIKENESS * cosine;
  }
}
