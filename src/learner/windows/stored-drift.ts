import * as v from 'valibot';
import { storedCount } from '../../events';
import { FURTHEST, type StoredDrift } from './drift';

/** Bound of the summed squares: 10^9 distances at their bound. */
const MOST_SQUARES = 1e17;
/** Highest threshold. */
const HIGHEST = 1e3;

export const driftSchema = v.object({
  count: storedCount,
  mean: v.pipe(v.number(), v.minValue(-FURTHEST), v.maxValue(FURTHEST)),
  squares: v.pipe(v.number(), v.minValue(0), v.maxValue(MOST_SQUARES)),
  rise: v.pipe(v.number(), v.minValue(0), v.maxValue(HIGHEST)),
}) satisfies v.GenericSchema<StoredDrift>;
