import { type Choices, shoppersIn, timeAt } from '../interactions';

/** At least one shopper in this many is held out, up to a maximum number of shoppers. */
const HELD_OUT_SHARE = 20;
const MAX_HELD_OUT = 64;
/** Minimum number of choices for a shopper to be held out. */
const MIN_HELD_OUT_CHOICES = 5;
/** Number of shoppers in a log below which none is held out: each is needed. */
const MIN_SHOPPERS = 50;
/** Share of the log after which choices are late. */
const LATE = 0.8;
/** Time from which a time is a date, ms: the second year of times that count from 1970. */
const DATED = 365 * 24 * 3600 * 1000;

/**
 * Shoppers to hold out: from the others the side model learns, and their choices choose the epoch. They are spread evenly over those with
 * enough choices in the last fifth of the log, because popularity is as of its end, and what fits older choices gives it too little
 * weight. In a log with too few of them, or whose times are no dates but places in a history, they are spread over all with enough
 * choices.
 * @param known held out only if there are too few new shoppers
 * @returns also the time from which their choices count
 */
export function heldOutShoppers(
  choices: Choices,
  known: ReadonlySet<number> = new Set(),
): { heldOut: ReadonlySet<number>; from: number } {
  const count = choices.rows.length;
  const all = ableFrom(choices, 0);
  const size = Math.min(MAX_HELD_OUT, Math.floor(all.length / HELD_OUT_SHARE));
  if (size === 0) return { heldOut: new Set(), from: Number.NEGATIVE_INFINITY };
  const start = Math.floor(LATE * count);
  const late = timeAt(choices, count - 1) < DATED ? [] : ableFrom(choices, start);
  const isLate = late.length >= size;
  const others = (isLate ? late : all).filter((shopper) => !known.has(shopper));
  const able = others.length >= size ? others : isLate ? late : all;
  return {
    heldOut: new Set(Array.from({ length: size }, (_, n) => able[Math.floor(((n + 0.5) * able.length) / size)])),
    from: isLate ? timeAt(choices, start) : Number.NEGATIVE_INFINITY,
  };
}

/** Shoppers with enough choices from a place in the log on; none if the log has too few shoppers. */
function ableFrom(choices: Choices, start: number): number[] {
  const count = shoppersIn(choices);
  const { offsets, places } = choices;
  if (count < MIN_SHOPPERS) return [];
  const able: number[] = [];
  for (let shopper = 0; shopper < count; shopper++) {
    // The last choices that a shopper must have.
    const at = offsets[shopper + 1] - MIN_HELD_OUT_CHOICES;
    if (at >= offsets[shopper] && places[at] >= start) able.push(shopper);
  }
  return able;
}
