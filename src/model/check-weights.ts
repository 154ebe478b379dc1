import { LADDERS, type Ladder, layerShapes } from './layer';
import { expertCounts, ladderEntries, layersOf } from './state-dict';
import type { StateDict, Weights } from './weights';

/** The part of a feature table that weights must fit. */
export interface TapShape {
  /** D: columns of a tap. */
  dim: number;
  /** K+1 of each ladder. */
  taps: Record<Ladder, number>;
}

/** Bounds of weights that come from outside. */
export interface WeightLimits {
  /** Largest magnitude of a number. Default: any that is finite. */
  magnitude?: number;
  /** Experts of a layer. Default: any number. */
  experts?: number;
  /** Inner width of an expert. Default: any. */
  bottleneckDim?: number;
  /** True: every router needs its bias. Default false. */
  routerBias?: boolean;
}

/**
 * Checks that stored weights are whole ladders over these taps, and nothing else but `others`.
 * @param others shapes of the weights beside the ladders
 * @returns what is wrong first, or null
 * @throws SidestreamError `model/bad-weights` when half of an expert is missing
 */
export function checkWeights(
  weights: Weights,
  { dim, taps }: TapShape,
  others: StateDict<number[]>,
  { magnitude = Number.MAX_VALUE, experts = Infinity, bottleneckDim = Infinity, routerBias = false }: WeightLimits = {},
): string | null {
  for (const ladder of LADDERS) {
    const counts = expertCounts(weights)[ladder];
    const layers = taps[ladder] - 1;
    if (counts.length !== layers)
      return `the ${ladder} ladder has ${counts.length} layers, the features need ${layers}`;
    const wrong = counts.findIndex((count) => count === 0 || count > experts);
    if (wrong !== -1) return `layer ${wrong} of the ${ladder} ladder has ${counts[wrong]} experts`;
    for (const [index, { experts: all, router }] of layersOf(weights, ladder).entries()) {
      const wide = all.find(({ down }) => down.shape[0] > bottleneckDim);
      if (wide)
        return `layer ${index} of the ${ladder} ladder has an expert with an inner width of ${wide.down.shape[0]}`;
      if (routerBias && !router.bias) return `layer ${index} of the ${ladder} ladder has a router without bias`;
    }
  }
  const shapes = (ladder: Ladder) => layersOf(weights, ladder).map((layer) => layerShapes(layer, dim));
  const expected: StateDict<number[]> = {
    ...ladderEntries({ text: shapes('text'), image: shapes('image') }),
    ...others,
  };
  for (const [name, shape] of Object.entries(expected)) {
    if (!Object.hasOwn(weights, name)) return `"${name}" is missing`;
    const { shape: found, values } = weights[name];
    if (found.join() !== shape.join()) return `"${name}" has shape [${found}], not [${shape}]`;
    if (!values.every((value) => Math.abs(value) <= magnitude)) {
      return `"${name}" holds numbers beyond ${magnitude}, or not finite`;
    }
  }
  const extra = Object.keys(weights).find((name) => !Object.hasOwn(expected, name));
  return extra === undefined ? null : `"${extra}" does not belong to it`;
}
