import { ADAPTER_SIZE, adapterColumn, type SideInput, type SideModel } from '../../../core/catalog';
import { createMatrix, type Matrix } from '../../../core/kernel';
import {
  type CatalogIndex,
  categoryBlock,
  contentBlock,
  type FeatureBlock,
  numberBlock,
  orderBlock,
} from '../../ranking';

/** Features of every item as an expert reads them. */
interface ReadoutBlock extends FeatureBlock {
  /**
   * Identity that stored coefficients must match: the name, and for a block trained on logs also its file, because its
   * columns mean something different in every file.
   */
  key: string;
  /** The part of an adapter. Default: no adapter. */
  adapter?: SideInput;
  /** Whether these are the vectors of the side model; the features of its adapters follow. Default false. */
  vectors?: boolean;
  /** Learning rate of its read-out: step on one choice of strength 1. */
  rate: number;
  /** The read-outs of the block, one or more, each with its own fading. */
  states: readonly BlockState[];
  /** Number of binary digits below its largest coefficient that a state keeps, to keep profiles small; null for all. */
  digits: number | null;
}

/** One read-out of a block: a fading sum of the steps on its columns. */
interface BlockState {
  /** Remaining share after one more choice, 0 to 1; null to fade like the shopper's other read-outs. */
  decay: number | null;
  /** Factor of each column when scores are read out, [width]. Learning does not depend on it. */
  gain: Float32Array;
  /**
   * For an adapter: the place in the context of the value that multiplies this read-out, both when it learns and when it is read.
   * Default: 1 multiplies it.
   */
  context?: number;
}

export interface FeatureBlocks {
  count: number;
  blocks: ReadoutBlock[];
}

/** Learning rates of the blocks. */
const RATES = { content: 0.5, place: 1, categories: 1, numbers: 0.5, side: 1 };

/** Gain of the text of an item, relative to its picture, without a side model that has learned to weigh them. */
const TEXT_SCALE = 2.56;
/** Gain of the states of the side model, relative to the read-outs of the other blocks. */
const SIDE_GAIN = 0.7;
/**
 * Digits of a state with a side model, whose experts have several times as many coefficients: the error of each is some
 * tenths of a per cent, less than the error of the vectors, whose values have seven digits.
 */
const SIDE_DIGITS = 11;
/** Digits of a digest in the key of a block: enough to tell a shop's files apart. */
const DIGEST_LENGTH = 12;

/**
 * Features that the experts read: content, or the vectors of the side model, which include it; catalog order, categories and
 * numeric attributes.
 */
export function featureBlocks(index: CatalogIndex): FeatureBlocks {
  const { content, side, variants, numbers, ownNumbers } = index;
  const attributes = attributeBlocks(index);
  const blocks = side ? attributes : [contentReadout(index), ...attributes];
  const offered = new Map(ownNumbers && numbers.map(numberBlock).map(({ name, values }) => [name, { values }]));
  const weighed = blocks.map((block) => ({ ...block, ...variants?.weigh(block), ...offered.get(block.name) }));
  if (!side) return { count: content.count, blocks: weighed };
  const all = [...weighed, ...sideBlocks(side)];
  return { count: content.count, blocks: all.map((block) => ({ ...block, digits: SIDE_DIGITS })) };
}

function contentReadout(index: CatalogIndex): ReadoutBlock {
  const content = readable(RATES.content, contentBlock(index));
  // The first half of a content vector is text.
  content.states[0].gain.fill(TEXT_SCALE, 0, content.width / 2);
  return content;
}

function attributeBlocks(index: CatalogIndex): ReadoutBlock[] {
  const categories = categoryBlock(index);
  return [
    readable(RATES.place, orderBlock(index)),
    ...(categories ? [readable(RATES.categories, categories)] : []),
    ...(index.ownNumbers ?? index.numbers).map((column) => readable(RATES.numbers, numberBlock(column))),
  ];
}

/**
 * The unscaled vectors of the side model, with its states: their length expresses how informative a choice is. Then the features of each
 * of its adapters, with one read-out for each value of the context.
 */
function sideBlocks(model: SideModel): ReadoutBlock[] {
  const { width, states, digest, adapters } = model;
  const vector = adapters ? adapterColumn(adapters, width, 0) : width;
  const own = states.map(({ decay, gain }) => ({
    decay,
    gain: gain.subarray(0, vector).map((factor) => SIDE_GAIN * factor),
  }));
  const { inputs = [], rates = [], fades = [] } = adapters ?? {};
  const gain = new Float32Array(ADAPTER_SIZE).fill(1);
  const learning = inputs.map((adapter, n) => {
    const block = columnsOf(model, `adapter ${adapter}`, vector + n * ADAPTER_SIZE, ADAPTER_SIZE);
    const values = Array.from({ length: ADAPTER_SIZE }, (_, context) => ({ decay: fades[n], gain, context }));
    return { ...readable(RATES.side, block, digest), adapter, rate: rates[n], states: values };
  });
  return [
    { ...readable(RATES.side, columnsOf(model, `side ${vector}`, 0, vector), digest), vectors: true, states: own },
    ...learning,
  ];
}

/** Some columns of the rows of a side model, as they are. */
function columnsOf({ width: all, vectors }: SideModel, name: string, from: number, width: number): FeatureBlock {
  const count = vectors.length / all;
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row++)
    values.set(vectors.subarray(row * all + from, row * all + from + width), row * width);
  return { name, width, values, center: new Float32Array(width), scale: new Float32Array(width).fill(1) };
}

const readable = (rate: number, block: FeatureBlock, digest = ''): ReadoutBlock => ({
  ...block,
  key: digest ? `${block.name} ${digest.slice(0, DIGEST_LENGTH)}` : block.name,
  rate,
  states: [{ decay: null, gain: new Float32Array(block.width).fill(1) }],
  digits: null,
});

/** Columns of one block among the columns of all blocks. */
export interface MatrixBlock extends Omit<ReadoutBlock, 'values' | 'width'> {
  /** First column, and the column after the last. */
  from: number;
  to: number;
}

/**
 * The standardised features of every item side by side, [count, width], made once per state of the catalogue: all experts
 * read the same numbers, several experts in one pass.
 */
export class FeatureMatrix {
  readonly count: number;
  readonly width: number;
  readonly blocks: readonly MatrixBlock[];
  /** First column of the side model, whose columns stand together; null without one. */
  readonly sideFrom: number | null;
  readonly #matrix: Matrix;

  constructor({ count, blocks }: FeatureBlocks) {
    this.count = count;
    this.width = blocks.reduce((all, { width }) => all + width, 0);
    this.#matrix = createMatrix(count, this.width);
    let from = 0;
    this.blocks = blocks.map(({ width, values, ...block }) => {
      const { center, scale } = block;
      for (let row = 0; row < count; row++) {
        const to = this.#matrix.row(row);
        for (let d = 0; d < width; d++) to[from + d] = (values[row * width + d] - center[d]) * scale[d];
      }
      from += width;
      return { ...block, from: from - width, to: from };
    });
    this.sideFrom = this.blocks.find(({ vectors }) => vectors)?.from ?? null;
  }

  row(row: number): Float32Array {
    return this.#matrix.row(row).slice();
  }

  /** Step of the read-outs on a choice of strength 1: the gradient times the rate of each block, [width]. */
  step(gradient: Float32Array): Float32Array {
    const step = gradient.slice();
    for (const { from, to, rate } of this.blocks) for (let d = from; d < to; d++) step[d] *= rate;
    return step;
  }

  /** Products of every row with each query, [width]: [count] for each query. */
  readOut(queries: readonly Float32Array[]): Float32Array[] {
    return this.#matrix.products(queries);
  }

  /** Means of the rows weighted by each list of shares, [count]: [width] for each list. */
  means(shares: readonly Float32Array[]): Float32Array[] {
    return this.#matrix.weightedSums(shares);
  }
}
