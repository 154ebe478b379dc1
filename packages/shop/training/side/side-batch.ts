import type { Random } from '../../../../src/core/common/random';
import type { WeighedSequences } from './side-sequences';
import type { SideSettings } from './side-settings';

/** Maximum length of a piece of a sequence that is learned at once: older choices have faded from all but the slowest state. */
export const MAX_PIECE = 112;
/** Maximum number of places and of sequences in one batch. */
const BATCH_PLACES = 1792;
const MAX_SEQUENCES = 128;
/** Share of the passed-over items that a batch has as candidates: all of them would be several times as many as the sampled ones. */
const PASSED_SHARE = 1 / 4;
/** Offset of an item that is not a candidate. */
const EXCLUDED = -1e9;

export interface SideSequence {
  /** As in `WeighedSequences`. */
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
   * [T * B, sampled] Added to the scores of the sampled items: each stands for known / sampled items (Bengio and Senecal 2008, uniform
   * proposal). The chosen item has its own score, and later choices come from the items not chosen before.
   */
  offsets: Float32Array;
}

/** The batches of an epoch; each is made when it is asked for. */
export interface SideBatches {
  length: number;
  at(n: number): SideSequence[];
}

/**
 * Cuts sequences into pieces, and groups pieces of similar length into batches, both in random order. Long sequences are cut
 * at other places in each epoch, so that every choice follows many different histories.
 * @param share of the usual size of a batch
 */
export function sideBatches({ offsets, rows, weights }: WeighedSequences, random: Random, share = 1): SideBatches {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let n = 0; n + 1 < offsets.length; n++) {
    const [first, length] = [offsets[n], offsets[n + 1] - offsets[n]];
    for (let to = firstCut(length, random); to < length + MAX_PIECE; to += MAX_PIECE) {
      const [from, end] = [Math.max(0, to - MAX_PIECE), Math.min(to, length)];
      // A piece with a single choice teaches only popularity.
      if (end - from < 2) continue;
      starts.push(first + from);
      ends.push(first + end);
    }
  }
  const pieces = Uint32Array.from(starts.keys());
  shuffle(pieces, random);
  const lengthOf = (piece: number): number => ends[piece] - starts[piece];
  const batches: Uint32Array[] = [];
  // Sorted only within large pools, which varies the composition of batches from epoch to epoch.
  const POOL = 4096;
  for (let at = 0; at < pieces.length; at += POOL) {
    const pool = pieces.subarray(at, at + POOL);
    pool.set([...pool].sort((a, b) => lengthOf(b) - lengthOf(a)));
    for (let from = 0; from < pool.length; ) {
      const size = Math.min(share * MAX_SEQUENCES, (share * BATCH_PLACES) / lengthOf(pool[from]));
      const to = from + Math.max(1, Math.floor(size));
      batches.push(pool.subarray(from, to));
      from = to;
    }
  }
  shuffle(batches, random);
  return {
    length: batches.length,
    at: (n) =>
      Array.from(batches[n], (piece) => ({
        rows: rows.subarray(starts[piece], ends[piece]),
        weights: weights.subarray(starts[piece], ends[piece]),
      })),
  };
}

/** End of the first piece of a sequence. */
const firstCut = (length: number, random: Random): number =>
  length > MAX_PIECE ? 1 + Math.floor(random() * MAX_PIECE) : MAX_PIECE;

export interface SideBatchOptions extends Pick<SideSettings, 'negatives' | 'historyDropout'> {
  known: Int32Array;
}

/** Lays out one batch, with its own sample of candidate items. */
export function sideBatch(pieces: readonly SideSequence[], options: SideBatchOptions, random: Random): SideBatch {
  const { known, negatives, historyDropout } = options;
  const sequences = pieces.length;
  const length = Math.max(...pieces.map(({ rows }) => rows.filter((row) => row >= 0).length));
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
  const uniform = rows.length;
  const passed = pieces.flatMap(({ rows }, b) =>
    [...rows].flatMap((row) => (row < 0 && random() < PASSED_SHARE ? [{ b, index: indexed(~row) }] : [])),
  );
  const sampled = rows.length;
  const places = length * sequences;
  const chosen = new Int32Array(places);
  const weights = new Float32Array(places);
  const remembered = new Float32Array(places);
  const correction = Math.log(Math.max(1, known.length / Math.max(1, uniform)));
  const offsets = new Float32Array(places * sampled).fill(correction);
  // An item that a shopper has passed over is a candidate for this shopper alone, as if it had been sampled.
  for (let place = 0; uniform < sampled && place < places; place++)
    offsets.fill(EXCLUDED, place * sampled + uniform, (place + 1) * sampled);
  for (const { b, index } of passed)
    for (let t = 0; t < length; t++) offsets[(t * sequences + b) * sampled + index] = correction;
  for (const [b, piece] of pieces.entries()) {
    let t = 0;
    for (const [n, row] of piece.rows.entries()) {
      if (row < 0) continue;
      const place = t * sequences + b;
      const index = indexed(row);
      chosen[place] = index;
      weights[place] = piece.weights[n];
      remembered[place] = random() < historyDropout ? 0 : 1;
      for (let later = t; index < sampled && later < length; later++)
        offsets[(later * sequences + b) * sampled + index] = EXCLUDED;
      t++;
    }
  }
  return {
    length,
    sequences,
    rows: Int32Array.from(rows),
    sampled,
    chosen,
    weights,
    remembered,
    offsets,
  };
}

/** A sample without replacement, by Floyd's algorithm (Bentley and Floyd 1987), whose cost depends on `size` alone. */
function sample(values: Int32Array, size: number, random: Random): Int32Array {
  if (size >= values.length) return values.slice();
  const places = new Set<number>();
  for (let at = values.length - size; at < values.length; at++) {
    const place = Math.floor(random() * (at + 1));
    places.add(places.has(place) ? at : place);
  }
  return Int32Array.from(places, (place) => values[place]);
}

function shuffle<T>(values: { length: number; [at: number]: T }, random: Random): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other], values[at]];
  }
}
