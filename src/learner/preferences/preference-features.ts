import {
  ATTRIBUTE_WEIGHT,
  type BaseSignal,
  type CatalogIndex,
  categoryBlock,
  contentBlock,
  embeddingBlock,
  type FeatureBlock,
  featureBlock,
} from '../../ranking';

/** Features of every item as a preference expert reads them. */
export interface PreferenceBlock extends FeatureBlock {
  /** Factor of each column when scores are read out, [width]. Learning does not depend on it. */
  readoutScale: Float32Array;
}

/** Feature blocks over the same items. */
export interface PreferenceFeatures {
  count: number;
  blocks: PreferenceBlock[];
}

/**
 * Readout scale of the text of an item, relative to its picture, where the shop has no base model. A base model has
 * learned how to weigh the two, so that it has no effect there.
 */
const TEXT_SCALE = 2.56;
/** Radial basis functions over the range of a numeric attribute, -3 to 3 standard deviations. */
const NUMBER_RBFS = 17;
const SPACING = 6 / (NUMBER_RBFS - 1);
/** Radial basis functions over the catalog order. */
const ORDER_RBFS = 24;

/**
 * Features that the preference experts read: content, categories, numeric attributes, catalog order and, where there is a
 * base model, its embedding of the items.
 */
export function preferenceFeatures(index: CatalogIndex, base: BaseSignal | null): PreferenceFeatures {
  const { count, width } = index.content;
  const content = readable(contentBlock(index));
  const attributes = attributeBlocks(index);
  if (base) return { count, blocks: [content, ...attributes, readable(embeddingBlock(base.width, base.items))] };
  // The first half of a content vector is text.
  content.readoutScale.fill(TEXT_SCALE, 0, width / 2);
  return { count, blocks: [content, ...attributes] };
}

function attributeBlocks(index: CatalogIndex): PreferenceBlock[] {
  const { count } = index.content;
  const attribute = (subject: string, width: number, values: Float32Array): PreferenceBlock =>
    readable(featureBlock(subject, width, values, count, ATTRIBUTE_WEIGHT));
  const categories = categoryBlock(index);
  return [
    // Stored profiles call the catalog order `place`.
    attribute('place', ORDER_RBFS, orderRbf(count)),
    ...(categories ? [readable(categories)] : []),
    ...index.numbers.map(({ name, values }) => attribute(name, NUMBER_RBFS, numberRbf(values))),
  ];
}

const readable = (block: FeatureBlock): PreferenceBlock => ({
  ...block,
  readoutScale: new Float32Array(block.width).fill(1),
});

function numberRbf(values: Float32Array): Float32Array {
  const rbf = new Float32Array(values.length * NUMBER_RBFS);
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    for (let n = 0; n < NUMBER_RBFS; n++) {
      const distance = (value + 3 - n * SPACING) / (SPACING * 0.8);
      rbf[row * NUMBER_RBFS + n] = Math.exp(-(distance ** 2) / 2);
    }
  }
  return rbf;
}

function orderRbf(count: number): Float32Array {
  const rbf = new Float32Array(count * ORDER_RBFS);
  for (let row = 0; row < count; row++) {
    for (let n = 0; n < ORDER_RBFS; n++) {
      rbf[row * ORDER_RBFS + n] = Math.exp(-(((row * ORDER_RBFS) / count - n) ** 2) / 2);
    }
  }
  return rbf;
}
