import type { Interaction } from '../interactions';

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
 * Splits the choices: from some the side model learns; those of held-out shoppers choose the epoch. Both keep the order. Held-out
 * shoppers are spread evenly over those with enough choices in the last fifth of the log, because popularity is as of its end, and
 * what fits older choices gives it too little weight. In a log with too few of them, or whose times are no dates but places in a
 * history, they are spread over all with enough choices.
 * @param known held out only if there are too few new shoppers
 * @returns also the time from which the choices of held-out shoppers count
 */
export function heldOutSplit(
  interactions: readonly Interaction[],
  known: ReadonlySet<string> = new Set(),
): { learned: Interaction[]; heldOut: Interaction[]; from: number } {
  const all = ableFrom(interactions, 0);
  const size = Math.min(MAX_HELD_OUT, Math.floor(all.length / HELD_OUT_SHARE));
  const start = Math.floor(LATE * interactions.length);
  const late = (interactions.at(-1)?.time ?? 0) < DATED ? [] : ableFrom(interactions, start);
  const isLate = late.length >= size;
  const others = (isLate ? late : all).filter((user) => !known.has(user));
  const able = others.length >= size ? others : isLate ? late : all;
  const users = new Set(Array.from({ length: size }, (_, n) => able[Math.floor(((n + 0.5) * able.length) / size)]));
  return {
    learned: interactions.filter(({ user }) => !users.has(user)),
    heldOut: interactions.filter(({ user }) => users.has(user)),
    from: isLate && size > 0 ? interactions[start].time : Number.NEGATIVE_INFINITY,
  };
}

/** Shoppers with enough choices from a place in the log on; none if the log has too few shoppers. */
function ableFrom(interactions: readonly Interaction[], start: number): string[] {
  const choices = new Map(interactions.map(({ user }) => [user, 0]));
  if (choices.size < MIN_SHOPPERS) return [];
  for (const { user } of interactions.slice(start)) choices.set(user, (choices.get(user) ?? 0) + 1);
  return [...choices].filter(([, count]) => count >= MIN_HELD_OUT_CHOICES).map(([user]) => user);
}
