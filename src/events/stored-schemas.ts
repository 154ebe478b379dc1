import * as v from 'valibot';

/** The last moment that a `Date` can be. */
const LAST_TIME = 8.64e15;

/** An item's id, as a profile holds it. */
export const storedId = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
/** Milliseconds since the epoch, as events and profiles hold them. */
export const storedTime = v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_TIME));
/** A count, as a profile holds it. */
export const storedCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
