import * as v from 'valibot';
import { storedCount } from '../events';

/** Bound of the gain of one choice: no catalogue has more than e^100 items. */
const MOST_GAIN = 100;

/** Stored form of the anchor: the summed gain in ln rank, and the choices that it is of. */
export const anchorSchema = v.pipe(
  v.strictObject({ gain: v.pipe(v.number(), v.finite()), choices: storedCount }),
  v.check(({ gain, choices }) => Math.abs(gain) <= MOST_GAIN * choices, 'the gain is larger than its choices allow'),
);
export type StoredAnchor = v.InferOutput<typeof anchorSchema>;
