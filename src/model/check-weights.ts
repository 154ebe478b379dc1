import { LADDERS, type Ladder, type Layer, layerShapes } from './layer';
import { ladderEntries, layersOf } from './state-dict';
import type { StateDict, Weights } from './weights';

/** The part of a feature table that weights must fit. */
export interface TapShape {
  /** D: columns of a tap. */
  dim: number;
  /** K+1 of each ladder. */
  taps: Record<Ladder, number>;
}

/** Bounds of weights that come from outside. Default: none. */
export interface WeightLimits {
  /** Magnitude of a number. */
  magnitude: number;
  /** Experts of a layer. */
  experts: number;
  /** H: inner width of an expert. */
  bottleneckDim: number;
}

const NO_LIMITS: WeightLimits = { magnitude: Number.MAX_VALUE, experts: Infinity, bottleneckDim: Infinity };

/**
 * Checks that stored weights are whole ladders over these taps, and nothing else but `others`.
 * @param others shapes of the weights beside the ladders
 * @param bias whether routers have one; 'optional' where either is right
 * @returns the first fault, or null
 * @throws SidestreamError `model/bad-weights` when half of an expert is missing
 */
export function checkWeights(
  weights: Weights,
  { dim, taps }: TapShape,
  others: StateDict<number[]>,
  bias: true | 'optional',
  { magnitude, experts: most, bottleneckDim }: WeightLimits = NO_LIMITS,
): string | null {
  const shapes: Record<Ladder, Layer<number[]>[]> = { text: [], image: [] };
  for (const ladder of LADDERS) {
    const layers = layersOf(weights, ladder);
    const needed = taps[ladder] - 1;
    if (layers.length !== needed)
      return `the ${ladder} ladder has ${layers.length} layers, the features need ${needed}`;
    for (const [index, { experts, router }] of layers.entries()) {
      const at = `layer ${index} of the ${ladder} ladder has`;
      if (experts.length === 0) return `${at} no expert`;
      if (experts.length > most) return `${at} ${experts.length} experts`;
      const inner = experts.map(({ down }) => down.shape[0]);
      const widest = Math.max(...inner);
      if (widest > bottleneckDim) return `${at} an expert of inner width ${widest}`;
      shapes[ladder].push(layerShapes(dim, inner, bias === true || router.bias !== undefined));
    }
  }
  const expected: StateDict<number[]> = { ...ladderEntries(shapes), ...others };
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
