import { type CooccurrenceTable, countCooccurrence } from '../../../../src/core/catalog';
import { recency } from '../../logs';
import { type Choices, sequencesWithout } from './choices';

export * from './choices';

/** The second to which a time belongs. */
const secondOf = (time: number): number => Math.floor(time / 1000);

/**
 * A basket: events of one shopper in one second. A log of orders gives all lines of an order the same time, so their sequence
 * says nothing.
 * @param times milliseconds, ascending
 * @param start position of its first event
 * @returns position after its last event
 */
export function basketEnd(times: readonly number[], start: number): number {
  let end = start + 1;
  while (end < times.length && secondOf(times[end]) === secondOf(times[start])) end++;
  return end;
}

/** @param left shoppers whose choices do not count */
export function choiceCounts(
  choices: Pick<Choices, 'offsets' | 'rows'>,
  count: number,
  left?: ReadonlySet<number>,
): Float32Array {
  const counts = new Float32Array(count);
  for (const rows of sequencesWithout(choices, left)) for (const row of rows) counts[row]++;
  return counts;
}

/** @param left shoppers whose choices do not count @param minShoppers of a pair */
export const cooccurrenceTable = (
  choices: Choices,
  count: number,
  left?: ReadonlySet<number>,
  minShoppers?: number,
): CooccurrenceTable => countCooccurrence(count, sequencesWithout(choices, left), { minShoppers });

/**
 * Present demand: the choices of each item, weighted by `recency`.
 * @param left shoppers whose choices do not count
 * @returns [count] 0 for an item that nobody chose; the newest choice of the log weighs 1
 */
export function recentPopularity(choices: Choices, count: number, left?: ReadonlySet<number>): Float32Array {
  const { offsets, rows, places } = choices;
  const popularity = new Float32Array(count);
  for (let shopper = 0; shopper + 1 < offsets.length; shopper++) {
    if (left?.has(shopper)) continue;
    for (let at = offsets[shopper]; at < offsets[shopper + 1]; at++) {
      popularity[rows[at]] += recency(places[at], rows.length);
    }
  }
  return popularity;
}
