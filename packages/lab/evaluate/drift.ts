import { seededRandom, shuffled } from '../../../src/core/common/random';
import { invalidInput } from '../../../src/error';
import type { Shopper } from './shoppers';

/** Number of events of X at the start, of Y, and, at most, of X again. */
const SEGMENT = 40;
/** Number of events right after a shift. */
const FIRST_EVENTS = 20;
/** Parts of a spliced stream: the first 20 events of Y, the rest of Y, the first 20 events of X again. */
export const DRIFT_PHASES = {
  'first-20': { from: SEGMENT, to: SEGMENT + FIRST_EVENTS },
  later: { from: SEGMENT + FIRST_EVENTS, to: 2 * SEGMENT },
  return: { from: 2 * SEGMENT, to: 2 * SEGMENT + FIRST_EVENTS },
};
/** The ranked events of a spliced stream: all of its parts. X's first events are only learned. */
export const DRIFT_RANKED = { from: SEGMENT, to: DRIFT_PHASES.return.to };

/** Shopper X's stream, then shopper Y's, then more of X's. */
export interface SplicedStream extends Shopper {
  /** Positions of the first event of Y, and of the first returning event of X. */
  shifts: [number, number];
}

/**
 * The pairs of `shopperPairs`, spliced: 40 events of X, the first 40 of Y, the next of X, up to 40. Each shopper has more than 40 events.
 */
export const splicedPairs = (...given: Parameters<typeof shopperPairs>): SplicedStream[] =>
  shopperPairs(...given).map(([x, y]) => splice(x, y));

/**
 * Pairs shoppers X and Y. Every shopper is X once before any is X again, with a different Y each time.
 * @param count number of pairs; fewer if there are not enough shoppers
 * @param similarity of two shoppers: Y is the shopper least similar to X, next time the second least, and so on
 * @throws SidestreamError `runtime/invalid-input` for fewer than two shoppers
 */
export function shopperPairs(
  shoppers: readonly Shopper[],
  count: number,
  seed: number,
  similarity: (x: Shopper, y: Shopper) => number,
): [x: Shopper, y: Shopper][] {
  const n = shoppers.length;
  if (n < 2) {
    throw invalidInput(
      'A spliced stream needs two shoppers with enough events. Give a longer log, or a smaller --past.',
    );
  }
  const ring = shuffled(shoppers, seededRandom(seed));
  const others = ring.map((x, at) =>
    [...ring.slice(at + 1), ...ring.slice(0, at)].sort((a, b) => similarity(x, a) - similarity(x, b)),
  );
  return Array.from({ length: Math.min(count, n * (n - 1)) }, (_, pair) => [
    ring[pair % n],
    others[pair % n][Math.floor(pair / n)],
  ]);
}

function splice(x: Shopper, y: Shopper): SplicedStream {
  const parts = [
    { of: x, from: 0, to: SEGMENT },
    { of: y, from: 0, to: SEGMENT },
    { of: x, from: SEGMENT, to: 2 * SEGMENT },
  ];
  const rows = parts.flatMap(({ of, from, to }) => of.rows.slice(from, to));
  const times: number[] = [];
  for (const { of, from, to } of parts) {
    // Y starts at the time of X's next event, so times do not reveal the shift.
    const gap = x.times[SEGMENT] - x.times[SEGMENT - 1];
    const start = times.length === 0 ? of.times[from] : times[times.length - 1] + gap;
    for (const time of of.times.slice(from, to)) times.push(start + time - of.times[from]);
  }
  return { id: `${x.id}, ${y.id}, ${x.id}`, rows, times, shifts: [SEGMENT, 2 * SEGMENT] };
}
