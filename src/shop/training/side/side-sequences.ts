import { type Choices, sequencesWithout, shoppersIn } from '../interactions';

/** Choices of shoppers, one after another. */
export interface SideSequences {
  /** [shoppers + 1] Where the choices of each shopper begin. */
  offsets: Uint32Array;
  /** Rows in the catalogue, oldest first. */
  rows: Int32Array;
  /** Share of the log that came after each choice, 0 to 1. Default: 0, so all weigh the same. */
  ages?: Float32Array;
  /** How much each choice says. Default: all the same */
  strengths?: Float32Array;
}

/** From which a side model learns. */
export interface WeighedSequences {
  offsets: Uint32Array;
  /** Of each shopper, each row once. */
  rows: Int32Array;
  /** Weight of each choice in the loss. */
  weights: Float32Array;
}

/** @param ages of the choices of each sequence */
export function sequencesFrom(list: readonly ArrayLike<number>[], ages?: readonly Float32Array[]): SideSequences {
  const offsets = new Uint32Array(list.length + 1);
  for (const [n, { length }] of list.entries()) offsets[n + 1] = offsets[n] + length;
  const [rows, all] = [new Int32Array(offsets[list.length]), ages && new Float32Array(offsets[list.length])];
  for (const [n, own] of list.entries()) {
    rows.set(own, offsets[n]);
    if (ages) all?.set(ages[n], offsets[n]);
  }
  return { offsets, rows, ages: all };
}

/** The choices of every shopper but some. */
export function sideSequences(choices: Choices, left: ReadonlySet<number> = new Set()): SideSequences {
  const count = choices.rows.length;
  const offsets = new Uint32Array(shoppersIn(choices) - left.size + 1);
  let [n, end] = [0, 0];
  for (const { length } of sequencesWithout(choices, left)) offsets[++n] = end += length;
  const [rows, ages] = [new Int32Array(end), new Float32Array(end)];
  const strengths = choices.strengths && new Float32Array(end);
  let to = 0;
  for (let shopper = 0; shopper < shoppersIn(choices); shopper++) {
    if (left.has(shopper)) continue;
    for (let at = choices.offsets[shopper]; at < choices.offsets[shopper + 1]; at++, to++) {
      rows[to] = choices.rows[at];
      ages[to] = 1 - choices.places[at] / count;
      if (strengths) strengths[to] = choices.strengths?.[at] ?? 1;
    }
  }
  return { offsets, rows, ages, strengths };
}

/** Without repeats, of which the strongest counts, and without shoppers who chose only one item: they teach only popularity. @param halfLife see `SideSettings` */
export function firstChoices({ offsets, rows, ages, strengths }: SideSequences, halfLife: number): WeighedSequences {
  const [ends, kept, weights] = [[0], new Int32Array(rows.length), new Float32Array(rows.length)];
  let end = 0;
  for (let n = 0; n + 1 < offsets.length; n++) {
    const start = end;
    const seen = new Map<number, number>();
    for (let at = offsets[n]; at < offsets[n + 1]; at++) {
      const strength = strengths?.[at] ?? 1;
      const before = seen.get(rows[at]) ?? 0;
      seen.set(rows[at], Math.max(before, strength));
      if (before > 0) continue;
      kept[end] = rows[at];
      weights[end++] = 0.5 ** ((ages?.[at] ?? 0) / halfLife);
    }
    if (strengths) for (let at = start; at < end; at++) weights[at] *= seen.get(kept[at]) ?? 1;
    if (end - start > 1) ends.push(end);
    else end = start;
  }
  return { offsets: Uint32Array.from(ends), rows: kept.subarray(0, end), weights: weights.subarray(0, end) };
}
