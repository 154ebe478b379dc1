import type { SideModel } from '../../../core/catalog';
import type { HeldOutQuality } from './choice-ranks';

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
