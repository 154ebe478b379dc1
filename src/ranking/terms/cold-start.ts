import type { ContentVectors, CooccurrenceTable } from '../../catalog';
import { weightedMean } from '../similarities';

/** log(1 + lift) of an item without co-occurrence whose content equals that of the items co-occurring with the history. */
const FULL_SIMILARITY_LIFT = 0.55;

/**
 * Estimates the lift of items without co-occurrence, such as new ones, from their content: 0.55 times the cosine to the
 * mean of the items that co-occur with the history, each weighted by its squared lift.
 * @param lifts [count], see `cooccurrence`; changed in place
 */
export function coldStart(lifts: Float32Array, { offsets, count }: CooccurrenceTable, content: ContentVectors): void {
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
    lifts[row] = FULL_SIMILARITY_LIFT * cosine;
  }
}
