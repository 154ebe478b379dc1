import * as v from 'valibot';
import { canHash, joinBytes, sha256 } from '../../core/common/bytes';
import { storedCount as count, historySchema, storedTime } from '../../core/events';
import { SidestreamError } from '../../error';
import { mixtureSchema, type StoredMixture } from './experts/stored-experts';
import { journalSchema } from './journal';
import { PROFILE_SCHEMA } from './limits';
import { packed, unpacked } from './packed-profile';

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
  experts: mixtureSchema,
  windows: count,
  /** Choices since the last window closed. */
  windowChoices: count,
  /** The journal of learning; absent from profiles older than the journal. */
  journal: v.optional(journalSchema),
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

/** First bytes of the file: its name, and the version of this layout. Version 4 is an exported profile with its log. */
const MAGIC = 'sidestream-profile';
const VERSION = 6;
/** Replaces the digest if the page cannot hash (plain http); such a file is read unchecked. */
const NO_DIGEST = '0'.repeat(64);

/** Maximum file size, bytes. Files of older versions may contain 64 MiB more, which the reader drops. */
const MAX_BYTES = 80 * 2 ** 20;

/** Last version that `olderHeaderSchema` reads. */
const MAX_OLDER_VERSION = 3;
/** Last version with uncompressed floats after a line of JSON. */
const MAX_PLAIN_VERSION = 5;
const READABLE = [1, 2, MAX_OLDER_VERSION, MAX_PLAIN_VERSION, VERSION];

const length = v.pipe(v.number(), v.integer(), v.minValue(0));

const headerSchema = v.object({
  /** The profile; `{"floats": 3}` stands for an array of 3 floats. The arrays follow the header in this order. */
  profile: v.record(v.string(), v.unknown()),
});

interface Floats {
  floats: number;
}
const isFloats = (value: unknown): value is Floats =>
  typeof value === 'object' && value !== null && 'floats' in value && v.is(length, value.floats);

const damaged = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/corrupt',
    `The profile is damaged: ${what}. An older one or the event log is used instead.`,
    {
      cause,
    },
  );

/**
 * A profile as one file: a line `sidestream-profile <version> <sha-256 of the rest> <bytes of the rest>`, and the output of
 * `packed`, compressed in the zlib format.
 */
export async function encodeProfile(profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
  const body = await through(new CompressionStream('deflate'), joinBytes(packed(profile)), MAX_BYTES);
  const digest = canHash() ? await sha256(body) : NO_DIGEST;
  return joinBytes([new TextEncoder().encode(`${MAGIC} ${VERSION} ${digest} ${body.length}\n`), body]);
}

/**
 * Reads a file of `encodeProfile`.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it, `store/corrupt` when it is damaged
 */
export async function decodeProfile(bytes: Uint8Array): Promise<Profile> {
  if (bytes.length > MAX_BYTES) throw damaged('it is larger than any profile');
  const first = lineOf(bytes, 0);
  const [magic, version, digest, size] = first.text.split(' ');
  if (magic !== MAGIC) throw damaged('it does not start like a profile');
  if (Number(version) > VERSION) {
    throw new SidestreamError(
      'store/newer-schema',
      `The profile is of version ${version}; this code knows ${VERSION}. Reload the page to get the newer code.`,
    );
  }
  if (!READABLE.includes(Number(version))) throw damaged('it does not start like a profile');
  const body = bytes.slice(first.end);
  if (digest !== NO_DIGEST && canHash() && (await sha256(body)) !== digest) throw damaged('its checksum differs');
  if (Number(version) > MAX_PLAIN_VERSION && size !== `${body.length}`) throw damaged('its length is wrong');
  return parseAnyProfile(
    Number(version) <= MAX_PLAIN_VERSION ? await plainProfile(body, Number(version)) : await unpack(body),
  );
}

async function unpack(body: Uint8Array<ArrayBuffer>): Promise<unknown> {
  try {
    return unpacked(await through(new DecompressionStream('deflate'), body, MAX_BYTES));
  } catch (cause) {
    throw damaged('it cannot be unpacked', cause);
  }
}

/** The profile of a file with uncompressed numbers after a line of JSON. */
async function plainProfile(body: Uint8Array, version: number): Promise<unknown> {
  const second = lineOf(body, 0);
  let data: unknown;
  try {
    data = JSON.parse(second.text);
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  const older = version <= MAX_OLDER_VERSION ? (await import('./profile-migration')).olderHeaderSchema : null;
  const header = v.safeParse(older ?? headerSchema, data);
  if (!header.success) throw damaged(`its header: ${header.issues[0].message}`);
  let at = second.end;
  const take = (size: number): Uint8Array => {
    if (at + size > body.length) throw damaged('it is cut short');
    at += size;
    return body.slice(at - size, at);
  };
  const profile = withFloats(header.output.profile, (size) => fromLittleEndian(take(4 * size)));
  if ('dropped' in header.output) take(header.output.dropped);
  if (at !== body.length) throw damaged('data follows its end');
  return profile;
}

/** The output of a stream for some bytes. @throws RangeError when it exceeds `most` bytes */
async function through(
  { readable, writable }: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const ended = new Blob([bytes]).stream().pipeTo(writable);
  // A failure there also fails the reading.
  ended.catch(() => undefined);
  const reader = readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    if (size <= most) continue;
    await reader.cancel();
    throw new RangeError('it is larger than any profile');
  }
  await ended;
  return joinBytes(parts);
}

/** JSON with its placeholders replaced by floats. @param take returns the next floats */
function withFloats(json: Record<string, unknown>, take: (size: number) => Float32Array): Record<string, unknown> {
  const filled = (value: unknown): unknown => {
    if (isFloats(value)) return take(value.floats);
    if (Array.isArray(value)) return value.map(filled);
    return typeof value === 'object' && value !== null ? filledObject(value) : value;
  };
  const filledObject = (value: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(part)]));
  return filledObject(json);
}

const storedSchema = v.object({ schema: v.number(), bytes: v.instance(Uint8Array) });

export const storedProfile = async (profile: Profile): Promise<{ schema: number; bytes: Uint8Array<ArrayBuffer> }> => ({
  schema: PROFILE_SCHEMA,
  bytes: await encodeProfile(profile),
});

/** Reads a profile from the store, also as code before schema 3 wrote it. @throws SidestreamError as `decodeProfile` */
export async function readProfile(data: unknown): Promise<Profile> {
  const stored = v.safeParse(storedSchema, data);
  // Older profiles are plain objects; newer ones state their schema whatever their form.
  return stored.success && stored.output.schema <= PROFILE_SCHEMA
    ? decodeProfile(stored.output.bytes)
    : parseAnyProfile(data);
}

/** Converts a profile that older code stored to the present form. @throws SidestreamError as `decodeProfile` */
export const upgradeStoredProfile = async (stored: unknown): ReturnType<typeof storedProfile> =>
  storedProfile(await readProfile(stored));

function lineOf(bytes: Uint8Array, from: number): { text: string; end: number } {
  const end = bytes.indexOf(10, from);
  if (end < 0) throw damaged('it has no header');
  return { text: new TextDecoder().decode(bytes.subarray(from, end)), end: end + 1 };
}

function fromLittleEndian(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, n) => view.getFloat32(4 * n, true));
}
