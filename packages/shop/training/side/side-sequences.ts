import * as v from 'valibot';
import { evenly } from '../../../../src/core/common/evenly';
import { type Choices, shoppersIn } from '../interactions';

/** Choices from which a side model learns, shopper by shopper. It reads them where they lie: a large log fits into memory only once. */
export interface SideSequences extends Pick<Choices, 'offsets' | 'rows' | 'strengths' | 'passed'> {
  /** Shoppers whose choices do not count. Default: none. */
  left?: ReadonlySet<number>;
  /** Share of the log that came after the choice at a place of `rows`, 0 to 1. Default: 0, so all weigh the same. */
  age?(at: number): number;
}

/** From which a side model learns. */
export const weighedSequencesSchema = v.strictObject({
  offsets: v.instance(Uint32Array<ArrayBufferLike>),
  /** Of each shopper, each row once; `~row`, of weight 0, for one that the shopper was shown and passed over. */
  rows: v.instance(Int32Array<ArrayBufferLike>),
  /** Weight of each choice in the loss. */
  weights: v.instance(Float32Array<ArrayBufferLike>),
});
export type WeighedSequences = v.InferOutput<typeof weighedSequencesSchema>;

/** @param ages of the choices of each sequence */
export function sequencesFrom(list: readonly ArrayLike<number>[], ages?: readonly Float32Array[]): SideSequences {
  const offsets = new Uint32Array(list.length + 1);
  for (const [n, { length }] of list.entries()) offsets[n + 1] = offsets[n] + length;
  const [rows, all] = [new Int32Array(offsets[list.length]), new Float32Array(ages ? offsets[list.length] : 0)];
  for (const [n, own] of list.entries()) {
    rows.set(own, offsets[n]);
    if (ages) all.set(ages[n], offsets[n]);
  }
  return { offsets, rows, ...(ages && { age: (at) => all[at] }) };
}

/** The choices of every shopper but some. */
export const sideSequences = (choices: Choices, left?: ReadonlySet<number>): SideSequences => ({
  ...choices,
  left,
  age: (at) => 1 - choices.places[at] / choices.rows.length,
});

/** Without repeats, of which the strongest counts, and without shoppers who chose only one item: they teach only popularity. @param halfLife see `SideSettings` */
export function firstChoices(sequences: SideSequences, halfLife: number): WeighedSequences {
  const { offsets, rows, age, strengths, left, passed } = sequences;
  const size = (passed ? 2 : 1) * rows.length;
  const [ends, kept, weights] = [[0], new Int32Array(size), new Float32Array(size)];
  let end = 0;
  for (let n = 0; n < shoppersIn(sequences); n++) {
    if (left?.has(n)) continue;
    const start = end;
    const shown = evenly(passed?.[n] ?? [], offsets[n + 1] - offsets[n]);
    const seen = new Map<number, number>();
    for (let at = offsets[n]; at < offsets[n + 1]; at++) {
      const strength = strengths?.[at] ?? 1;
      const before = seen.get(rows[at]) ?? 0;
      seen.set(rows[at], Math.max(before, strength));
      if (before > 0) continue;
      // At most one for each choice, so that every piece of a sequence has its share.
      if (end > start && shown.length > 0) kept[end++] = ~shown.pop()!;
      kept[end] = rows[at];
      weights[end++] = 0.5 ** ((age?.(at) ?? 0) / halfLife);
    }
    if (strengths) for (let at = start; at < end; at++) weights[at] *= seen.get(kept[at]) ?? 1;
    if (end - start > 1) ends.push(end);
    else end = start;
  }
  return { offsets: Uint32Array.from(ends), rows: kept.subarray(0, end), weights: weights.subarray(0, end) };
}
