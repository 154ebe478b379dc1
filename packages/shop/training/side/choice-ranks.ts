import {
  ADAPTER_WEIGHTS,
  adapterColumn,
  contextOf,
  featureOf,
  readAdapters,
  type SideModel,
} from '../../../../src/core/catalog/side-model';
import { createMatrix } from '../../../../src/core/kernel';
import { SidestreamError } from '../../../../src/error';

export interface ChoiceSequence {
  /** Rows of the choices without repeats, oldest first. */
  rows: ArrayLike<number>;
  /** Position of the first choice that is ranked; at 0, it is ranked only by the biases. */
  from: number;
}

/**
 * Ranks choices by a side model; 1 is best, and equal scores share the mean of their places. Each is ranked by the states after all earlier choices of its shopper,
 * s <- decay * s + k(choice), and by the adapters as training teaches them, see `adapterQueries`, among the candidates that the shopper has not chosen yet. Choices that are not candidates enter
 * the states but are not ranked.
 * @param counts whether the n-th rankable choice is ranked. Default: all are
 * @throws SidestreamError `model/not-finite` if a score is not a finite number
 */
export function choiceRanks(
  model: SideModel,
  sequences: readonly ChoiceSequence[],
  isCandidate: (row: number) => boolean,
  counts: (n: number) => boolean = () => true,
): number[] {
  const { width, states, vectors, biases } = model;
  const candidates = [...biases.keys()].filter(isCandidate);
  const columnOf = new Map(candidates.map((row, column) => [row, column]));
  const candidateBiases = Float32Array.from(candidates, (row) => biases[row]);
  const vectorOf = (row: number): Float32Array => vectors.subarray(row * width, (row + 1) * width);
  const matrix = createMatrix(candidates.length, width);
  for (const [column, row] of candidates.entries()) matrix.row(column).set(vectorOf(row));
  const ranks: number[] = [];
  let choices = 0;
  for (const { rows, from } of sequences) {
    const sums = states.map(() => new Float32Array(width));
    const weights = model.adapters?.start.slice() ?? new Float32Array();
    const queries: Float32Array[] = [];
    const places: number[] = [];
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place];
      const query = new Float32Array(width);
      for (const [h, { gain }] of states.entries()) for (let d = 0; d < width; d++) query[d] += gain[d] * sums[h][d];
      const vector = vectorOf(row);
      readAndAdapt(model, weights, query, vector);
      if (place >= from && columnOf.has(row) && counts(choices++)) {
        queries.push(query);
        places.push(place);
      }
      for (const [h, { decay }] of states.entries()) {
        for (let d = 0; d < width; d++) sums[h][d] = decay * sums[h][d] + vector[d];
      }
    }
    const products = matrix.products(queries);
    const chosen = new Uint8Array(candidates.length);
    let next = 0;
    for (const [n, place] of places.entries()) {
      for (; next < place; next++) {
        const column = columnOf.get(rows[next]);
        if (column !== undefined) chosen[column] = 1;
      }
      const scores = products[n];
      const own = columnOf.get(rows[place]) ?? 0;
      ranks.push(rankOf(own, scores, candidateBiases, chosen));
    }
  }
  return ranks;
}

/**
 * The rank of the candidate at `own` among those not chosen before, 1 is best; equal scores share the mean of their places.
 * @param scores of all candidates, without their biases; `chosen` has a 1 for each candidate that is left out
 * @throws SidestreamError `model/not-finite`
 */
function rankOf(own: number, scores: Float32Array, biases: Float32Array, chosen: Uint8Array): number {
  const score = scores[own] + biases[own];
  let [rank, sum] = [1, 0];
  for (let column = 0; column < scores.length; column++) {
    const other = scores[column] + biases[column];
    sum += other;
    if (column === own || chosen[column]) continue;
    if (other > score) rank++;
    else if (other === score) rank += 0.5;
  }
  // One score that is no finite number makes the sum such a one.
  if (!Number.isFinite(sum))
    throw new SidestreamError(
      'model/not-finite',
      'The side model gives a score that is not a finite number, so it ranks nothing. Train again with --from-scratch, without --resume.',
    );
  return rank;
}

/** The query of the states and adapters before a choice, which the adapters then learn. @param weights of the shopper's adapters */
function readAndAdapt(
  { adapters, width }: SideModel,
  weights: Float32Array,
  query: Float32Array,
  vector: Float32Array,
): void {
  if (!adapters) return;
  const { start, rates, fades } = adapters;
  const psi = readAdapters(adapters, weights, query);
  const first = adapterColumn(adapters, width, 0);
  for (const [at, weight] of weights.entries()) {
    const n = Math.floor(at / ADAPTER_WEIGHTS);
    const step = rates[n] * vector[first + featureOf(at)] * psi[contextOf(at)];
    weights[at] = start[at] + fades[n] * (weight - start[at]) + step;
  }
}

/** The number of choices that `choiceRanks` can rank. */
export const rankableChoices = (sequences: readonly ChoiceSequence[], isCandidate: (row: number) => boolean): number =>
  sequences.reduce(
    (sum, { rows, from }) => sum + Array.from(rows).filter((row, place) => place >= from && isCandidate(row)).length,
    0,
  );
