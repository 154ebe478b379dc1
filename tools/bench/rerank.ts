/**
 * Measures how long it takes to order a list of the shop's own for a shopper: 1,000 ids of 10,000 made-up items after 200
 * choices, next to a plain sort by scores that are known. Run it with `npm run bench:rerank`, numbers of ids after it.
 */
import { loadavg } from 'node:os';
import { serveContent } from '../../src/testing/served-shop';
import { topicContent } from '../../src/testing/topics';
import { spread, type Timed, timed } from './timing';

const ITEMS = 10_000;
const CHOICES = 200;
const LENGTHS = [48, 1_000, 10_000];
const ROUNDS = 200;
const WARM_UP = 30;
/** Choices made during the measurement: each makes the next call wait until it is learned. */
const CHOICE_ROUNDS = 20;

const content = await topicContent({ items: ITEMS, topics: Math.ceil(ITEMS / 150), dim: 128, taps: 3 });
const shop = await serveContent(content);
const engine = await shop.open({ consent: 'pending' });
let chosen = 0;
const choose = async (): Promise<void> => {
  await engine.track('click', `item-${(++chosen * 617) % ITEMS}`, {});
};
for (let n = 0; n < CHOICES; n++) await choose();
await engine.settled();

console.log(`${ITEMS} items, ${CHOICES} choices`);
const lengths = process.argv.slice(2).map(Number);
for (const length of lengths.length > 0 ? lengths : LENGTHS) {
  const ids = Array.from({ length }, (_, n) => `item-${(n * 7919) % ITEMS}`);
  /** The call as a page makes it: arguments and answer are cloned. */
  const ask = async (): Promise<unknown> =>
    structuredClone(await engine.rerank(structuredClone(ids), structuredClone({ strength: 0.7 })));
  const scores = new Map(ids.map((id, n) => [id, Math.sin(n * 12.9898)]));
  const sort = async (): Promise<unknown> => ids.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
  const [call, plain, afterChoice] = [timed(), timed(), timed()];
  for (let round = 0; round < WARM_UP; round++) {
    await ask();
    await sort();
  }
  for (let round = 0; round < ROUNDS; round++) {
    await call.of(ask);
    await plain.of(sort);
  }
  for (let round = 0; round < CHOICE_ROUNDS; round++) {
    await choose();
    // As a page after a click: the choice is learned in the worker while the next page is loaded.
    await engine.settled();
    await afterChoice.of(ask);
  }
  // Of processor time, which other work on the machine changes least.
  const middle = ({ processor }: Timed): number => spread(processor).middle;
  console.log(`${length} ids: ${call}; after a choice ${afterChoice}`);
  console.log(
    `  plain sort of known scores: ${spread(plain.wall)}; ratio of medians ${(middle(call) / middle(plain)).toFixed(1)}`,
  );
}
console.log(`load of the machine over the last minute: ${loadavg()[0].toFixed(1)}`);
await engine.close();
await shop.close();
