import { describe, expect, it } from 'vitest';
import { SidestreamError } from '../../error';
import { NETWORKS, PROFILE as profile } from '../../testing/profiles';
import { PROFILE_SCHEMA } from './limits';
import { parseAnyProfile, parseProfile } from './profile';

function codeOf(data: unknown): string {
  try {
    parseProfile(data);
  } catch (thrown) {
    return thrown instanceof SidestreamError ? thrown.code : String(thrown);
  }
  return 'parsed';
}

describe('parseProfile', () => {
  it('round-trips', () => {
    expect(parseProfile(structuredClone(profile))).toEqual(profile);
  });

  it('refuses damage and names the field', () => {
    expect(codeOf({ ...profile, lastEvent: -1 })).toBe('store/corrupt');
    expect(codeOf({ ...profile, experts: 'abc' })).toBe('store/corrupt');
    expect(codeOf('nonsense')).toBe('store/corrupt');
    expect(() => parseProfile({ ...profile, windows: 1.5 })).toThrow(/windows/);
  });

  it('reads a profile of an older schema as one expert with the same learned state', async () => {
    const { experts, history, ...rest } = profile;
    const [{ expert }] = experts.members;
    const { theta, squares } = expert.weights;
    const older = {
      ...rest,
      schema: 4,
      history: {
        ...history,
        record: { owned: [], cart: [], shown: [], dislikes: [{ item: 'c', known: 1 }], visit: { start: 0, last: 0 } },
      },
      weights: {
        theta: { ...theta, recent: 0.25, preference: 0.5 },
        squares: { ...squares, recent: 3, preference: 2 },
      },
      preferences: { 'content 2': Float32Array.of(0.5, -1), 'year 3': Float32Array.of(1, 2, 3) },
      experts: NETWORKS,
      expertsGain: 0.1,
      preferenceGain: 0.2,
    };
    const parsed = await parseAnyProfile(structuredClone(older));
    expect(parsed).toMatchObject({ ...rest, schema: PROFILE_SCHEMA });
    expect(parsed.experts).toEqual({
      choices: 2,
      next: 1,
      active: 0,
      members: [
        {
          id: 0,
          kind: 'generalist',
          born: { choice: 0, time: null },
          weight: 1,
          mass: 1,
          trial: null,
          series: new Float32Array(),
          expert: {
            weights: { theta: { ...theta, recent: 0.25 }, squares: { ...squares, recent: 3 } },
            blocks: {
              'content 2': { theta: 0.5, squares: 2, readout: Float32Array.of(0.5, -1) },
              'year 3': { theta: 0.5, squares: 2, readout: Float32Array.of(1, 2, 3) },
            },
            gain: 0.2,
            choices: 2,
            chosen: [
              { item: 'a', time: null },
              { item: 'é', time: null },
            ],
            dismissed: [{ item: 'c', choices: 1 }],
          },
        },
      ],
    });
    // The bounds also apply to it.
    const overflowing = { ...older.preferences, 'year 3': Float32Array.of(3e38) };
    for (const damage of [{ preferences: overflowing }, { preferenceGain: 1e308 }, { weights: null }, { schema: 0 }]) {
      await expect(parseAnyProfile({ ...older, ...damage })).rejects.toMatchObject({ code: 'store/corrupt' });
    }
    // Schema 1 had no preferences.
    const { preferences: _, preferenceGain: __, history: ___, ...first } = older;
    expect(await parseAnyProfile({ ...first, schema: 1 })).toMatchObject({ experts: { choices: 0 } });
  });

  it('distinguishes a newer schema from damage', () => {
    expect(codeOf({ ...profile, schema: PROFILE_SCHEMA + 1, more: true })).toBe('store/newer-schema');
  });
});
