import { SidestreamError } from '../error';
import { expertNames, type Ladder, routerNames } from './names';
import { type Weight, type Weights, weight } from './weights';

/** One mixture layer as plain data. */
export interface StoredLayer {
  /** Oldest first. */
  experts: { down: Weight; up: Weight }[];
  /** [n + 1][D], backbone first. */
  routerRows: Float32Array[];
  /** [n + 1], or null when the router has no bias. */
  routerBias: number[] | null;
}

/** Number of experts of each layer of a ladder. */
export function storedExpertCounts(weights: Weights, ladder: Ladder): number[] {
  const counts: number[] = [];
  for (let layer = 0; Object.hasOwn(weights, routerNames(ladder, layer).weight); layer++) {
    let count = 0;
    while (Object.hasOwn(weights, expertNames(ladder, layer, count).down)) count++;
    counts.push(count);
  }
  return counts;
}

/**
 * Takes one layer out of the weights.
 * @throws SidestreamError `model/bad-weights` when a part is missing, `model/bad-shape` when experts and router rows disagree
 */
export function readLayer(weights: Weights, ladder: Ladder, layer: number): StoredLayer {
  const count = storedExpertCounts(weights, ladder)[layer] ?? 0;
  const experts = Array.from({ length: count }, (_, index) => {
    const { down, up } = expertNames(ladder, layer, index);
    return { down: weight(weights, down), up: weight(weights, up) };
  });
  const names = routerNames(ladder, layer);
  const { shape, values } = weight(weights, names.weight);
  if (count === 0 || shape[0] !== count + 1) {
    throw new SidestreamError(
      'model/bad-shape',
      `Layer ${layer} of the ${ladder} ladder has ${count} experts and ${shape[0]} router rows; it needs at least one expert and one row more than experts.`,
    );
  }
  const dim = shape[1];
  const routerRows = Array.from({ length: shape[0] }, (_, row) => values.slice(row * dim, (row + 1) * dim));
  const routerBias = Object.hasOwn(weights, names.bias) ? Array.from(weight(weights, names.bias).values) : null;
  return { experts, routerRows, routerBias };
}

/** The weights with one layer replaced; every other weight is the same object. */
export function replaceLayer(weights: Weights, ladder: Ladder, layer: number, stored: StoredLayer): Weights {
  const names = routerNames(ladder, layer);
  const before = storedExpertCounts(weights, ladder)[layer] ?? 0;
  const dropped = new Set([names.bias]);
  for (let index = stored.experts.length; index < before; index++) {
    const { down, up } = expertNames(ladder, layer, index);
    dropped.add(down).add(up);
  }
  const entries = Object.entries(weights).filter(([name]) => !dropped.has(name));
  const replaced: Record<string, Weight> = Object.fromEntries(entries);
  for (const [index, { down, up }] of stored.experts.entries()) {
    const expert = expertNames(ladder, layer, index);
    replaced[expert.down] = down;
    replaced[expert.up] = up;
  }
  const rows = stored.routerRows.length;
  const dim = stored.routerRows[0].length;
  const values = new Float32Array(rows * dim);
  for (const [row, of] of stored.routerRows.entries()) values.set(of, row * dim);
  replaced[names.weight] = { shape: [rows, dim], values };
  if (stored.routerBias) replaced[names.bias] = { shape: [rows], values: Float32Array.from(stored.routerBias) };
  return replaced;
}
