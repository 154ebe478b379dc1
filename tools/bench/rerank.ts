/**
 * Measures how long it takes to order a list of the shop's own for a shopper: 1,000 ids of 10,000 synthetic items after 200
 * choices, next to a plain sort by scores that are known. Run it with `npm run bench:rerank`, numbers of ids after it.
 */
import { loadavg } from 'node:os';
import { rerankTimes } from './scoring/rerank-times';
import { spread, type Timed } from './timing';

const LENGTHS = [48, 1_000, 10_000];

const lengths = process.argv.slice(2).map(Number);
// Of processor time, which other work on the machine changes least.
const middle = ({ processor }: Timed): number => spread(processor).middle;
for (const { length, call, afterChoice, plain } of await rerankTimes(lengths.length > 0 ? lengths : LENGTHS)) {
  console.log(`${length} ids: ${call}; after a choice ${afterChoice}`);
  console.log(
    `  plain sort of known scores: ${spread(plain.wall)}; ratio of medians ${(middle(call) / middle(plain)).toFixed(1)}`,
  );
}
console.log(`load of the machine over the last minute: ${loadavg()[0].toFixed(1)}`);
