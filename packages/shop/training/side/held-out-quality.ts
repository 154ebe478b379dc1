import * as v from 'valibot';
import type { SideModel } from '../../../../src/core/catalog';
import { type Estimate, estimate } from '../../../../src/core/common/estimate';
import { choiceRanks } from './choice-ranks';

const number = v.pipe(v.number(), v.finite());

export const heldOutQualitySchema = v.strictObject({
  /** Mean of log(rank), 1 is best, among all known items not chosen before. */
  lnRank: number,
  /** Share of the choices among the first ten, 0 to 1. */
  hr10: number,
  choices: number,
});
export type HeldOutQuality = v.InferOutput<typeof heldOutQualitySchema>;

/** Ranks the later choices of shoppers by the states after the earlier ones. @param sequences rows without repeats */
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

/**
 * The model, with a rate of 0 for each adapter whose learning makes the choices of held-out shoppers rank worse: then devices keep what the
 * shop trained.
 * @param qualityOf ranks these choices, each adapter learning as on a device
 */
export function judgedAdapters(
  model: SideModel,
  qualityOf: (model: SideModel) => HeldOutQuality,
  say: (line: string) => void,
): SideModel {
  if (!model.adapters) return model;
  let judged = model;
  let quality = qualityOf(model);
  if (quality.choices === 0) return model;
  for (const [n] of model.adapters.inputs.entries()) {
    const without = withoutLearning(judged, n);
    const found = qualityOf(without);
    if (found.lnRank < quality.lnRank) [judged, quality] = [without, found];
  }
  const learning = model.adapters.inputs.filter((_, n) => judged.adapters?.rates[n]);
  say(
    learning.length > 0
      ? `Adapters that learn on the device: ${learning.join(', ')}`
      : 'No adapter learns on the device: the choices of held-out shoppers rank better without',
  );
  return judged;
}

const withoutLearning = ({ adapters, ...model }: SideModel, adapter: number): SideModel =>
  adapters ? { ...model, adapters: { ...adapters, rates: adapters.rates.with(adapter, 0) } } : model;

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
