import * as v from 'valibot';
import { SidestreamError } from '../error';
import { storedCount as count, historySchema, storedTime } from '../events';
import { preferencesSchema, type StoredPreferences } from './experts/user-experts';
import { personalWeightsSchema } from './personal-weights';
import { gainSchema } from './prequential-record';
import { driftSchema } from './windows/drift';

/** Version of the stored profile that this code reads and writes. */
export const PROFILE_SCHEMA = 4;
/** The oldest version that it still reads. */
const OLDEST_SCHEMA = 1;

/** Largest size of the ladders' experts, bytes: 4 in each of 2 x 16 layers take 34 MB for features 1024 wide. */
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
  /** The shopper's choices up to that event; before schema 3 they were read from the log. */
  history: v.optional(historySchema),
  weights: personalWeightsSchema,
  /** Read-outs of the preference experts; absent from schema 1. */
  preferences: v.optional(preferencesSchema, {}),
  /** The ladders' weights as safetensors; null before the first training. */
  experts: v.nullable(
    v.pipe(
      v.instance(Uint8Array),
      v.check(({ length }) => length <= MOST_EXPERTS_BYTES, 'the experts are larger than any that training makes'),
    ),
  ),
  /** Windows closed. */
  windows: count,
  /** Choices since the last window closed. */
  windowChoices: count,
  /** Drifts found; like the detector's state absent from schema 1. */
  drifts: v.optional(count, 0),
  drift: v.optional(driftSchema),
  /** Updates dropped by the guard. */
  rejected: count,
  /** Mean gain of the ladders' experts in log-likelihood over the last choices, nats. */
  expertsGain: gainSchema,
  /** The same of the preference experts; absent from schema 1. */
  preferenceGain: v.optional(gainSchema, 0),
  /** Milliseconds since the epoch, null before the first update. */
  lastUpdate: v.nullable(storedTime),
});

/** Everything that one device learned from the events up to `lastEvent`, as it is stored. */
export type Profile = Omit<v.InferOutput<typeof profileSchema>, 'experts' | 'preferences'> & {
  experts: Uint8Array | null;
  preferences: StoredPreferences;
};

/** Names of the score's terms before schema 4, with the present ones. */
const OLD_TERMS: Readonly<Record<string, string>> = {
  companions: 'boughtTogether',
  closest: 'nearestHistory',
  numbers: 'numericAffinity',
  place: 'catalogOrder',
  newcomer: 'coldStart',
  taste: 'preference',
};
/** Names of fields before schema 4, with the present ones. */
const OLD_FIELDS: Readonly<Record<string, string>> = { taste: 'preferences', tasteGain: 'preferenceGain' };

const byTerm = v.record(v.string(), v.unknown());
const olderSchema = v.looseObject({
  schema: v.pipe(v.number(), v.maxValue(3)),
  weights: v.looseObject({ theta: byTerm, squares: byTerm }),
});

const renamed = (record: object, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]),
  );

/**
 * A profile of schema 1 to 3 with the names of schema 4. Other data is returned unchanged.
 * @param data not parsed yet
 */
function withCurrentNames(data: unknown): unknown {
  const older = v.safeParse(olderSchema, data);
  if (!older.success) return data;
  const { theta, squares, ...others } = older.output.weights;
  const weights = { ...others, theta: renamed(theta, OLD_TERMS), squares: renamed(squares, OLD_TERMS) };
  return { ...renamed(older.output, OLD_FIELDS), weights };
}

/**
 * Parses a stored profile.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it (it must stay untouched), `store/corrupt` otherwise
 */
export function parseProfile(data: unknown): Profile {
  const result = v.safeParse(profileSchema, withCurrentNames(data));
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
    `The profile on this device is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}. An older one or the event log is used instead.`,
  );
}
