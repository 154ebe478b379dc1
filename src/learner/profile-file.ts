import * as v from 'valibot';
import { canHash, sha256 } from '../common/sha256';
import { SidestreamError } from '../error';
import { MOST_EXPERTS_BYTES, PROFILE_SCHEMA, type Profile, parseProfile } from './profile';

/** First bytes of the file: its name, and the version of this layout. */
const MAGIC = 'sidestream-profile';
const VERSION = 1;
/** What stands for the digest where the page cannot hash (plain http): such a file is read unchecked. */
const NO_DIGEST = '0'.repeat(64);

/** Largest file, in bytes: the experts and 16 MiB for all the rest. */
const MOST_BYTES = MOST_EXPERTS_BYTES + 16 * 2 ** 20;

const headerSchema = v.object({
  /** The profile without its arrays. */
  profile: v.record(v.string(), v.unknown()),
  /** Names of the taste experts and their number of floats, in the order of the data. */
  taste: v.array(v.tuple([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0))])),
  /** Bytes of the ladders' experts at the end of the data; null without. */
  experts: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const damaged = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError('store/corrupt', `The profile is damaged: ${what}. An older one or the event log is used.`, {
    cause,
  });

/**
 * A profile as one file: a line `sidestream-profile 1 <sha-256 of the rest>`, a line of JSON, and the numbers of what was
 * learned (little-endian floats, then the experts' safetensors).
 */
export async function encodeProfile(profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
  const { taste, experts, ...rest } = profile;
  const header: v.InferOutput<typeof headerSchema> = {
    profile: rest,
    taste: Object.entries(taste).map(([name, values]) => [name, values.length]),
    experts: experts?.length ?? null,
  };
  const text = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const floats = Object.values(taste).map(littleEndian);
  const body = joined([text, ...floats, ...(experts ? [experts] : [])]);
  const digest = canHash() ? await sha256(body) : NO_DIGEST;
  return joined([new TextEncoder().encode(`${MAGIC} ${VERSION} ${digest}\n`), body]);
}

/**
 * Reads what `encodeProfile` wrote.
 * @throws SidestreamError `store/newer-schema` when newer code wrote it, `store/corrupt` when a bit of it is wrong
 */
export async function decodeProfile(bytes: Uint8Array): Promise<Profile> {
  if (bytes.length > MOST_BYTES) throw damaged('it is larger than any profile');
  const first = lineOf(bytes, 0);
  const [magic, version, digest] = first.text.split(' ');
  if (magic !== MAGIC) throw damaged('it does not begin like one');
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
  const header = v.safeParse(headerSchema, data);
  if (!header.success) throw damaged(`its header: ${header.issues[0].message}`);
  const { profile, taste, experts } = header.output;
  let at = second.end;
  const take = (length: number): Uint8Array => {
    if (at + length > body.length) throw damaged('it is cut short');
    at += length;
    return body.slice(at - length, at);
  };
  const read = taste.map(([name, length]): [string, Float32Array] => [name, fromLittleEndian(take(4 * length))]);
  const ladders = experts === null ? null : take(experts);
  if (at !== body.length) throw damaged('something follows its end');
  return parseProfile({ ...profile, taste: Object.fromEntries(read), experts: ladders });
}

const storedSchema = v.object({ schema: v.number(), bytes: v.instance(Uint8Array) });

/** As `encodeProfile`, for the store. */
export const storedProfile = async (profile: Profile): Promise<{ schema: number; bytes: Uint8Array<ArrayBuffer> }> => ({
  schema: PROFILE_SCHEMA,
  bytes: await encodeProfile(profile),
});

/**
 * Reads what a store kept, also as code before schema 3 wrote it.
 * @throws SidestreamError as `decodeProfile`
 */
export async function readProfile(data: unknown): Promise<Profile> {
  const stored = v.safeParse(storedSchema, data);
  // Older profiles are plain objects, and newer ones tell their schema whatever their form.
  return stored.success && stored.output.schema <= PROFILE_SCHEMA
    ? decodeProfile(stored.output.bytes)
    : parseProfile(data);
}

/**
 * Brings a profile that older code stored to the form of today.
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
