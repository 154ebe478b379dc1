import type { SideModel } from '../../../core/catalog';
import { type Estimate, estimate } from '../../../core/common/estimate';
import { choiceRanks } from './choice-ranks';

/**
 * Change of the ln rank of shoppers' choices from one side model to another, a mean over shoppers; below 0 if they rank better now. Null
 * if no choice can be ranked.
 * @param sequences rows of each shopper, without repeats
 */
export function rankChange(
  before: SideModel,
  now: SideModel,
  sequences: readonly Int32Array[],
  isCandidate: (row: number) => boolean,
): Estimate | null {
  const shoppers = sequences.map((rows) => ({ rows, from: 1 }));
  const [old, fresh] = [before, now].map((model) => choiceRanks(model, shoppers, isCandidate));
  let end = 0;
  const changes = sequences.flatMap((rows) => {
    const start = end;
    end += rows.subarray(1).filter(isCandidate).length;
    const own = fresh.slice(start, end).map((rank, n) => Math.log(rank / old[start + n]));
    return own.length === 0 ? [] : [own.reduce((sum, change) => sum + change, 0) / own.length];
  });
  return changes.length === 0 ? null : estimate(changes);
}
