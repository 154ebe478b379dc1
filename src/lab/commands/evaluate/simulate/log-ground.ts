import { type Shopper, sharedLearning, shareOfSharedSeconds, shopperSimilarity, splicedPairs } from '../../../evaluate';
import {
  CONFIGURATIONS,
  chosenConfigurations,
  type Ground,
  loggedShopper,
  marketOf,
  type ShopStock,
} from '../../../simulate';
import { catalogOf, coldHalf, type EvaluateInput, popularityOf } from '../input';
import { pastShop } from '../methods';

/** Minimum number of events of a shopper of the log, and number of used events, as in the device protocol. */
const [MIN_EVENTS, MAX_EVENTS] = [30, 110];
/** Minimum number of events of a shopper whose stream is spliced with another, as in the drift protocol. */
const SPLICED_EVENTS = 60;
/** Nobody knows what the shoppers of a log wanted. */
const POSSIBLE = CONFIGURATIONS.filter((name) => name !== 'oracle');

/**
 * The shoppers of a log whom the past does not know. In addition, shoppers with 60 events or more are spliced with the least
 * similar one, up to half the number of shoppers: changes and returns of taste come only from these streams.
 * @throws SidestreamError `runtime/invalid-input` if there is no shopper
 */
export function logGround(input: EvaluateInput): Ground {
  const { seed, bundle } = input;
  const configurations = chosenConfigurations(input.methods, POSSIBLE);
  const { past, shoppers } = coldHalf(input, MIN_EVENTS);
  const popularity = popularityOf(input, past);
  const { index } = catalogOf(bundle, popularity);
  const long = shoppers.filter(({ rows }) => rows.length >= SPLICED_EVENTS);
  const pairs = Math.min(long.length, Math.ceil(shoppers.length / 2));
  const spliced = long.length < 2 ? [] : splicedPairs(long, pairs, seed, shopperSimilarity(index, popularity));
  const streams: Shopper[] = [...shoppers, ...spliced];
  let stock: Promise<ShopStock> | undefined;
  const makeStock = async (): Promise<ShopStock> => {
    const { catalog } = await pastShop(input, past);
    return { before: catalog, after: catalog, featuresOf: sharedLearning().featuresOf };
  };
  return {
    ...{ source: 'log', items: bundle.items.length, configurations, shoppers: streams.length },
    sharedSecond: shareOfSharedSeconds(shoppers, MAX_EVENTS),
    setting: `${shoppers.length} shoppers (${input.half === 'all' ? 'all' : `half: ${input.half}`}) whom the first ${100 * input.past} % of the log does not know, their first ${MAX_EVENTS} events, which they choose whatever is shown; changes and returns of taste are those of ${spliced.length} streams of two of them, 40 events each in turn`,
    shopper: (n) => loggedShopper(streams[n], seed, n, MAX_EVENTS),
    market: marketOf(index, popularity),
    stock() {
      stock ??= makeStock();
      return stock;
    },
    loop: null,
  };
}
