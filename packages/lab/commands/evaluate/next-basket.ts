import { evenly } from '../../../../src/core/common/evenly';
import { grouped } from '../../../../src/core/common/grouped';
import { type LearnerOptions, sharedLearning } from '../../../../src/device/learner';
import { FREQUENCY_WEIGHT, frequencies, frequencyTerm } from '../../../../src/device/ranking';
import { invalidInput } from '../../../../src/error';
import { metered } from '../../../shop/pipeline';
import { learnerMethod, scoresAfter, wantedMethods } from '../../evaluate/methods';
import {
  type BasketCase,
  type BasketScores,
  basketNdcg10,
  basketRanks,
  nextBaskets,
  orderCounts,
  tifuKnn,
  topFrequency,
  userPopularity,
} from '../../evaluate/next-basket';
import { qualityOf } from '../../evaluate/quality';
import type { EvaluateInput } from './input';
import { trainedShop } from './leave-one-out';
import { byMethod, type Protocol } from './runs';

interface BasketShop extends Pick<EvaluateInput, 'bundle' | 'seed' | 'meter' | 'say'> {
  cases: readonly BasketCase[];
  /** Orders with each item, of all histories. */
  popularity: Float32Array;
}

/** The methods by name, in the order of the tables. They learn from all histories, and never from the last order of anybody. */
const METHODS: Readonly<Record<string, (shop: BasketShop) => BasketScores | Promise<BasketScores>>> = {
  popularity:
    ({ popularity }) =>
    () =>
      popularity,
  'gp-top-freq': ({ cases, popularity }) => topFrequency(historiesOf(cases), popularity),
  'up-cf': ({ cases, popularity }) => userPopularity(historiesOf(cases), popularity),
  'tifu-knn': ({ cases, popularity }) => tifuKnn(historiesOf(cases), popularity),
  terms: (shop) => learner(shop, { experts: false }),
  sidestream: (shop) => learner(shop),
};

export const NEXT_BASKET_METHODS: readonly string[] = Object.keys(METHODS);

const REFERENCE = 'popularity';

const historiesOf = (cases: readonly BasketCase[]) => cases.map(({ history }) => history);

/**
 * Next-basket recommendation: the last order of every shopper is ranked among all items, those bought before included. HR@10 of a
 * shopper is the share of the order in the first ten (Recall@10); `basketNdcg10` divides by an ideal list of the whole order. With
 * `input.shoppers` only that number of last orders are ranked; `past` and `half` do not matter.
 */
export const nextBasketProtocol: Protocol = (input) => {
  const names = wantedMethods(input, NEXT_BASKET_METHODS, REFERENCE);
  const { bundle, events, rowOf, seed, meter, say, shoppers = Number.POSITIVE_INFINITY } = input;
  const cases = nextBaskets(events, rowOf);
  if (cases.length === 0)
    throw invalidInput('Nobody can be ranked: no shopper has two orders of items of this bundle. Give a longer log.');
  const ranked = evenly([...cases.keys()], shoppers);
  return byMethod(
    names,
    async (name) => {
      const popularity = orderCounts(historiesOf(cases), bundle.items.length);
      const start = performance.now();
      const scoresOf = await METHODS[name]({ bundle, seed, meter, say, cases, popularity });
      const ranks = await metered(meter, `Last orders by ${name}`, ranked.length, (advance) =>
        basketRanks(cases, ranked, scoresOf, advance),
      );
      return { name, ranks, seconds: (performance.now() - start) / 1000 };
    },
    (runs) => {
      const methods = runs.map(({ name, ranks, seconds }) => ({
        name,
        units: ranks.map(qualityOf),
        figures: { basketNdcg10: ranks.reduce((sum, own) => sum + basketNdcg10(own), 0) / ranks.length, seconds },
      }));
      return {
        setting: `the last order of ${ranked.length} shoppers, ranked among all ${bundle.items.length} items, those bought before included`,
        tables: [{ name: 'next-basket', unit: 'shopper', reference: REFERENCE, methods }],
      };
    },
  );
};

/** The learner of a page in a shop that has trained on all histories, in a list in which items may repeat. */
async function learner({ cases, ...shop }: BasketShop, options?: LearnerOptions): Promise<BasketScores> {
  const { learned, catalog } = await trainedShop(shop, historiesOf(cases));
  const method = learnerMethod({
    name: '',
    catalog,
    options: { ...sharedLearning(), ...options },
    sharesPlaces: false,
    repeats: true,
  });
  const weight = learned.start?.repeats?.frequency ?? FREQUENCY_WEIGHT;
  return (shopper) => {
    const { history } = cases[shopper];
    const scores = scoresAfter(method, history);
    const bought = grouped(history.rows.keys(), (n) => history.rows[n]);
    const times = [...bought].map(([row, places]): [number, number[]] => [row, places.map((n) => history.times[n])]);
    for (const [row, frequency] of frequencies(new Map(times))) scores[row] += weight * frequencyTerm(frequency);
    return scores;
  };
}
