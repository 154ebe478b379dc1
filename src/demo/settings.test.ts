import { describe, expect, it } from 'vitest';
import { readSettings } from './settings';

describe('readSettings', () => {
  it('has defaults', () => {
    expect(readSettings('')).toEqual({ bundle: 'bundle/', learning: true });
  });

  it('reads the query', () => {
    expect(readSettings('?learning=off&bundle=other/&consent=session')).toEqual({
      bundle: 'other/',
      learning: false,
      consent: 'session',
    });
  });

  it('ignores invalid values', () => {
    expect(readSettings('?bundle=&learning=maybe&consent=granted')).toEqual({
      bundle: 'bundle/',
      learning: true,
    });
  });
});
