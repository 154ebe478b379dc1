import { serveContent } from '../../../src/testing/served-shop';
import { topicContent } from '../../../src/testing/topics';
import { type Timed, timed } from '../timing';

const ITEMS = 10_000;
const CHOICES = 200;
const ROUNDS = 200;
const WARM_UP = 30;
/** Choices made during the measurement: each makes the next call wait until it is learned. */
const CHOICE_ROUNDS = 20;

/** Times to order a list of the shop's own. */
export interface RerankTimes {
  /** Ids in the list. */
  length: number;
  /** A call as a page makes it. */
  call: Timed;
  /** The first one after a choice. */
  afterChoice: Timed;
  /** A plain sort by scores that are known. */
  plain: Timed;
}

/** Orders lists of these lengths for a shopper with 200 choices among 10,000 items. */
export async function rerankTimes(lengths: readonly number[]): Promise<RerankTimes[]> {
  const content = await topicContent({ items: ITEMS, topics: Math.ceil(ITEMS / 150), dim: 128, taps: 3 });
  const shop = await serveContent(content);
  const engine = await shop.open({ consent: 'pending' });
  let chosen = 0;
  const choose = async (): Promise<void> => {
    await engine.track('click', `item-${(++chosen * 617) % ITEMS}`, {});
  };
  for (let n = 0; n < CHOICES; n++) await choose();
  await engine.settled();
  const found: RerankTimes[] = [];
  for (const length of lengths) {
    const ids = Array.from({ length }, (_, n) => `item-${(n * 7919) % ITEMS}`);
    /** Arguments and answer are cloned. */
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
    found.push({ length, call, afterChoice, plain });
  }
  await engine.close();
  await shop.close();
  return found;
}
