import { BASES, basisVectors, nearest } from '../../../packages/shop/pipeline';
import { type Bundle, rowsPerItem } from '../../../src/core/catalog';

/** Number of neighbours that are compared. */
const NEIGHBORS = 5;

/** How alike the features of two bundles of one catalogue are. */
export interface Agreement {
  /** Lowest cosine of a feature row to the same row of the other bundle. */
  cosine: number;
  /** Share of the first neighbours that the other bundle has among its own, lowest of text, picture and both. */
  neighbors: number;
}

/** @throws Error if they are not of the same products */
export function agreement(one: Bundle, other: Bundle): Agreement {
  if (one.items.map(({ id }) => id).join() !== other.items.map(({ id }) => id).join()) {
    throw new Error('the bundles are of other products');
  }
  return { cosine: lowestCosine(one, other), neighbors: Math.min(...BASES.map((basis) => shared(one, other, basis))) };
}

function lowestCosine({ features: a, items }: Bundle, { features: b }: Bundle): number {
  let lowest = 1;
  for (let row = 0; row < items.length * rowsPerItem(a); row++) {
    let [product, own, others] = [0, 0, 0];
    for (let at = row * a.dim; at < (row + 1) * a.dim; at++) {
      product += a.values[at] * b.values[at];
      own += a.values[at] ** 2;
      others += b.values[at] ** 2;
    }
    // Both rows of an item without a picture or text are zero.
    if (own > 0 || others > 0) lowest = Math.min(lowest, product / Math.sqrt(own * others) || 0);
  }
  return lowest;
}

function shared(one: Bundle, other: Bundle, basis: (typeof BASES)[number]): number {
  const [a, b] = [basisVectors(one, basis), basisVectors(other, basis)];
  let [same, all] = [0, 0];
  for (const item of one.items.keys()) {
    const near = new Set(nearest(a, item, NEIGHBORS).map(({ index }) => index));
    for (const { index } of nearest(b, item, NEIGHBORS)) {
      all++;
      if (near.has(index)) same++;
    }
  }
  return same / all;
}
