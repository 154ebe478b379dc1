import * as v from 'valibot';
import { canHash, joinBytes, sha256 } from '../../core/common/bytes';
import { storedCount as count, historySchema, storedTime } from '../../core/events';
import { SidestreamError } from '../../error';
import { mixtureSchema, type StoredMixture } from './experts/stored-experts';
import { PROFILE_SCHEMA } from './limits';
import { packed, unpacked } from './packed-profile';

const profileSchema = v.object({
  schema: v.literal(PROFILE_SCHEMA),
  /** Id of the last event learned from; later ones in the log are still to be learned. */
  lastEvent: count,
  /**
   * Id of the first event learned from; the largest safe integer before the first event. The log is whole as long as it
   * holds this event; 0 if it never held all events.
   */
  firstEvent: count,
  /** The shopper's choices up to that event. */
  history: historySchema,
  experts: mixtureSchema,
  windows: count,
  /** Choices since the last window closed. */
  windowChoices: count,
  rejected: count,
  /** Milliseconds since the epoch, null before the first update. */
  lastUpdate: v.nullable(storedTime),
});

/** Everything that one device learned from the events up to `lastEvent`, in stored form. */
export type Profile = Omit<v.InferOutput<typeof profileSchema>, 'experts'> & { experts: StoredMixture };

const withSchema = v.object({ schema: v.number() });

/**
 * Parses a stored profile.
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

/** First bytes of the file: its name, and the version of this layout. */
const MAGIC = 'sidestream-profile';
const VERSION = 1;
/** Replaces the digest if the page cannot hash (plain http); such a file is read unchecked. */
const NO_DIGEST = '0'.repeat(64);

/** Maximum file size, bytes. */
const MAX_BYTES = 80 * 2 ** 20;

const damaged = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/corrupt',
    `The profile is damaged: ${what}. An older one or the event log is used instead.`,
    { cause },
  );

/**
 * A profile as one file: a line `sidestream-profile <version> <sha-256 of the rest> <bytes of the rest>`, and the output of
 * `packed`, compressed in the zlib format.
 */
export async function encodeProfile(profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
  const body = await through(new CompressionStream('deflate'), joinBytes(packed(profile)));
  const digest = canHash() ? await sha256(body) : NO_DIGEST;
  return joinBytes([new TextEncoder().encode(`${MAGIC} ${VERSION} ${digest} ${body.length}\n`), body]);
}

/**
 * Reads a file of `encodeProfile`.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it, `store/corrupt` when it is damaged
 */
export async function decodeProfile(bytes: Uint8Array): Promise<Profile> {
  if (bytes.length > MAX_BYTES) throw damaged('it is larger than any profile');
  const end = bytes.indexOf(10);
  if (end < 0) throw damaged('it has no header');
  const [magic, version, digest, size] = new TextDecoder().decode(bytes.subarray(0, end)).split(' ');
  if (magic !== MAGIC) throw damaged('it does not start like a profile');
  if (Number(version) > VERSION) {
    throw new SidestreamError(
      'store/newer-schema',
      `The profile is of version ${version}; this code knows ${VERSION}. Reload the page to get the newer code.`,
    );
  }
  if (Number(version) !== VERSION) throw damaged('it does not start like a profile');
  const body = bytes.slice(end + 1);
  if (digest !== NO_DIGEST && canHash() && (await sha256(body)) !== digest) throw damaged('its checksum differs');
  if (size !== `${body.length}`) throw damaged('its length is wrong');
  return parseProfile(await unpack(body));
}

async function unpack(body: Uint8Array<ArrayBuffer>): Promise<unknown> {
  try {
    return unpacked(await through(new DecompressionStream('deflate'), body));
  } catch (cause) {
    throw damaged('it cannot be unpacked', cause);
  }
}

/** The output of a stream for some bytes. @throws Error when it is larger than any file */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let size = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      size += part.length;
      if (size > MAX_BYTES) throw new RangeError('it is larger than any profile');
      controller.enqueue(part);
    },
  });
  const parts = new Blob([bytes]).stream().pipeThrough(stream).pipeThrough(bounded);
  return new Uint8Array(await new Response(parts).arrayBuffer());
}

const storedSchema = v.object({ schema: v.number(), bytes: v.instance(Uint8Array) });

export const storedProfile = async (profile: Profile): Promise<{ schema: number; bytes: Uint8Array<ArrayBuffer> }> => ({
  schema: PROFILE_SCHEMA,
  bytes: await encodeProfile(profile),
});

/** Reads a profile from the store. @throws SidestreamError as `decodeProfile` */
export async function readProfile(data: unknown): Promise<Profile> {
  const stored = v.safeParse(storedSchema, data);
  // Newer profiles state their schema whatever their form.
  return stored.success && stored.output.schema <= PROFILE_SCHEMA
    ? decodeProfile(stored.output.bytes)
    : parseProfile(data);
}
