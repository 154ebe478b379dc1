import { coldStartQuality, type RankedChoice } from './cold-start-quality';
import { qualityOf } from './quality';

/** Lifts of new items that are tried. */
export const LIFTS = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9] as const;
/** HR@10 of new items, relative to old ones that are chosen as often, which is enough ... */
const ENOUGH = 0.6;
/** ... and share of the old items' NDCG@10 that it may cost. */
const MOST_COST = 0.03;
/** Fewer choices of new items say too little. */
const LEAST_NEW = 100;

/** A choice under each of the lifts. */
export interface LiftedChoice extends Omit<RankedChoice, 'rank'> {
  /** Its rank under each of `LIFTS`. */
  ranks: readonly number[];
}

/** What a shop's log says of the lift. */
export interface LiftEvidence {
  /** Lift of new items: weight of the term `coldStart`. */
  lift: number;
  /** Choices of new items. */
  choices: number;
  /** HR@10 of new items over that of old ones that are chosen as often, under the lift. */
  newOverOld: number;
  /** Share of the NDCG@10 of old items that the lift costs. */
  cost: number;
}

/**
 * The least lift under which new items are found 60 % as well as old ones that are chosen as often, as far as it costs the old
 * items at most 3 % of their NDCG@10: it is exploration, and one shop's new items are found without any, another's need much.
 * @param ranked choices of shoppers, by what the shop knew before they came
 * @returns null where fewer than 100 of them are of new items
 */
export function chooseLift(ranked: readonly LiftedChoice[]): LiftEvidence | null {
  const choices = ranked.filter(({ isNew }) => isNew).length;
  if (choices < LEAST_NEW) return null;
  const old = ranked.filter(({ isNew }) => !isNew);
  const ndcgOf = (n: number): number => qualityOf(old.map(({ ranks }) => ranks[n])).ndcg10;
  const without = ndcgOf(0);
  let best: LiftEvidence | null = null;
  for (const [n, lift] of LIFTS.entries()) {
    const cost = without > 0 ? 1 - ndcgOf(n) / without : 0;
    if (cost > MOST_COST) break;
    const { fresh, old: alike } = coldStartQuality(
      ranked.map(({ ranks, ...choice }) => ({ ...choice, rank: ranks[n] })),
    );
    const newOverOld = alike.hr10 > 0 ? fresh.hr10 / alike.hr10 : 1;
    best = { lift, choices, newOverOld, cost };
    if (newOverOld >= ENOUGH) break;
  }
  return best;
}

/**
 * Rank of a choice under each of `LIFTS`.
 * @param score of every item without any lift, [count]
 * @param isNew 1 for new items, else 0, [count]
 * @param candidates rows it was chosen from
 */
export function liftedRanks(
  score: Float32Array,
  isNew: Float32Array,
  row: number,
  candidates: readonly number[],
): number[] {
  const ranks = LIFTS.map(() => 1);
  for (const other of candidates) {
    if (other === row) continue;
    const lead = score[other] - score[row];
    const lifted = isNew[other] - isNew[row];
    for (const [n, lift] of LIFTS.entries()) {
      const ahead = lead + lifted * lift;
      if (ahead > 0 || (ahead === 0 && other < row)) ranks[n]++;
    }
  }
  return ranks;
}
