import { describe, expect, it } from 'vitest';
import { PROFILE as profile } from '../../../testing/profiles';
import { SidestreamError } from '../../error';
import { PROFILE_SCHEMA } from './limits';
import { parseProfile } from './profile';

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

  it('refuses an older schema', () => {
    expect(codeOf({ ...profile, schema: PROFILE_SCHEMA - 1 })).toBe('store/corrupt');
  });

  it('distinguishes a newer schema from damage', () => {
    expect(codeOf({ ...profile, schema: PROFILE_SCHEMA + 1, more: true })).toBe('store/newer-schema');
  });
});
