import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SidestreamError } from '../../error';
import {
  NETWORKS,
  PROFILE as profile,
  STORED_SCHEMA_4,
  STORED_SCHEMA_5,
  STORED_SCHEMA_6,
} from '../../testing/profiles';
import { TERMS } from '../ranking';
import { PROFILE_SCHEMA } from './limits';
import { decodeProfile, encodeProfile, readProfile, storedProfile, upgradeStoredProfile } from './profile';

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
    const newer = Uint8Array.from(text.replace('profile 6 ', 'profile 7 '), (char) => char.charCodeAt(0));
    expect(await codeOf(decodeProfile(newer))).toBe('store/newer-schema');
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, bytes: new Uint8Array(3) }))).toBe(
      'store/newer-schema',
    );
    expect(await codeOf(readProfile({ schema: PROFILE_SCHEMA + 1, from: 'the future' }))).toBe('store/newer-schema');
  });

  /** A file as code of version 5 wrote it: a line of JSON, and the floats after it. */
  const version5 = (replaced = '', by = ''): Uint8Array => {
    const floats: Uint8Array[] = [];
    const json = JSON.stringify({ profile }, (_, value: unknown) => {
      if (!(value instanceof Float32Array)) return value;
      floats.push(Uint8Array.from(new Uint8Array(value.buffer)));
      return { floats: value.length };
    });
    const head = new TextEncoder().encode(`sidestream-profile 5 ${'0'.repeat(64)}\n${json.replace(replaced, by)}\n`);
    return Uint8Array.from([head, ...floats].flatMap((part) => [...part]));
  };

  it('is read as version 5 wrote it', async () => {
    expect(await decodeProfile(version5())).toEqual(profile);
  });

  it('is refused if it lists floats that it does not have', async () => {
    for (const wrong of ['{"floats":3000000}', '{"floats":-1}', '{"floats":0.5}', '{"floats":1}', '[]']) {
      expect(await codeOf(decodeProfile(version5('{"floats":3}', wrong)))).toBe('store/corrupt');
    }
  });

  it('is refused if it would be larger than any profile, or is not compressed', async () => {
    const head = `sidestream-profile 6 ${'0'.repeat(64)}`;
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

  const { experts, history, ...rest } = profile;
  const [{ expert }] = experts.members;
  const preferences = { 'content 2': Float32Array.of(0.5, -1), 'year 3': Float32Array.of(1, 2, 3) };
  /** Learned state of the generalist in a profile of an older schema. */
  const generalist = async (reading: ReturnType<typeof readProfile>) => (await reading).experts.members[0].expert;

  it('is read as code of schemas 1 and 2 stored it: a plain object, its history in the log', async () => {
    const first = { ...rest, weights: expert.weights, experts: NETWORKS, expertsGain: 0.1 };
    expect(await readProfile({ ...first, schema: 1 })).toMatchObject({ lastEvent: 12 });
    const second = { ...first, drifts: 1, drift: { count: 80 }, schema: 2, preferences, preferenceGain: 0.2 };
    expect(await readProfile(second)).toMatchObject({ ...rest, schema: PROFILE_SCHEMA });
    expect((await generalist(readProfile(second))).blocks['year 3'].readout).toEqual(preferences['year 3']);
  });

  it('is read as code of schema 3 wrote it, with older names of terms and fields', async () => {
    const { boughtTogether, nearestHistory, numericAffinity, catalogOrder, coldStart, preference, ...same } =
      expert.weights.theta;
    const zeros = { companions: boughtTogether, numbers: numericAffinity, place: catalogOrder, newcomer: coldStart };
    const weights = {
      theta: { ...same, ...zeros, closest: 0.5, taste: 0.25 },
      squares: { ...same, ...zeros, closest: nearestHistory, taste: preference },
    };
    const names = Object.entries(preferences).map(([name, values]) => [name, values.length]);
    const stored = { ...rest, history, schema: 3, weights, expertsGain: 0.1, tasteGain: 0.2 };
    const line = JSON.stringify({ profile: stored, taste: names, experts: NETWORKS.length });
    const floats = Object.values(preferences).map((values) => Uint8Array.from(new Uint8Array(values.buffer)));
    const file = new Blob([`sidestream-profile 1 ${'0'.repeat(64)}\n${line}\n`, ...floats, NETWORKS]);
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(await decodeProfile(bytes)).toMatchObject({ ...rest, history, schema: PROFILE_SCHEMA });
    const learned = await generalist(decodeProfile(bytes));
    expect(learned.weights.theta).toEqual({ ...expert.weights.theta, nearestHistory: 0.5 });
    expect(learned.gain).toBe(0.2);
    expect(learned.blocks).toEqual({
      'content 2': { theta: 0.25, squares: 0, readout: preferences['content 2'] },
      'year 3': { theta: 0.25, squares: 0, readout: preferences['year 3'] },
    });
  });

  it('is read as code of schema 4 wrote it', async () => {
    const read = await readProfile(STORED_SCHEMA_4);
    expect(read).toMatchObject({ schema: PROFILE_SCHEMA, lastEvent: 11, windowChoices: 10 });
    const learned = await generalist(readProfile(STORED_SCHEMA_4));
    expect(learned.blocks['content 12'].theta).toBeCloseTo(-0.53886, 5);
    expect(learned.dismissed).toEqual([{ item: 'item-5', choices: 9 }]);
    expect(await readProfile(await upgradeStoredProfile(STORED_SCHEMA_4))).toEqual(read);
  });

  it('is read as version 0.2 wrote it, without the networks at its end', async () => {
    const read = await readProfile(STORED_SCHEMA_5);
    expect(read).toMatchObject({ schema: PROFILE_SCHEMA, lastEvent: 5, windowChoices: 4 });
    expect(Object.keys(read)).not.toContain('ladder');
    expect(Object.keys((await generalist(readProfile(STORED_SCHEMA_5))).weights.theta)).not.toContain('experts');
    expect(await readProfile(await upgradeStoredProfile(STORED_SCHEMA_5))).toEqual(read);
    const cut = { schema: 5, bytes: STORED_SCHEMA_5.bytes.slice(0, -1) };
    expect(await codeOf(readProfile(cut))).toBe('store/corrupt');
  });

  it('is read as code of schema 6 wrote it, without the anchor and the terms of a base model', async () => {
    const read = await readProfile(STORED_SCHEMA_6);
    expect(read).toMatchObject({ schema: PROFILE_SCHEMA, lastEvent: 5, windowChoices: 4 });
    expect(read).not.toHaveProperty('anchor');
    const { theta } = (await generalist(readProfile(STORED_SCHEMA_6))).weights;
    expect([theta.session < 0, Object.keys(theta)]).toEqual([true, [...TERMS]]);
    expect(await readProfile(await upgradeStoredProfile(STORED_SCHEMA_6))).toEqual(read);
  });
});
