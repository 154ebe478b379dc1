import * as v from 'valibot';
import { canHash, sha256 } from '../common/sha256';
import { SidestreamError } from '../error';
import { MOST_EXPERTS_BYTES, PROFILE_SCHEMA, type Profile, parseProfile } from './profile';

/** First bytes of the file: its name, and the version of this layout. */
const MAGIC = 'sidestream-profile';
const VERSION = 2;
/** In place of the digest where the page cannot hash (plain http); such a file is read unchecked. */
const NO_DIGEST = '0'.repeat(64);

/** Largest file, bytes: the experts, and 16 MiB for the rest. */
const MOST_BYTES = MOST_EXPERTS_BYTES + 16 * 2 ** 20;

/** Version 1 names the preference experts `taste`. */
const withPreferences = (header: unknown): unknown => {
  const older = v.safeParse(v.looseObject({ taste: v.unknown() }), header);
  return older.success ? { ...older.output, preferences: older.output.taste } : header;
};

const headerSchema = v.object({
  /** The profile without its arrays. */
  profile: v.record(v.string(), v.unknown()),
  /** Name and number of floats of each preference expert, in the order of the data. */
  preferences: v.array(v.tuple([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0))])),
  /** Bytes of the ladders' experts at the end of the data; null without. */
  experts: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const damaged = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/corrupt',
    `The profile is damaged: ${what}. An older one or the event log is used instead.`,
    {
      cause,
    },
  );

/**
 * A profile as one file: a line `sidestream-profile <version> <sha-256 of the rest>`, a line of JSON, the preference
 * experts as little-endian floats, and the ladders' experts as safetensors.
 */
export async function encodeProfile(profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
  const { preferences, experts, ...rest } = profile;
  const header: v.InferOutput<typeof headerSchema> = {
    profile: rest,
    preferences: Object.entries(preferences).map(([name, values]) => [name, values.length]),
    experts: experts?.length ?? null,
  };
  const text = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const floats = Object.values(preferences).map(littleEndian);
  const body = joined([text, ...floats, ...(experts ? [experts] : [])]);
  const digest = canHash() ? await sha256(body) : NO_DIGEST;
  return joined([new TextEncoder().encode(`${MAGIC} ${VERSION} ${digest}\n`), body]);
}

/**
 * Reads a file of `encodeProfile`.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it, `store/corrupt` when it is damaged
 */
export async function decodeProfile(bytes: Uint8Array): Promise<Profile> {
  if (bytes.length > MOST_BYTES) throw damaged('it is larger than any profile');
  const first = lineOf(bytes, 0);
  const [magic, version, digest] = first.text.split(' ');
  if (magic !== MAGIC) throw damaged('it does not start like one');
  if (Number(version) > VERSION) {
    throw new SidestreamError(
      'store/newer-schema',
      `The profile is of version ${version}; this code knows ${VERSION}. Reload the page to get the newer code.`,
    );
  }
  const body = bytes.slice(first.end);
  if (digest !== NO_DIGEST && canHash() && (await sha256(body)) !== digest) throw damaged('its checksum differs');
  const second = lineOf(body, 0);
  let data: unknown;
  try {
    data = JSON.parse(second.text);
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  const header = v.safeParse(headerSchema, withPreferences(data));
  if (!header.success) throw damaged(`its header: ${header.issues[0].message}`);
  const { profile, preferences, experts } = header.output;
  let at = second.end;
  const take = (length: number): Uint8Array => {
    if (at + length > body.length) throw damaged('it is cut short');
    at += length;
    return body.slice(at - length, at);
  };
  const read = preferences.map(([name, length]): [string, Float32Array] => [name, fromLittleEndian(take(4 * length))]);
  const ladders = experts === null ? null : take(experts);
  if (at !== body.length) throw damaged('data follows its end');
  return parseProfile({ ...profile, preferences: Object.fromEntries(read), experts: ladders });
}

const storedSchema = v.object({ schema: v.number(), bytes: v.instance(Uint8Array) });

/** As `encodeProfile`, for the store. */
export const storedProfile = async (profile: Profile): Promise<{ schema: number; bytes: Uint8Array<ArrayBuffer> }> => ({
  schema: PROFILE_SCHEMA,
  bytes: await encodeProfile(profile),
});

/**
 * Reads a profile from the store, also as code before schema 3 wrote it.
 * @throws SidestreamError as `decodeProfile`
 */
export async function readProfile(data: unknown): Promise<Profile> {
  const stored = v.safeParse(storedSchema, data);
  // Older profiles are plain objects; newer ones state their schema whatever their form.
  return stored.success && stored.output.schema <= PROFILE_SCHEMA
    ? decodeProfile(stored.output.bytes)
    : parseProfile(data);
}

/**
 * Converts a profile that older code stored to the present form.
 * @throws SidestreamError as `decodeProfile`
 */
export const upgradeStoredProfile = async (stored: unknown): ReturnType<typeof storedProfile> =>
  storedProfile(await readProfile(stored));

function lineOf(bytes: Uint8Array, from: number): { text: string; end: number } {
  const end = bytes.indexOf(10, from);
  if (end < 0) throw damaged('it has no header');
  return { text: new TextDecoder().decode(bytes.subarray(from, end)), end: end + 1 };
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [n, value] of values.entries()) view.setFloat32(4 * n, value, true);
  return new Uint8Array(view.buffer);
}

function fromLittleEndian(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, n) => view.getFloat32(4 * n, true));
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
