import { type FeatureTable, pickRows } from '../../core/catalog';
import { categoryPrecision, vectorsOf } from './neighbors';

/** Weights tried; the middle one wins ties. */
export const TEXT_WEIGHTS = [0.5, 0.35, 0.65, 0.2, 0.8];
/** Maximum number of compared items; a larger catalogue is sampled evenly. */
const MAX_ITEMS = 1200;
/** Gain in P@5 below which the even blend is kept: a smaller gain is noise at these sizes. */
const NOTICEABLE = 0.01;

/**
 * Tunes the weight of text against the picture in content similarity. Shops differ: photographs on white distinguish
 * products that drawings do not. The weight whose 5 nearest neighbours agree most in category wins; 0.5 without categories.
 * @param taps index of the content tap of each modality
 * @param categories one per item
 * @param advance called after each weight
 * @returns weight of the text, 0.2 to 0.8; the picture gets the rest
 */
export async function tunedTextWeight(
  features: FeatureTable,
  taps: { text: number; image: number },
  categories: readonly string[],
  advance?: (weights: number) => void,
): Promise<number> {
  const step = Math.max(1, Math.ceil(features.count / MAX_ITEMS));
  const rows = Array.from({ length: Math.ceil(features.count / step) }, (_, n) => n * step);
  const sample = pickRows(features, rows);
  const labels = rows.map((row) => categories[row]);
  let best = { weight: TEXT_WEIGHTS[0], precision: Number.NEGATIVE_INFINITY };
  for (const weight of TEXT_WEIGHTS) {
    const blend = { text: { tap: taps.text, weight }, image: { tap: taps.image, weight: 1 - weight } };
    const precision = await categoryPrecision(vectorsOf(sample, blend), labels, 5);
    const margin = best.weight === TEXT_WEIGHTS[0] ? NOTICEABLE : 0;
    // NaN, where no item has a category, only replaces the initial value.
    if (best.precision === Number.NEGATIVE_INFINITY || precision > best.precision + margin)
      best = { weight, precision };
    advance?.(1);
  }
  return best.weight;
}
