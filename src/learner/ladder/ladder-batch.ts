import { SidestreamError } from '../../error';
import { type Random, seededRandom } from '../../model';
import { HALF_LIFE } from '../../ranking';

/** Choices that are predicted in one training. */
const MAX_TARGETS = 24;
/** Choices before the first target that the preference still contains; older ones weigh under a tenth. */
const MAX_CONTEXT = 72;
const NEGATIVES = 64;
/** Logits are cosines divided by this. */
export const TEMPERATURE = 0.1;
/** Logit of a column that does not count in a row. */
export const EXCLUDED = -1e4;
/** Below this many eligible items per negative wanted, drawing from a list is cheaper than drawing until new. */
const SPARSE = 4;

/** The data of one training. */
export interface TrainRequest {
  /** Item rows of the choices, oldest first. */
  history: Int32Array;
  /** Strength of every choice, > 0, same length. */
  eventWeights: Float32Array;
  /** Popularity of every item of the catalogue, >= 0. */
  popularity: Float32Array;
  /** Adam steps, 1 or more. */
  steps: number;
  seed: number;
}

/** A training batch over U distinct items and T targets; matrices are row-major. */
export interface LadderBatch {
  /** [U] catalogue rows: the choices, then the negatives. */
  rows: Int32Array;
  /** T */
  targets: number;
  /** [T, U]: weight of every item in the preference before the target. */
  preference: Float32Array;
  /** [T, U]: 1 where a column counts: the target itself and the negatives. */
  keep: Float32Array;
  /** [T, U]: log popularity plus sampling correction where a column counts, else very low. */
  offset: Float32Array;
  /** [T, U]: the target's strength as a share of all, in the target's column. */
  label: Float32Array;
  /** [T]: the same shares by target. */
  share: Float32Array;
}

/**
 * Makes a batch: the last choices, each predicted from the recency-weighted choices before it, against negatives drawn
 * evenly from the items never chosen. A negative stands for all items it was drawn from, hence + log(eligible / drawn).
 * Log popularity is part of the logits, so that the experts learn what popularity does not explain.
 * @param count items in the catalogue
 * @returns null when nothing can be learned: fewer than two choices, or no item left as a negative
 * @throws SidestreamError `runtime/invalid-input` naming the bad field
 */
export function ladderBatch(request: TrainRequest, count: number): LadderBatch | null {
  check(request, count);
  const { popularity, seed } = request;
  const history = request.history.slice(-(MAX_TARGETS + MAX_CONTEXT));
  const strengths = request.eventWeights.slice(-history.length);
  const targets = Math.min(MAX_TARGETS, history.length - 1);
  const negatives = drawNegatives(new Set(request.history), count, seededRandom(seed));
  if (targets < 1 || negatives.rows.length === 0) return null;

  const columns = new Map<number, number>();
  for (const row of history) if (!columns.has(row)) columns.set(row, columns.size);
  const chosen = columns.size;
  const width = chosen + negatives.rows.length;
  const rows = Int32Array.from([...columns.keys(), ...negatives.rows]);
  const correction = Math.log(negatives.eligible / negatives.rows.length);

  const size = targets * width;
  const batch: LadderBatch = {
    rows,
    targets,
    preference: new Float32Array(size),
    keep: new Float32Array(size),
    offset: new Float32Array(size).fill(EXCLUDED),
    label: new Float32Array(size),
    share: new Float32Array(targets),
  };
  const first = history.length - targets;
  const total = strengths.subarray(first).reduce((sum, strength) => sum + strength, 0);
  for (let t = 0; t < targets; t++) {
    const start = t * width;
    const position = first + t;
    for (let past = 0; past < position; past++) {
      const recency = 0.5 ** ((position - 1 - past) / HALF_LIFE);
      batch.preference[start + columns.get(history[past])!] += strengths[past] * recency;
    }
    const target = columns.get(history[position])!;
    for (let column = 0; column < width; column++) {
      if (column !== target && column < chosen) continue;
      batch.keep[start + column] = 1;
      batch.offset[start + column] = Math.log1p(popularity[rows[column]]) + (column < chosen ? 0 : correction);
    }
    batch.share[t] = strengths[position] / total;
    batch.label[start + target] = batch.share[t];
  }
  return batch;
}

function drawNegatives(chosen: Set<number>, count: number, random: Random): { rows: number[]; eligible: number } {
  const eligible = count - chosen.size;
  if (eligible > NEGATIVES * SPARSE) {
    const drawn = new Set<number>();
    while (drawn.size < NEGATIVES) {
      const row = Math.floor(random() * count);
      if (!chosen.has(row)) drawn.add(row);
    }
    return { rows: [...drawn], eligible };
  }
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (!chosen.has(row)) rows.push(row);
  const wanted = Math.min(NEGATIVES, rows.length);
  for (let i = 0; i < wanted; i++) {
    const other = i + Math.floor(random() * (rows.length - i));
    [rows[i], rows[other]] = [rows[other], rows[i]];
  }
  return { rows: rows.slice(0, wanted), eligible };
}

function check({ history, eventWeights, popularity, steps }: TrainRequest, count: number): void {
  const refuse = (field: string, reason: string): never => {
    throw new SidestreamError('runtime/invalid-input', `${field} ${reason}.`);
  };
  if (eventWeights.length !== history.length)
    refuse('eventWeights', `must have one entry per choice (${history.length})`);
  if (popularity.length !== count) refuse('popularity', `must have one entry per item (${count})`);
  if (!Number.isInteger(steps) || steps < 1) refuse('steps', 'must be a whole number from 1');
  for (const row of history)
    if (row < 0 || row >= count) refuse('history', `holds row ${row}, outside of the catalogue of ${count}`);
  for (const strength of eventWeights)
    if (!(strength > 0 && strength < Infinity)) refuse('eventWeights', 'must be finite and above 0');
  for (const value of popularity)
    if (!(value >= 0 && value < Infinity)) refuse('popularity', 'must be finite and 0 or more');
}
