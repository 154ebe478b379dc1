import type { BaseSignal, CatalogIndex } from '../../ranking';

/**
 * Some features of every item, as a preference expert reads them: (value - center) * scale per column, which over the
 * catalogue have mean 0 and rows of mean square length `weight`^2. The values may be those of another owner: not to be
 * changed.
 */
export interface FeatureBlock {
  /** Subject and width: stored coefficients fit only a block of the same name. */
  name: string;
  width: number;
  /** [count * width] */
  values: Float32Array;
  /** [width] */
  center: Float32Array;
  /** [width] */
  scale: Float32Array;
  /** Factor of each column when scores are read out, [width]. Learning does not depend on it. */
  readoutScale: Float32Array;
}

/** Feature blocks over the same items. */
export interface FeatureBlocks {
  count: number;
  blocks: FeatureBlock[];
}

/** Weight of a block of catalogue attributes beside content and embedding. */
const ATTRIBUTE_WEIGHT = 0.5;
/** Part of the mean variance that is added to a column's own, so that columns of noise stay small. */
const SMOOTHING = 1;
/**
 * Readout scale of the text of an item, relative to its picture, where the shop has no base model. A base model has
 * learned how to weigh the two, so that it has no effect there.
 */
const TEXT_SCALE = 2.56;
/** Columns of the category block: the most frequent categories. */
const MOST_CATEGORIES = 64;
/** Radial basis functions over the range of a numeric attribute, -3 to 3 standard deviations. */
const NUMBER_RBFS = 17;
const SPACING = 6 / (NUMBER_RBFS - 1);
/** Radial basis functions over the catalog order. */
const ORDER_RBFS = 24;

/**
 * Features that the preference experts read: content, categories, numeric attributes, catalog order and, where there is a
 * base model, its embedding of the items.
 */
export function featureBlocks(index: CatalogIndex, base: BaseSignal | null): FeatureBlocks {
  const { count, width, values } = index.content;
  const content = block('content', width, values, count, 1);
  const attributes = attributeBlocks(index);
  if (base) return { count, blocks: [content, ...attributes, block('embedding', base.width, base.items, count, 1)] };
  // The first half of a content vector is text.
  content.readoutScale.fill(TEXT_SCALE, 0, width / 2);
  return { count, blocks: [content, ...attributes] };
}

function attributeBlocks(index: CatalogIndex): FeatureBlock[] {
  const { count } = index.content;
  // Stored profiles call the catalog order `place`.
  const blocks = [block('place', ORDER_RBFS, orderRbf(count), count, ATTRIBUTE_WEIGHT)];
  const categories = categoryColumns(index);
  if (categories.ids.length > 0) {
    const name = `categories ${categories.ids.map((id) => index.categories.names[id]).join('|')}`;
    blocks.push(block(name, categories.ids.length, categories.values, count, ATTRIBUTE_WEIGHT));
  }
  for (const { name, values } of index.numbers)
    blocks.push(block(name, NUMBER_RBFS, numberRbf(values), count, ATTRIBUTE_WEIGHT));
  return blocks;
}

function categoryColumns({ categories, content }: CatalogIndex): { ids: number[]; values: Float32Array } {
  const { baseRate, ofItem } = categories;
  const ids = [...baseRate.keys()]
    .filter((id) => baseRate[id] < 1)
    .sort((a, b) => baseRate[b] - baseRate[a] || a - b)
    .slice(0, MOST_CATEGORIES);
  const columnOf = new Map(ids.map((id, column) => [id, column]));
  const values = new Float32Array(content.count * ids.length);
  for (const [row, own] of ofItem.entries()) {
    for (const id of own) {
      const column = columnOf.get(id);
      if (column !== undefined) values[row * ids.length + column] = 1;
    }
  }
  return { ids, values };
}

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

function block(subject: string, width: number, values: Float32Array, count: number, weight: number): FeatureBlock {
  const center = new Float32Array(width);
  for (let at = 0; at < values.length; at++) center[at % width] += values[at] / count;
  const variance = new Float64Array(width);
  for (let at = 0; at < values.length; at++) variance[at % width] += (values[at] - center[at % width]) ** 2 / count;
  const mean = variance.reduce((sum, value) => sum + value, 0) / width;
  const damped = variance.map((value) => value + SMOOTHING * mean);
  const length = variance.reduce((sum, value, column) => sum + value / damped[column], 0);
  const scale = Float32Array.from(damped, (value) => (mean > 0 ? weight / Math.sqrt(value * length) : 0));
  return { name: `${subject} ${width}`, width, values, center, scale, readoutScale: new Float32Array(width).fill(1) };
}
