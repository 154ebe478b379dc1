import type { CatalogIndex } from '../ranking';
import type { Shopper } from './shoppers';

/** Events of a shopper that are compared. */
const EVENTS = 80;

/** Rows of numbers by which shoppers are compared. */
interface Traits {
  width: number;
  /** Adds those of an item to a sum of width `width`. */
  add(sum: Float64Array, row: number, weight: number): void;
}

/**
 * How alike the choices of two shoppers are, -1 to 1: mean of the cosines of their content and of their categories, each
 * against what all shoppers choose.
 * @param popularity [count] choices of each item by all shoppers
 */
export function shopperLikeness(
  { content, categories }: Pick<CatalogIndex, 'content' | 'categories'>,
  popularity: Float32Array,
): (x: Shopper, y: Shopper) => number {
  const traits: Traits[] = [
    {
      width: content.width,
      add(sum, row, weight) {
        for (let d = 0; d < sum.length; d++) sum[d] += weight * content.values[row * content.width + d];
      },
    },
    {
      width: categories.names.length,
      add(sum, row, weight) {
        for (const id of categories.ofItem[row]) sum[id] += weight;
      },
    },
  ];
  const usual = traits.map((trait) => meanOf(trait, [...popularity.keys()], popularity));
  const known = new Map<Shopper, Float64Array[]>();
  const about = (shopper: Shopper): Float64Array[] => {
    const found = known.get(shopper) ?? traits.map((trait, t) => difference(trait, shopper, usual[t]));
    known.set(shopper, found);
    return found;
  };
  return (x, y) => {
    const others = about(y);
    return about(x).reduce((sum, own, t) => sum + cosine(own, others[t]) / traits.length, 0);
  };
}

function difference(trait: Traits, { rows }: Shopper, usual: Float64Array): Float64Array {
  const first = rows.slice(0, EVENTS);
  return meanOf(trait, first, new Float32Array(first.length).fill(1)).map((value, d) => value - usual[d]);
}

function meanOf({ width, add }: Traits, rows: readonly number[], weights: Float32Array): Float64Array {
  const sum = new Float64Array(width);
  const total = weights.reduce((all, weight) => all + weight, 0);
  for (const [n, row] of rows.entries()) if (weights[n] > 0) add(sum, row, weights[n] / total);
  return sum;
}

function cosine(a: Float64Array, b: Float64Array): number {
  const length = Math.hypot(...a) * Math.hypot(...b);
  return length > 0 ? a.reduce((sum, value, d) => sum + value * b[d], 0) / length : 0;
}
