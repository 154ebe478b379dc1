import type { SideModel } from '../../../core/catalog/side-model';
import { choiceRanks } from './choice-ranks';

/** How well a model ranks the choices of shoppers that its training did not see. */
export interface HeldOutQuality {
  /** Mean of log(rank), 1 is best, among all known items not chosen before. */
  lnRank: number;
  /** Share of the choices among the first ten, 0 to 1. */
  hr10: number;
  choices: number;
}

/**
 * Ranks the later choices of shoppers by the states after the earlier ones.
 * @param sequences rows without repeats, oldest first
 * @param isCandidate whether the item at a row is ranked
 */
export function heldOutQuality(
  model: SideModel,
  sequences: readonly Int32Array[],
  isCandidate: (row: number) => boolean,
): HeldOutQuality {
  const shoppers = sequences.map((rows) => ({ rows, from: 1 }));
  const ranks = choiceRanks(model, shoppers, isCandidate);
  const choices = ranks.length;
  if (choices === 0) return { lnRank: 0, hr10: 0, choices };
  return {
    lnRank: ranks.reduce((sum, rank) => sum + Math.log(rank), 0) / choices,
    hr10: ranks.filter((rank) => rank <= 10).length / choices,
    choices,
  };
}
