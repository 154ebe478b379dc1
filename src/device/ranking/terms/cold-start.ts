import type { CooccurrenceTable } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import { weightedMean } from '../similarities';

/**
 * log(1 + lift) of an item without co-occurrence whose content equals the content of the items that co-occur with the
 * history.
 */
const FULL_SIMILARITY_LIFT = 0.55;

/**
 * Estimates the lift of items without co-occurrence, such as new ones, from their content: 0.55 times the cosine to the
 * mean of the items that co-occur with the history, each weighted by its squared lift.
 * @param lifts [count], see `cooccurrence`; changed in place
 */
export function coldStart(
  lifts: Float32Array,
  { offsets, count }: CooccurrenceTable,
  { content, similarities }: Pick<CatalogIndex, 'content' | 'similarities'>,
): void {
  const known: number[] = [];
  const lacking: number[] = [];
  for (let row = 0; row < lifts.length; row++) {
    if (lifts[row] > 0) known.push(row);
    if (row >= count || offsets[row + 1] === offsets[row]) lacking.push(row);
  }
  if (known.length === 0 || lacking.length === 0) return;
  const center = weightedMean(
    content,
    known,
    known.map((row) => lifts[row] ** 2),
  );
  const [cosines] = similarities.products([center]);
  for (const row of lacking) lifts[row] = FULL_SIMILARITY_LIFT * cosines[row];
}
