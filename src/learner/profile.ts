import * as v from 'valibot';
import { SidestreamError } from '../error';
import { storedCount as count, historySchema, storedTime } from '../events';
import { personalWeightsSchema } from './personal-weights';
import { type StoredTaste, tasteSchema } from './preferences/preference-expert';
import { gainSchema } from './prequential-record';
import { driftSchema } from './windows/drift';

/** Version of the stored profile that this code reads and writes. */
export const PROFILE_SCHEMA = 3;
/** The oldest version that it still reads. */
const OLDEST_SCHEMA = 1;

/** Largest experts of the ladders, in bytes: 4 in each of 2 x 16 layers take 34 MB for features 1024 wide. */
export const MOST_EXPERTS_BYTES = 64 * 2 ** 20;

const profileSchema = v.object({
  schema: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(OLDEST_SCHEMA),
    v.maxValue(PROFILE_SCHEMA),
    v.transform((): typeof PROFILE_SCHEMA => PROFILE_SCHEMA),
  ),
  /** Id of the last event learned from; later ones in the log are still to be learned. */
  lastEvent: count,
  /** What the shopper chose up to that event; before schema 3 it was read from the log. */
  history: v.optional(historySchema),
  weights: personalWeightsSchema,
  /** What the taste experts learned; not in a profile of schema 1. */
  taste: v.optional(tasteSchema, {}),
  /** Experts and router rows as safetensors, or null before the first training. */
  experts: v.nullable(
    v.pipe(
      v.instance(Uint8Array),
      v.check(({ length }) => length <= MOST_EXPERTS_BYTES, 'the experts are larger than any that are trained'),
    ),
  ),
  /** Windows closed. */
  windows: count,
  /** Choices since the last window closed. */
  windowChoices: count,
  /** Drifts found; like the detector's state not in a profile of schema 1. */
  drifts: v.optional(count, 0),
  drift: v.optional(driftSchema),
  /** Updates dropped by the guard. */
  rejected: count,
  /** Mean gain in log-likelihood that the ladders' experts brought lately, in nats. */
  expertsGain: gainSchema,
  /** The same of the taste experts; not in a profile of schema 1. */
  tasteGain: v.optional(gainSchema, 0),
  /** Milliseconds since the epoch, null before the first update. */
  lastUpdate: v.nullable(storedTime),
});

/** What one device has learned, as it is stored: all that the events up to `lastEvent` leave behind. */
export type Profile = Omit<v.InferOutput<typeof profileSchema>, 'experts' | 'taste'> & {
  experts: Uint8Array | null;
  taste: StoredTaste;
};

/**
 * Parses a stored profile.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it (it must stay untouched), `store/corrupt` otherwise
 */
export function parseProfile(data: unknown): Profile {
  const result = v.safeParse(profileSchema, data);
  if (result.success) return result.output;
  const schema = v.safeParse(v.object({ schema: v.number() }), data);
  if (schema.success && schema.output.schema > PROFILE_SCHEMA) {
    throw new SidestreamError(
      'store/newer-schema',
      `The profile on this device has schema ${schema.output.schema}; this code knows ${PROFILE_SCHEMA}. Reload the page to get the newer code.`,
    );
  }
  const issue = result.issues[0];
  throw new SidestreamError(
    'store/corrupt',
    `The profile on this device is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}. What is left of it is used, and the event log.`,
  );
}
