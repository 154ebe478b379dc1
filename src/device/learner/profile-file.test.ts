import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROFILE as profile } from '../../../testing/profiles';
import { SidestreamError } from '../../error';
import { PROFILE_SCHEMA } from './limits';
import { decodeProfile, encodeProfile, readProfile, storedProfile } from './profile';

const codeOf = async (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'read',
    (thrown) => (thrown instanceof SidestreamError ? thrown.code : String(thrown)),
  );

describe('a profile as a file', () => {
  it('reads back as it was written', async () => {
    expect(await decodeProfile(await encodeProfile(profile))).toEqual(profile);
    expect(await readProfile(structuredClone(await storedProfile(profile)))).toEqual(profile);
  });

  it('is refused when any byte differs, or the end is missing', async () => {
    const bytes = await encodeProfile(profile);
    const change = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const changed = bytes.slice();
        changed[at] ^= by;
        // A changed version may be a newer one, and an all-zero digest means that the file has no digest.
        expect(['store/corrupt', 'store/newer-schema']).toContain(await codeOf(decodeProfile(changed)));
      }),
      { seed: 1, numRuns: 200 },
    );
    for (const length of [0, 5, 40, bytes.length - 1]) {
      expect(await codeOf(decodeProfile(bytes.slice(0, length)))).toBe('store/corrupt');
    }
  });

  it('of newer code is not changed, whatever its form', async () => {
    const text = new TextDecoder('latin1').decode(await encodeProfile(profile));
    const newer = Uint8Array.from(text.replace('profile 1 ', 'profile 2 '), (char) => char.charCodeAt(0));
    expect(await codeOf(decodeProfile(newer))).toBe('store/newer-schema');
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, bytes: new Uint8Array(3) }))).toBe(
      'store/newer-schema',
    );
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, from: 'the future' }))).toBe('store/newer-schema');
  });

  it('is refused if it would be larger than any profile, or is not compressed', async () => {
    const head = `sidestream-profile 1 ${'0'.repeat(64)}`;
    for (const body of [
      deflateSync(Buffer.alloc(81 * 2 ** 20), { level: 1 }),
      Buffer.from('{}'),
      deflateSync('{}\n'),
    ]) {
      expect(await codeOf(decodeProfile(Uint8Array.from([...Buffer.from(`${head} ${body.length}\n`), ...body])))).toBe(
        'store/corrupt',
      );
    }
  });
});
