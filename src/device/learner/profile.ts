import * as v from 'valibot';
import { storedCount as count, historySchema, storedTime } from '../../core/events';
import { SidestreamError } from '../../error';
import { mixtureSchema, type StoredMixture } from './experts/stored-experts';
import { journalSchema } from './journal/stored-journal';
import { PROFILE_SCHEMA } from './limits';

const profileSchema = v.object({
  schema: v.literal(PROFILE_SCHEMA),
  /** Id of the last event learned from; later ones in the log are still to be learned. */
  lastEvent: count,
  /**
   * Id of the first event learned from; the largest safe integer before the first event. The log is whole as long as it
   * holds this event; 0 if it never held all events, or in older profiles without this field.
   */
  firstEvent: v.optional(count, 0),
  /** The shopper's choices up to that event; before schema 3 they were read from the log. */
  history: v.optional(historySchema),
  /** The shopper's experts and their router. */
  experts: mixtureSchema,
  windows: count,
  /** Choices since the last window closed. */
  windowChoices: count,
  /** The journal of learning; absent from profiles older than the journal. */
  journal: v.optional(journalSchema),
  /** Updates dropped by the guard. */
  rejected: count,
  /** Milliseconds since the epoch, null before the first update. */
  lastUpdate: v.nullable(storedTime),
});

/** Everything that one device learned from the events up to `lastEvent`, in stored form. */
export type Profile = Omit<v.InferOutput<typeof profileSchema>, 'experts'> & { experts: StoredMixture };

const withSchema = v.object({ schema: v.number() });

/** Parses a stored profile, also one that code of schema 1 to 6 stored. @throws SidestreamError as `parseProfile` */
export async function parseAnyProfile(data: unknown): Promise<Profile> {
  if (!v.is(withSchema, data) || data.schema >= PROFILE_SCHEMA) return parseProfile(data);
  const { currentProfile } = await import('./profile-migration');
  return parseProfile(currentProfile(data, PROFILE_SCHEMA));
}

/**
 * Parses a profile of the present schema.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it (it must stay untouched), `store/corrupt` otherwise
 */
export function parseProfile(data: unknown): Profile {
  const result = v.safeParse(profileSchema, data);
  if (result.success) return result.output;
  const schema = v.safeParse(withSchema, data);
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
