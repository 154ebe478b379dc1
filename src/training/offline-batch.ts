import type { Random } from '../model';

/** Logit of a column that does not count in a row. */
const EXCLUDED = -1e4;

/** Up to L + 1 items of one user's sequence that follow each other: L inputs and their next items. */
export interface Chunk {
  /** Index of the sequence. */
  sequence: number;
  /** Catalogue rows, oldest first, at least two. */
  rows: Int32Array;
}

/**
 * Cuts every sequence into chunks of `length` steps, from a random offset, in random order: every step from one item
 * to the next is in exactly one chunk, at another position in every epoch.
 */
export function cutChunks(sequences: readonly Int32Array[], length: number, random: Random): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [sequence, rows] of sequences.entries()) {
    for (let start = -Math.floor(random() * length); start < rows.length - 1; start += length) {
      const part = rows.subarray(Math.max(0, start), start + length + 1);
      if (part.length > 1) chunks.push({ sequence, rows: part });
    }
  }
  shuffle(chunks, random);
  return chunks;
}

function shuffle<T>(list: T[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [list[i], list[other]] = [list[other], list[i]];
  }
}

/** The data that batches are drawn from. */
export interface OfflineSource {
  /** Items in the catalogue. */
  count: number;
  /** Per sequence, the rows that are not negatives for it. */
  own: readonly ReadonlySet<number>[];
  /** [count] how often each item is chosen in the sequences. */
  choices: Float32Array;
  /** Sum of `choices`. */
  total: number;
  /** [count] added to the logits; log popularity. */
  prior: Float32Array;
  /** Uniform negatives of a batch. */
  negatives: number;
}

/** One batch over U distinct items and B * L steps; matrices are row-major. */
export interface OfflineBatch {
  /** B */
  size: number;
  /** L */
  length: number;
  /** [U] catalogue rows: the items of the chunks, then the negatives. */
  rows: Int32Array;
  /** [B * L] column of each input, 0 where padded. */
  inputs: Int32Array;
  /** [B * L] 1 where there is an input. */
  mask: Float32Array;
  /** [B * L] column of each next item, -1 where padded. */
  labels: Int32Array;
  /** [B * L, U] added to the logits: prior minus log of the probability that the column is in the batch, or -1e4. */
  offset: Float32Array;
}

/**
 * Makes a batch of chunks. Columns are the distinct items of all chunks and uniform negatives; the logits are corrected
 * by the log of the probability that a column is in the batch (sampled softmax).
 */
export function offlineBatch(
  chunks: readonly Chunk[],
  length: number,
  source: OfflineSource,
  random: Random,
): OfflineBatch {
  const { count, own, choices, total, prior, negatives } = source;
  const size = chunks.length;
  const columns = new Map<number, number>();
  let items = 0;
  for (const { rows } of chunks) {
    items += rows.length;
    for (const row of rows) if (!columns.has(row)) columns.set(row, columns.size);
  }
  const drawn = Math.min(negatives, count);
  for (let i = 0; i < drawn; i++) {
    const row = Math.floor(random() * count);
    if (!columns.has(row)) columns.set(row, columns.size);
  }
  const width = columns.size;
  const rows = Int32Array.from(columns.keys());
  const shared = new Float32Array(width);
  for (const [column, row] of rows.entries()) {
    const absent = (1 - choices[row] / total) ** items * (1 - 1 / count) ** drawn;
    shared[column] = prior[row] - Math.log(Math.max(1 - absent, 1e-12));
  }
  const steps = size * length;
  const batch: OfflineBatch = {
    size,
    length,
    rows,
    inputs: new Int32Array(steps),
    mask: new Float32Array(steps),
    labels: new Int32Array(steps).fill(-1),
    offset: new Float32Array(steps * width),
  };
  const line = new Float32Array(width);
  for (const [index, chunk] of chunks.entries()) {
    const mine = own[chunk.sequence];
    for (let column = 0; column < width; column++) line[column] = mine.has(rows[column]) ? EXCLUDED : shared[column];
    const first = length - (chunk.rows.length - 1);
    for (let position = first; position < length; position++) {
      const step = index * length + position;
      const label = columns.get(chunk.rows[position - first + 1]) ?? 0;
      batch.inputs[step] = columns.get(chunk.rows[position - first]) ?? 0;
      batch.mask[step] = 1;
      batch.labels[step] = label;
      batch.offset.set(line, step * width);
      batch.offset[step * width + label] = shared[label];
    }
  }
  return batch;
}
