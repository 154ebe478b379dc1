import type { Weights } from '../../../core/model';
import { SIDE_INPUTS, type SideInput, type SideUse, sideExpertCount, sideInputNames } from '../../../core/model/side';
import type { SideFeatures } from './side-features';

/**
 * How much each expert of a side model is used: its mean gate over the chosen items, which have a popularity above 0.
 */
export function sideUse(weights: Weights, features: SideFeatures, popularity: ArrayLike<number>): SideUse {
  const use: SideUse = {};
  for (const input of SIDE_INPUTS) {
    if (features.inputs[input].columns > 0) use[input] = useOf(weights, input, features, popularity);
  }
  return use;
}

function useOf(
  weights: Weights,
  input: SideInput,
  { inputs, count }: SideFeatures,
  popularity: ArrayLike<number>,
): number[] {
  const experts = sideExpertCount(weights, input);
  const names = sideInputNames(input);
  const router = weights[names.router];
  if (experts === 1 || !router) return [1];
  const bias = weights[names.routerBias]?.values;
  const { columns, values } = inputs[input];
  const sums = new Float64Array(experts);
  const gates = new Float64Array(experts);
  let known = 0;
  for (let row = 0; row < count; row++) {
    if (!(popularity[row] > 0)) continue;
    for (let n = 0; n < experts; n++) {
      let logit = bias?.[n] ?? 0;
      for (let at = 0; at < columns; at++) logit += router.values[n * columns + at] * values[row * columns + at];
      gates[n] = logit;
    }
    const top = Math.max(...gates);
    let total = 0;
    for (let n = 0; n < experts; n++) {
      gates[n] = Math.exp(gates[n] - top);
      total += gates[n];
    }
    for (let n = 0; n < experts; n++) sums[n] += gates[n] / total;
    known++;
  }
  return Array.from(sums, (sum) => (known > 0 ? sum / known : 1 / experts));
}
