import { describe, expect, it } from 'vitest';
import { SidestreamError } from '../error';
import { DriftDetector } from './drift';
import { PersonalWeights } from './personal-weights';
import { PROFILE_SCHEMA, type Profile, parseProfile } from './profile';

const profile: Profile = {
  schema: PROFILE_SCHEMA,
  lastEvent: 12,
  weights: new PersonalWeights().save(),
  taste: { 'content 2': Float32Array.of(0.5, -1) },
  experts: new Uint8Array([1, 2, 3]),
  windows: 1,
  windowChoices: 4,
  drifts: 1,
  drift: new DriftDetector().save(),
  rejected: 0,
  expertsGain: 0.1,
  tasteGain: 0.2,
  lastUpdate: 1_700_000_000_000,
};

function codeOf(data: unknown): string {
  try {
    parseProfile(data);
  } catch (thrown) {
    return thrown instanceof SidestreamError ? thrown.code : String(thrown);
  }
  return 'parsed';
}

describe('parseProfile', () => {
  it('reads back what was stored', () => {
    expect(parseProfile(structuredClone(profile))).toEqual(profile);
  });

  it('refuses damage and names the place', () => {
    expect(codeOf({ ...profile, lastEvent: -1 })).toBe('store/corrupt');
    expect(codeOf({ ...profile, experts: 'abc' })).toBe('store/corrupt');
    expect(codeOf('nonsense')).toBe('store/corrupt');
    expect(() => parseProfile({ ...profile, windows: 1.5 })).toThrow(/windows/);
  });

  it('reads a profile from before there were taste experts', () => {
    const { taste: _, tasteGain: __, drifts: ___, drift, ...older } = profile;
    expect(drift).toBeDefined();
    expect(parseProfile({ ...older, schema: 1 })).toEqual({
      ...older,
      schema: PROFILE_SCHEMA,
      taste: {},
      tasteGain: 0,
      drifts: 0,
    });
  });

  it('tells a newer schema from damage', () => {
    expect(codeOf({ ...profile, schema: PROFILE_SCHEMA + 1, more: true })).toBe('store/newer-schema');
  });
});
