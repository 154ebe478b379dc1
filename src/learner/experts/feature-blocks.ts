import type { BaseSignal, CatalogIndex } from '../../ranking';

/**
 * Some features of every item, as an expert reads them: (value - center) * scale per column, which over the catalogue
 * have mean 0 and rows of mean square length `weight`^2. The values may be those of another owner: not to be changed.
 */
export interface FeatureBlock {
  /** Subject and width: stored coefficients fit only a block of the same name. */
  name: string;
  width: number;
  /** Learning rate of its read-out: step on one choice of strength 1. */
  rate: number;
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

/** Latent factors of the items, made offline from the shop's logs. */
interface FactorBlock {
  name: FactorName;
  width: number;
  /** [count * width] */
  values: Float32Array;
}
type FactorName = 'cooccurrence' | 'users';
/** The catalogue, with factors where the shop has any. */
export type FeatureIndex = CatalogIndex & { factors?: { blocks: readonly FactorBlock[] } | null };

/** Length of the rows of each kind of block, and learning rate of its read-outs. */
const KINDS = {
  content: { weight: 1, rate: 0.5 },
  place: { weight: 0.5, rate: 0.5 },
  categories: { weight: 0.5, rate: 1 },
  numbers: { weight: 0.5, rate: 0.5 },
  embedding: { weight: 1, rate: 0.25 },
  cooccurrence: { weight: 1, rate: 1 },
  users: { weight: 1, rate: 1 },
} satisfies Record<string, { weight: number; rate: number }>;
type Kind = keyof typeof KINDS;

/** Blocks that are read from the bundle after the first list: their stored coefficients wait for them. */
const LATE_BLOCKS: readonly Kind[] = ['embedding', 'cooccurrence', 'users'];

/** Whether stored coefficients of this name belong to a block that may come later. */
export const mayComeLater = (name: string): boolean => LATE_BLOCKS.some((kind) => name.startsWith(`${kind} `));

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
 * Features that the experts read: content, catalog order, categories, numeric attributes and, where there are any, the
 * base model's embedding of the items and latent factors.
 */
export function featureBlocks(index: FeatureIndex, base: BaseSignal | null): FeatureBlocks {
  const { count, width, values } = index.content;
  const content = block('content', { width, values }, count);
  // The first half of a content vector is text.
  if (!base) content.readoutScale.fill(TEXT_SCALE, 0, width / 2);
  const blocks = [content, ...attributeBlocks(index)];
  if (base) blocks.push(block('embedding', { width: base.width, values: base.items }, count));
  for (const factors of index.factors?.blocks ?? []) blocks.push(block(factors.name, factors, count));
  return { count, blocks };
}

function attributeBlocks(index: CatalogIndex): FeatureBlock[] {
  const { count } = index.content;
  // Stored profiles call the catalog order `place`.
  const blocks = [block('place', { width: ORDER_RBFS, values: orderRbf(count) }, count)];
  const categories = categoryColumns(index);
  if (categories.ids.length > 0) {
    const subject = `categories ${categories.ids.map((id) => index.categories.names[id]).join('|')}`;
    blocks.push(block('categories', { width: categories.ids.length, values: categories.values }, count, subject));
  }
  for (const { name, values } of index.numbers) {
    blocks.push(block('numbers', { width: NUMBER_RBFS, values: numberRbf(values) }, count, name));
  }
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

/** @param subject first part of the block's name */
function block(
  kind: Kind,
  { width, values }: Pick<FeatureBlock, 'width' | 'values'>,
  count: number,
  subject: string = kind,
): FeatureBlock {
  const { weight, rate } = KINDS[kind];
  const center = new Float32Array(width);
  for (let at = 0; at < values.length; at++) center[at % width] += values[at] / count;
  const variance = new Float64Array(width);
  for (let at = 0; at < values.length; at++) variance[at % width] += (values[at] - center[at % width]) ** 2 / count;
  const mean = variance.reduce((sum, value) => sum + value, 0) / width;
  const damped = variance.map((value) => value + SMOOTHING * mean);
  const length = variance.reduce((sum, value, column) => sum + value / damped[column], 0);
  const scale = Float32Array.from(damped, (value) => (mean > 0 ? weight / Math.sqrt(value * length) : 0));
  const readoutScale = new Float32Array(width).fill(1);
  return { name: `${subject} ${width}`, width, rate, values, center, scale, readoutScale };
}
