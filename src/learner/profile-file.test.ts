import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SidestreamError } from '../error';
import { PROFILE as profile } from '../testing/profiles';
import { PROFILE_SCHEMA } from './profile';
import { decodeProfile, encodeProfile, readProfile, storedProfile } from './profile-file';

const codeOf = async (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'read',
    (thrown) => (thrown instanceof SidestreamError ? thrown.code : String(thrown)),
  );

describe('a profile as a file', () => {
  it('reads back as it was written, with and without experts', async () => {
    expect(await decodeProfile(await encodeProfile(profile))).toEqual(profile);
    const plain = { ...profile, experts: null, preferences: {} };
    expect(await decodeProfile(await encodeProfile(plain))).toEqual(plain);
    expect(await readProfile(structuredClone(await storedProfile(profile)))).toEqual(profile);
  });

  it('is refused when any one byte is another, or the end is missing', async () => {
    const bytes = await encodeProfile(profile);
    const change = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const changed = bytes.slice();
        changed[at] ^= by;
        // A changed version may be a newer one, and a digest of nothing but zeros says that there is none.
        expect(['store/corrupt', 'store/newer-schema']).toContain(await codeOf(decodeProfile(changed)));
      }),
      { seed: 1, numRuns: 200 },
    );
    for (const length of [0, 5, 40, bytes.length - 1]) {
      expect(await codeOf(decodeProfile(bytes.slice(0, length)))).toBe('store/corrupt');
    }
  });

  it('of newer code is left alone, whatever its form', async () => {
    const text = new TextDecoder('latin1').decode(await encodeProfile(profile));
    const newer = Uint8Array.from(text.replace('profile 2 ', 'profile 3 '), (char) => char.charCodeAt(0));
    expect(await codeOf(decodeProfile(newer))).toBe('store/newer-schema');
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, bytes: new Uint8Array(3) }))).toBe(
      'store/newer-schema',
    );
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, from: 'the future' }))).toBe('store/newer-schema');
  });

  it('is read as code of schemas 1 and 2 stored it: a plain object, its history in the log', async () => {
    const { history, preferences, preferenceGain, drifts, drift, ...first } = profile;
    expect(history && preferences && preferenceGain && drifts && drift).toBeTruthy();
    expect(await readProfile({ ...first, schema: 1 })).toMatchObject({ lastEvent: 12, preferences: {}, drifts: 0 });
    const { history: _, ...second } = profile;
    expect(await readProfile({ ...second, schema: 2 })).toEqual({ ...second, schema: PROFILE_SCHEMA });
  });

  it('is read as code of schema 3 wrote it, with older names of terms and fields', async () => {
    const { preferences, preferenceGain, experts, weights, ...rest } = profile;
    const older = (byTerm: (typeof weights)['theta']) => {
      const { boughtTogether, nearestHistory, numericAffinity, catalogOrder, coldStart, preference, ...same } = byTerm;
      return {
        ...{ companions: boughtTogether, closest: nearestHistory, numbers: numericAffinity },
        ...{ place: catalogOrder, newcomer: coldStart, taste: preference, ...same },
      };
    };
    const learned = { theta: older({ ...weights.theta, nearestHistory: 0.5 }), squares: older(weights.squares) };
    const names = Object.entries(preferences).map(([name, values]) => [name, values.length]);
    const header = { profile: { ...rest, schema: 3, weights: learned, tasteGain: preferenceGain }, taste: names };
    const line = JSON.stringify({ ...header, experts: experts?.length });
    const floats = Object.values(preferences).map((values) => Uint8Array.from(new Uint8Array(values.buffer)));
    const file = new Blob([
      `sidestream-profile 1 ${'0'.repeat(64)}\n${line}\n`,
      ...floats,
      Uint8Array.from(experts ?? []),
    ]);
    const wanted = { ...profile, weights: { ...weights, theta: { ...weights.theta, nearestHistory: 0.5 } } };
    expect(await decodeProfile(new Uint8Array(await file.arrayBuffer()))).toEqual(wanted);
  });
});
