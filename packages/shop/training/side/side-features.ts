import * as v from 'valibot';
import { SIDE_INPUTS, type SideInput } from '../../../../src/core/catalog';
import { type CatalogIndex, categoryBlock, contentBlock, type FeatureBlock } from '../../../../src/device/ranking';
import type { SideConfig } from '../model/side-weights';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Columns of one part of every item, [count, columns]. */
const columns = v.strictObject({ columns: count, values: v.instance(Float32Array<ArrayBufferLike>) });
type SideColumns = v.InferOutput<typeof columns>;

/** The inputs of a side model for every item of a catalogue. */
export const sideFeaturesSchema = v.strictObject({
  count,
  inputs: v.strictObject({ text: columns, image: columns, attributes: columns }),
});
export type SideFeatures = v.InferOutput<typeof sideFeaturesSchema>;

/**
 * A row of a block has a mean square length of its number of columns divided by this: columns of unit size would let a small log
 * explain its shoppers by the words of the items.
 */
const LENGTH = 16;

/**
 * The parts of every item, standardised: the content tap of the text, the one of the picture, and categories. A part that is
 * equal in all items has no columns. Numbers are left out: items that nobody has chosen yet often lie outside the range of all
 * other items (this year's films, a more expensive range), where an expert has learned only noise; the terms and read-outs use
 * the numbers.
 */
export function sideFeatures(index: CatalogIndex): SideFeatures {
  const { count, width } = index.content;
  const content = standardised(contentBlock(index), count);
  const half = width / 2;
  const categories = categoryBlock(index);
  return {
    count,
    inputs: {
      text: used(content, count, 0, half),
      image: used(content, count, half, width),
      attributes: categories
        ? used(standardised(categories, count), count)
        : { columns: 0, values: new Float32Array() },
    },
  };
}

/** The size of a side model that reads these features. */
export const sideConfigOf = (
  { inputs: { text, image, attributes } }: SideFeatures,
  { width, hidden, decays }: Omit<SideConfig, 'inputs' | 'decays'> & { decays: readonly number[] },
): SideConfig => ({
  width,
  hidden,
  inputs: { text: text.columns, image: image.columns, attributes: attributes.columns },
  decays: [...decays],
});

/** Rows of every part for some items: [rows.length, columns] each. */
export function pickFeatures(features: SideFeatures, rows: ArrayLike<number>): Record<SideInput, Float32Array> {
  const picked = {} as Record<SideInput, Float32Array>;
  for (const input of SIDE_INPUTS) {
    const { columns, values } = features.inputs[input];
    const own = new Float32Array(rows.length * columns);
    for (let n = 0; n < rows.length; n++) {
      own.set(values.subarray(rows[n] * columns, (rows[n] + 1) * columns), n * columns);
    }
    picked[input] = own;
  }
  return picked;
}

function standardised({ width, values, center, scale }: FeatureBlock, count: number): SideColumns {
  const out = new Float32Array(count * width);
  // A block's rows have mean square length 1; here that is the size of one column in LENGTH.
  const factor = Math.sqrt(width / LENGTH);
  for (let at = 0; at < out.length; at++) {
    const column = at % width;
    out[at] = (values[at] - center[column]) * scale[column] * factor;
  }
  return { columns: width, values: out };
}

/** The columns of a range in which items differ. */
function used({ columns, values }: SideColumns, count: number, from = 0, to = columns): SideColumns {
  const kept = Array.from({ length: to - from }, (_, n) => from + n).filter((column) => {
    for (let row = 1; row < count; row++) if (values[row * columns + column] !== values[column]) return true;
    return false;
  });
  const out = new Float32Array(count * kept.length);
  for (let row = 0; row < count; row++) {
    for (const [at, column] of kept.entries()) out[row * kept.length + at] = values[row * columns + column];
  }
  return { columns: kept.length, values: out };
}
