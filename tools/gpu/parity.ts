import type { Check, Part } from './findings';

interface Tolerance {
  limit: number;
  side: Check['side'];
  why: string;
}

/**
 * Tolerances between WebGPU and wasm. Both compute in float32 with sums in a different order, and WGSL allows its built-in functions
 * errors of some units in the last place, so equal numbers are impossible.
 */
export const TOLERANCES = {
  'largest difference of a tap, as a share of its largest value': {
    limit: 1e-3,
    side: 'at most',
    why: 'Features are stored as int8 rows, whose step is 1/127 of the largest value. A difference of an eighth of a step changes few of the stored values, and those by one. Both backends convert the int8 weights to the same float32 ones when a session opens, so the weights add no difference.',
  },
  'smallest cosine of a tap of one item': {
    limit: 0.99999,
    side: 'at least',
    why: 'Items are compared by cosine. Rounding a row to int8 turns it by about the same angle.',
  },
} as const satisfies Record<string, Tolerance>;

export type ToleranceName = keyof typeof TOLERANCES;

/**
 * @param measured fails if it is not finite
 * @param what is compared, in a few words
 */
export function check(part: Part, tolerance: ToleranceName, what: string, measured: number): Check {
  const { limit, side } = TOLERANCES[tolerance];
  const met = side === 'at most' ? measured <= limit : measured >= limit;
  const finite = Number.isFinite(measured);
  return {
    part,
    name: `${what}: ${tolerance}`,
    measured: finite ? measured : null,
    tolerance: limit,
    side,
    met: finite && met,
  };
}

/** Largest difference of two arrays; NaN if their lengths differ or one contains NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(a[at] - b[at]);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}

/** Largest absolute value. */
export function magnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < values.length; at++) largest = Math.max(largest, Math.abs(values[at]));
  return largest;
}

/** 1 for two rows of zeros; NaN if the lengths differ. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let [ab, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    ab += a[at] * b[at];
    aa += a[at] * a[at];
    bb += b[at] * b[at];
  }
  if (aa === 0 && bb === 0) return 1;
  return ab / Math.sqrt(aa * bb);
}
