import type { Random } from '../../../core/model';

/** Maximum length of a piece of a sequence that is learned at once: older choices have faded from all but the slowest state. */
export const MAX_PIECE = 112;
/** Maximum number of places and of sequences in one batch. */
const BATCH_PLACES = 1792;
const MAX_SEQUENCES = 128;

export interface SideSequence {
  /** Each row once. */
  rows: Int32Array;
  /** Weight of each choice in the loss. */
  weights: Float32Array;
}

export interface SideBatch {
  /** T and B; place t of sequence b is t * B + b. */
  length: number;
  sequences: number;
  /** [U] Rows of all items of the batch, once each, with the sampled ones first. */
  rows: Int32Array;
  sampled: number;
  /** [T * B] Indices into `rows`: the chosen item of each place; 0 where the weight is 0. */
  chosen: Int32Array;
  /** [T * B] Weight of each place in the loss; 0 for padding. */
  weights: Float32Array;
  /** [T * B] 0 if a choice does not enter the states: padding, or left out at random. */
  remembered: Float32Array;
  /**
   * [T * B, sampled] Added to the scores of the sampled items: each stands for known / sampled items (Bengio and Senecal 2008,
   * uniform proposal), and is far below 0 if the item is not a candidate.
   */
  offsets: Float32Array;
}

/** Score of an item that is not a candidate. */
const EXCLUDED = -1e9;

/**
 * Cuts sequences into pieces, and groups pieces of similar length into batches, both in random order. Long sequences are cut
 * at other places in each epoch, so that every choice follows many different histories.
 */
export function sideBatches(sequences: readonly SideSequence[], random: Random): SideSequence[][] {
  const pieces: SideSequence[] = [];
  for (const { rows, weights } of sequences) {
    for (let to = firstCut(rows.length, random); to < rows.length + MAX_PIECE; to += MAX_PIECE) {
      const [from, end] = [Math.max(0, to - MAX_PIECE), Math.min(to, rows.length)];
      // A piece with a single choice teaches only popularity.
      if (end - from > 1) pieces.push({ rows: rows.subarray(from, end), weights: weights.subarray(from, end) });
    }
  }
  shuffle(pieces, random);
  const batches: SideSequence[][] = [];
  // Sorted only within large pools, which varies the composition of batches from epoch to epoch.
  const POOL = 4096;
  for (let at = 0; at < pieces.length; at += POOL) {
    const pool = pieces.slice(at, at + POOL).sort((a, b) => b.rows.length - a.rows.length);
    while (pool.length > 0) {
      const size = Math.min(MAX_SEQUENCES, Math.max(1, Math.floor(BATCH_PLACES / pool[0].rows.length)));
      batches.push(pool.splice(0, size));
    }
  }
  shuffle(batches, random);
  return batches;
}

/** End of the first piece of a sequence. */
const firstCut = (length: number, random: Random): number =>
  length > MAX_PIECE ? 1 + Math.floor(random() * MAX_PIECE) : MAX_PIECE;

export interface SideBatchOptions {
  known: Int32Array;
  negatives: number;
  historyDropout: number;
}

/** Lays out one batch, with its own sample of candidate items. */
export function sideBatch(pieces: readonly SideSequence[], options: SideBatchOptions, random: Random): SideBatch {
  const { known, negatives, historyDropout } = options;
  const sequences = pieces.length;
  const length = Math.max(...pieces.map((piece) => piece.rows.length));
  const indexOf = new Map<number, number>();
  const rows: number[] = [];
  const indexed = (row: number): number => {
    let index = indexOf.get(row);
    if (index === undefined) {
      index = rows.length;
      indexOf.set(row, index);
      rows.push(row);
    }
    return index;
  };
  for (const row of sample(known, negatives, random)) indexed(row);
  const sampled = rows.length;
  const places = length * sequences;
  const chosen = new Int32Array(places);
  const weights = new Float32Array(places);
  const remembered = new Float32Array(places);
  const correction = Math.log(Math.max(1, known.length / Math.max(1, sampled)));
  const offsets = new Float32Array(places * sampled).fill(correction);
  for (const [b, piece] of pieces.entries()) {
    for (const [t, row] of piece.rows.entries()) {
      const place = t * sequences + b;
      const index = indexed(row);
      chosen[place] = index;
      weights[place] = piece.weights[t];
      remembered[place] = random() < historyDropout ? 0 : 1;
      // The chosen item has its own score, and later choices come from the items not chosen before.
      if (index < sampled) {
        for (let later = t; later < piece.rows.length; later++) {
          offsets[(later * sequences + b) * sampled + index] = EXCLUDED;
        }
      }
    }
  }
  return { length, sequences, rows: Int32Array.from(rows), sampled, chosen, weights, remembered, offsets };
}

/** Some of the values, without repeats, in a random order (Floyd's algorithm: its cost is that of the sample). */
function sample(values: Int32Array, size: number, random: Random): Int32Array {
  if (size >= values.length) return values.slice();
  const places = new Set<number>();
  for (let at = values.length - size; at < values.length; at++) {
    const place = Math.floor(random() * (at + 1));
    places.add(places.has(place) ? at : place);
  }
  return Int32Array.from(places, (place) => values[place]);
}

function shuffle<T>(values: T[], random: Random): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other], values[at]];
  }
}
