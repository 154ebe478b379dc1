import type { BaseSignal, CatalogueIndex } from '../../ranking';

/**
 * Some features of every item, as the taste experts read them: (value - center) * scale per column, which over the
 * catalogue have mean 0 and rows of mean square length `weight`^2. The values are shared with whoever made them.
 */
export interface TasteBlock {
  /** What it is about, and of which shape: an expert that learned on another block does not fit. */
  name: string;
  width: number;
  /** [count * width] */
  values: Float32Array;
  /** [width] */
  center: Float32Array;
  /** [width] */
  scale: Float32Array;
  /** How much each column counts when a taste is read from it, [width]. What is learned does not depend on it. */
  trust: Float32Array;
}

/** Features to read a taste from, block by block, over the same items. */
export interface TasteSpace {
  count: number;
  blocks: TasteBlock[];
}

/** How much a block of plain facts counts beside content and embedding. */
const FACTS = 0.5;
/** Share of the mean variance that is added to a column's own, so that columns of noise stay small. */
const SMOOTHING = 1;
/**
 * How much the text of an item counts against its picture where no base model tells how to read either. Changes nothing
 * where there is one.
 */
const TEXT_TRUST = 2.56;
/** Categories that are told apart, the most frequent ones. */
const MOST_CATEGORIES = 64;
/** Bumps that a number's range, -3 to 3 standard deviations, is covered by. */
const BUMPS = 17;
const SPACING = 6 / (BUMPS - 1);
/** Bumps that the order of the catalogue is covered by. */
const PLACES = 24;

/**
 * What taste experts read of a catalogue: content, categories, numbers, the place in the catalogue and, where there is a
 * base model, its embedding of the items.
 */
export function tasteSpace(index: CatalogueIndex, base: BaseSignal | null): TasteSpace {
  const { count, width, values } = index.content;
  const content = block('content', width, values, count, 1);
  const facts = factBlocks(index);
  if (base) return { count, blocks: [content, ...facts, block('embedding', base.width, base.items, count, 1)] };
  // The first half of a content vector is text.
  content.trust.fill(TEXT_TRUST, 0, width / 2);
  return { count, blocks: [content, ...facts] };
}

function factBlocks(index: CatalogueIndex): TasteBlock[] {
  const { count } = index.content;
  const blocks = [block('place', PLACES, placeBumps(count), count, FACTS)];
  const categories = categoryColumns(index);
  if (categories.ids.length > 0) {
    const name = `categories ${categories.ids.map((id) => index.categories.names[id]).join('|')}`;
    blocks.push(block(name, categories.ids.length, categories.values, count, FACTS));
  }
  for (const { name, values } of index.numbers) blocks.push(block(name, BUMPS, numberBumps(values), count, FACTS));
  return blocks;
}

function categoryColumns({ categories, content }: CatalogueIndex): { ids: number[]; values: Float32Array } {
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

function numberBumps(values: Float32Array): Float32Array {
  const bumps = new Float32Array(values.length * BUMPS);
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    for (let bump = 0; bump < BUMPS; bump++) {
      const distance = (value + 3 - bump * SPACING) / (SPACING * 0.8);
      bumps[row * BUMPS + bump] = Math.exp(-(distance ** 2) / 2);
    }
  }
  return bumps;
}

function placeBumps(count: number): Float32Array {
  const bumps = new Float32Array(count * PLACES);
  for (let row = 0; row < count; row++) {
    for (let bump = 0; bump < PLACES; bump++) {
      bumps[row * PLACES + bump] = Math.exp(-(((row * PLACES) / count - bump) ** 2) / 2);
    }
  }
  return bumps;
}

function block(about: string, width: number, values: Float32Array, count: number, weight: number): TasteBlock {
  const center = new Float32Array(width);
  for (let at = 0; at < values.length; at++) center[at % width] += values[at] / count;
  const variance = new Float64Array(width);
  for (let at = 0; at < values.length; at++) variance[at % width] += (values[at] - center[at % width]) ** 2 / count;
  const mean = variance.reduce((sum, value) => sum + value, 0) / width;
  const damped = variance.map((value) => value + SMOOTHING * mean);
  const length = variance.reduce((sum, value, column) => sum + value / damped[column], 0);
  const scale = Float32Array.from(damped, (value) => (mean > 0 ? weight / Math.sqrt(value * length) : 0));
  return { name: `${about} ${width}`, width, values, center, scale, trust: new Float32Array(width).fill(1) };
}
