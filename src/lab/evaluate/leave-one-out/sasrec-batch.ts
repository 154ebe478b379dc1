import type { Random } from '../../../core/common/random';
import type { ChoiceHistory } from './split';

/** Logit of a column that does not count in a row. */
const EXCLUDED = -1e4;

/** The data from which batches are drawn. */
export interface SasrecSource {
  /** Items in the catalogue. */
  count: number;
  /** Rows of the items of each user, oldest first. */
  sequences: readonly Int32Array[];
  /** The items of each user as sets. */
  own: readonly ReadonlySet<number>[];
  /** [count] share of each item among all next items. */
  shares: Float64Array;
  /** Maximum number of steps in a sequence. */
  length: number;
  /** Uniform negatives of a batch. */
  negatives: number;
}

/** Two or more consecutive items of one user. */
export interface SequencePart {
  /** Index of the user. */
  user: number;
  rows: Int32Array;
}

/** Sequences of similar length, and the items from which their next items must be distinguished. */
export interface SasrecBatch {
  /** Sequences. */
  size: number;
  /** Number of steps of each; shorter ones are padded at the start. */
  length: number;
  /** [size * length] item of each step, -1 where padded. */
  inputs: Int32Array;
  /** [size * length] column of the next item, -1 where padded. */
  labels: Int32Array;
  /** Rows of the columns: the next items of all steps, then uniform negatives, each once. */
  columns: Int32Array;
  /** [size * length, columns] added to the logits: -log of the chance that the column is in the batch; -1e4 for other items of the user. */
  offset: Float32Array;
}

export function sasrecSource(
  histories: readonly ChoiceHistory[],
  { count, length, negatives }: Pick<SasrecSource, 'count' | 'length' | 'negatives'>,
): SasrecSource {
  const sequences = histories.map(({ rows }) => rows).filter((rows) => rows.length > 1);
  const shares = new Float64Array(count);
  let total = 0;
  for (const rows of sequences) {
    for (const row of rows.subarray(1)) shares[row]++;
    total += rows.length - 1;
  }
  const own = sequences.map((rows) => new Set(rows));
  return { count, sequences, own, shares: shares.map((value) => value / total), length, negatives };
}

/** Maximum number of steps in a batch, including padding: bounds the memory of its logits. */
const MAX_STEPS = 1024;

/**
 * All steps of all users, in parts of `length` steps counted from the last one, in batches of similar length in random order.
 * @param size maximum number of sequences in a batch
 */
export function sasrecParts({ sequences, length }: SasrecSource, size: number, random: Random): SequencePart[][] {
  const parts: (SequencePart & { order: number })[] = [];
  for (const [user, rows] of sequences.entries()) {
    for (let end = rows.length; end > 1; end -= length) {
      const part = rows.subarray(Math.max(0, end - length - 1), end);
      parts.push({ user, rows: part, order: part.length + random() });
    }
  }
  parts.sort((a, b) => a.order - b.order);
  const batches: { parts: SequencePart[]; order: number }[] = [];
  for (const { user, rows } of parts) {
    const last = batches.at(-1)?.parts;
    if (last && last.length < size && (last.length + 1) * (rows.length - 1) <= MAX_STEPS) last.push({ user, rows });
    else batches.push({ parts: [{ user, rows }], order: random() });
  }
  return batches.sort((a, b) => a.order - b.order).map((batch) => batch.parts);
}

/**
 * A batch for a sampled softmax: a step must distinguish its next item from the next items of all other steps and from uniform
 * negatives, each corrected by its probability of being in a batch.
 */
export function sasrecBatch(
  parts: readonly SequencePart[],
  { count, own, shares, negatives }: SasrecSource,
  random: Random,
): SasrecBatch {
  const size = parts.length;
  const length = Math.max(...parts.map(({ rows }) => rows.length - 1));
  const places = new Map<number, number>();
  let steps = 0;
  for (const { rows } of parts) {
    steps += rows.length - 1;
    for (const row of rows.subarray(1)) if (!places.has(row)) places.set(row, places.size);
  }
  for (let n = 0; n < negatives; n++) {
    const row = Math.floor(random() * count);
    if (!places.has(row)) places.set(row, places.size);
  }
  const columns = Int32Array.from(places.keys());
  const correction = Float32Array.from(columns, (row) => {
    const absent = (1 - shares[row]) ** steps * (1 - 1 / count) ** negatives;
    return -Math.log(Math.max(1 - absent, 1e-12));
  });
  const batch: SasrecBatch = {
    size,
    length,
    columns,
    inputs: new Int32Array(size * length).fill(-1),
    labels: new Int32Array(size * length).fill(-1),
    offset: new Float32Array(size * length * columns.length),
  };
  for (const [n, { user, rows }] of parts.entries()) {
    const line = correction.slice();
    for (const row of own[user]) {
      const column = places.get(row);
      if (column !== undefined) line[column] = EXCLUDED;
    }
    const first = (n + 1) * length - (rows.length - 1);
    for (let at = 0; at < rows.length - 1; at++) {
      const step = first + at;
      const label = places.get(rows[at + 1]) ?? 0;
      batch.inputs[step] = rows[at];
      batch.labels[step] = label;
      batch.offset.set(line, step * columns.length);
      batch.offset[step * columns.length + label] = correction[label];
    }
  }
  return batch;
}
