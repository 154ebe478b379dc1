import {
  type ChoiceCase,
  type ChoiceHistory,
  firstChoices,
  ITEM_KNN,
  type LeaveOneOutShop,
  ranksOf,
  type Scores,
  tuned,
  withPopularity,
} from '../../../packages/lab/evaluate/leave-one-out';
import { type Choices, choiceCounts, shoppersIn } from '../../../packages/shop/training/interactions';
import { choiceRanks, heldOutShoppers } from '../../../packages/shop/training/side';
import type { SideModel } from '../../../src/core/catalog';
import { estimate } from '../../../src/core/common/estimate';
import { evenly } from '../../../src/core/common/evenly';
import type { LearnReport } from '../session';

/** Maximum number of choices by which the settings of item-kNN are chosen: more take longer and choose the same. */
const MAX_TUNING = 400;
const LIST = 10;

/** The choices on which methods are compared. */
type HeldOutChoices = ReturnType<typeof heldOutChoices>;

/** Ranks of the choices of each held-out shopper; 1 is best. */
export type ShopperRanks = number[][];

/** The same choices of the same shoppers on which the training chooses its epoch. */
export function heldOutChoices(choices: Choices, count: number) {
  const { heldOut } = heldOutShoppers(choices);
  const learned = [...Array(shoppersIn(choices)).keys()].filter((shopper) => !heldOut.has(shopper));
  return {
    /** Choices of the shoppers from whom the methods learn. */
    learned: learned.map((shopper) => historyOf(choices, shopper)),
    /** Choices of each held-out shopper, without repeats. */
    shoppers: [...heldOut].map((shopper) => withoutRepeats(historyOf(choices, shopper))),
    /** [count] How often each item was chosen by the others. */
    popularity: choiceCounts(choices, count, heldOut),
  };
}

/** The first places of each shopper are not ranked, and neither are items that nobody else chose. */
function casesOf({ shoppers, popularity }: HeldOutChoices): ChoiceCase[][] {
  return shoppers.map((shopper) =>
    Array.from(shopper.rows).flatMap((target, place): ChoiceCase[] =>
      place > 0 && popularity[target] > 0 ? [{ history: firstChoices(shopper, place), target }] : [],
    ),
  );
}

/** Ranks by the number of choices, the same list for everybody. */
export const popularityRanks = (choices: HeldOutChoices): ShopperRanks =>
  rankShoppers(
    withPopularity(() => {}, choices.popularity),
    choices,
  );

/** Ranks by item-kNN, whose settings are chosen on the last choices of the shoppers from whom it learns. */
export function itemKnnRanks(
  choices: HeldOutChoices,
  shop: Pick<LeaveOneOutShop, 'bundle' | 'count' | 'seed' | 'meter' | 'say'>,
): ShopperRanks {
  const { learned } = choices;
  const training = learned.map((history) => firstChoices(history, Math.max(1, history.rows.length - 1)));
  const last = learned.flatMap(({ rows }, n): ChoiceCase[] => {
    const target = rows[rows.length - 1];
    return rows.length > 1 && !training[n].rows.includes(target) ? [{ history: training[n], target }] : [];
  });
  const validation = evenly(last, MAX_TUNING);
  return rankShoppers(tuned(ITEM_KNN)({ ...shop, training, validation, whole: learned }).scores, choices);
}

function rankShoppers(scores: Scores, choices: HeldOutChoices): ShopperRanks {
  const cases = casesOf(choices);
  return ranksByShopper(ranksOf(scores, cases.flat()), cases);
}

/** Ranks by a side model, as the training ranks them after each epoch. */
export function sideRanks(model: SideModel, choices: HeldOutChoices): ShopperRanks {
  const { shoppers, popularity } = choices;
  const sequences = shoppers.map(({ rows }) => ({ rows, from: 1 }));
  return ranksByShopper(
    choiceRanks(model, sequences, (row) => popularity[row] > 0),
    casesOf(choices),
  );
}

function ranksByShopper(ranks: readonly number[], cases: readonly ChoiceCase[][]): ShopperRanks {
  let from = 0;
  return cases.map(({ length }) => {
    from += length;
    return ranks.slice(from - length, from);
  });
}

/** Share of the choices that are among the first ten; null without choices. */
export function hitRate(ranks: ShopperRanks): number | null {
  const all = ranks.flat();
  return all.length === 0 ? null : all.filter((rank) => rank <= LIST).length / all.length;
}

/** The difference to the better rival, shopper by shopper; null if too few shoppers have a ranked choice. */
export function gainOver(
  side: ShopperRanks,
  rivals: Record<'popularity' | 'item-knn', ShopperRanks>,
): LearnReport['gain'] {
  const popularity = hitRate(rivals.popularity);
  const itemKnn = hitRate(rivals['item-knn']);
  if (popularity === null || itemKnn === null) return null;
  const rival = itemKnn >= popularity ? 'item-knn' : 'popularity';
  const differences = side.flatMap((ranks, n) => {
    const [own, other] = [hitRate([ranks]), hitRate([rivals[rival][n]])];
    return own === null || other === null ? [] : [own - other];
  });
  if (differences.length < 2) return null;
  const { mean, se } = estimate(differences);
  return { mean, error: se, rival, shoppers: differences.length };
}

const historyOf = ({ offsets, rows, times }: Choices, shopper: number): ChoiceHistory => ({
  rows: rows.subarray(offsets[shopper], offsets[shopper + 1]),
  times: times.subarray(offsets[shopper], offsets[shopper + 1]),
});

function withoutRepeats({ rows, times }: ChoiceHistory): ChoiceHistory {
  const places = [...rows.keys()].filter((place) => rows.indexOf(rows[place]) === place);
  return {
    rows: Int32Array.from(places, (place) => rows[place]),
    times: Float64Array.from(places, (place) => times[place]),
  };
}
