import type { Weights } from '../weights';
import { SIDE_INPUTS, type SideConfig } from './config';
import { SIDE_NAMES, sideExpertCount, sideExpertNames, sideInputNames } from './weights';

/**
 * The error in the weights of a side model, as the rest of a sentence; null if they are valid. @param count number of items
 */
export function sideWeightsFault(weights: Weights, config: SideConfig, count: number): string | null {
  const shapes = sideShapes(weights, config, count);
  for (const [name, shape] of shapes) {
    const found = weights[name];
    if (!found) return `${name} is missing`;
    if (found.shape.join() !== shape.join()) return `${name} has the shape [${found.shape}] instead of [${shape}]`;
    if (!found.values.every(Number.isFinite)) return `${name} contains a value that is not a number`;
  }
  const unknown = Object.keys(weights).find((name) => !shapes.has(name));
  return unknown === undefined ? null : `${unknown} is not a weight of a side model`;
}

/** Shape of every weight, by name, for the present number of experts, at least one per part. */
function sideShapes(weights: Weights, { width, hidden, inputs, decays }: SideConfig, count: number) {
  const shapes = new Map<string, number[]>([
    [SIDE_NAMES.embedding, [count, width]],
    [SIDE_NAMES.bias, [count, 1]],
    [SIDE_NAMES.popularity, [1, 1]],
    [SIDE_NAMES.decay, [decays.length, 1]],
    [SIDE_NAMES.gain, [decays.length, width]],
  ]);
  for (const input of SIDE_INPUTS) {
    const columns = inputs[input];
    if (columns === 0) continue;
    const experts = Math.max(1, sideExpertCount(weights, input));
    const { skip, router, routerBias } = sideInputNames(input);
    shapes.set(skip, [width, columns]);
    if (experts > 1) shapes.set(router, [experts, columns]).set(routerBias, [experts]);
    for (let n = 0; n < experts; n++) {
      const names = sideExpertNames(input, n);
      shapes.set(names.down, [hidden, columns]).set(names.downBias, [hidden]);
      shapes.set(names.up, [width, hidden]).set(names.out, [1, hidden]);
    }
  }
  return shapes;
}
