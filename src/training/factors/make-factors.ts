import { type CooccurrenceTable, type FactorBlock, type Factors, MOST_FACTORS, scaleRow } from '../../catalog';
import { type CatalogIndex, categoryBlock, contentBlock, embeddingBlock, type FeatureBlock } from '../../ranking';
import { choiceMatrix, type SparseMatrix, transposed } from '../sparse-matrix';
import { predictUnknown } from './ridge-prediction';
import { rightSingularVectors } from './singular-vectors';

/** What factors are made from. */
export interface FactorSources {
  /** The items, from whose content and categories the factors of unknown items are predicted. */
  index: Pick<CatalogIndex, 'content' | 'categories'>;
  /** Gives the block `cooccurrence`. */
  cooccurrence?: CooccurrenceTable;
  /** Catalogue rows that each user chose, or that each order holds; gives the block `users`. */
  choices?: readonly ArrayLike<number>[];
  /** [count] how much each item is chosen now, 0 for one that nobody chose; gives the popularity of unknown items. */
  popularity?: Float32Array;
  /** Embedding of the items by a base model, [count * width], by which unknown items are predicted too. */
  embedding?: { width: number; values: Float32Array };
  seed: number;
}

/** Added to the choices of a user, and of an item, before their square roots divide: a few choices do not count as many. */
const SMOOTHING = 10;

/**
 * Makes the factors of a catalogue: for each block at most 64 singular vectors, scaled, with item rows of length 1. Items that
 * nobody chose, or that co-occur with none, get rows predicted from their content, categories and embedding, and so is their
 * popularity. A block without any basis is left out.
 */
export function makeFactors({ index, cooccurrence, choices, popularity, embedding, seed }: FactorSources): Factors {
  const { count } = index.content;
  const blocks: FactorBlock[] = [];
  if (cooccurrence) blocks.push(...block('cooccurrence', cooccurrenceVectors(cooccurrence, seed)));
  if (choices) blocks.push(...block('users', userVectors(choices, count, seed)));
  const categories = categoryBlock(index);
  const features: FeatureBlock[] = [
    contentBlock(index),
    ...(categories ? [categories] : []),
    ...(embedding ? [embeddingBlock(embedding.width, embedding.values)] : []),
  ];
  for (const { values, width } of blocks) {
    const known = Array.from({ length: count }, (_, row) =>
      values.subarray(row * width, (row + 1) * width).some((value) => value !== 0),
    );
    predictUnknown(features, known, values, width);
  }
  return { blocks, ...(popularity && coldPopularity(features, popularity)) };
}

/**
 * Log popularity that items without a choice may be expected to have by what they are, relative to the mean of those items.
 * It is learned from what is chosen now: an item that came late in the log had less time for as many choices. Numbers and the
 * order of the catalogue take no part: what is new is often new in them.
 */
function coldPopularity(features: readonly FeatureBlock[], popularity: Float32Array): Pick<Factors, 'coldPopularity'> {
  const known = Array.from(popularity, (value) => value > 0);
  const values = popularity.map(Math.log1p);
  predictUnknown(features, known, values, 1);
  const unknown = values.filter((_, row) => !known[row]);
  const mean = unknown.reduce((sum, value) => sum + value, 0) / Math.max(1, unknown.length);
  return { coldPopularity: values.map((value, row) => (known[row] ? 0 : value - mean)) };
}

/** Item rows before they are scaled to unit length. */
interface ItemVectors {
  width: number;
  values: Float32Array;
}

function block(name: FactorBlock['name'], { width, values }: ItemVectors): FactorBlock[] {
  if (width === 0) return [];
  for (let at = 0; at < values.length; at += width) scaleRow(values, at, width);
  return [{ name, width, values }];
}

/**
 * U sqrt(s) of the table of log lifts, U s V^T, each entry of an item being a column of its row: items with the same partners
 * get alike rows.
 */
function cooccurrenceVectors({ count, offsets, rows, lifts }: CooccurrenceTable, seed: number): ItemVectors {
  const table: SparseMatrix = { rows: count, columns: count, offsets, indices: rows, values: lifts };
  // The left singular vectors of a matrix are the right ones of its transpose.
  return scaled(transposed(table), seed, Math.sqrt);
}

/**
 * V s of the matrix of users and items, 1 for what a user chose, divided by the square roots of the user's and of the item's
 * number of choices, 10 being added to both.
 */
function userVectors(choices: readonly ArrayLike<number>[], count: number, seed: number): ItemVectors {
  const matrix = choiceMatrix(choices, count);
  const { rows, offsets, indices, values } = matrix;
  const chosen = new Uint32Array(count);
  for (const row of indices) chosen[row]++;
  for (let user = 0; user < rows; user++) {
    const own = Math.sqrt(offsets[user + 1] - offsets[user] + SMOOTHING);
    for (let at = offsets[user]; at < offsets[user + 1]; at++) {
      values[at] = 1 / own / Math.sqrt(chosen[indices[at]] + SMOOTHING);
    }
  }
  return scaled(matrix, seed, (value) => value);
}

/** The right singular vectors of a matrix, each times its weight. @param weight of a singular value */
function scaled(matrix: SparseMatrix, seed: number, weight: (value: number) => number): ItemVectors {
  const { width, values, vectors } = rightSingularVectors(matrix, MOST_FACTORS, seed);
  return { width, values: Float32Array.from(vectors, (component, at) => component * weight(values[at % width])) };
}
