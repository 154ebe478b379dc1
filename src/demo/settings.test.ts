import { describe, expect, it } from 'vitest';
import { readSettings } from './settings';

describe('readSettings', () => {
  it('has defaults', () => {
    expect(readSettings('')).toEqual({ bundle: 'bundle/', learning: true });
  });

  it('reads the query', () => {
    expect(readSettings('?learning=off&bundle=other/')).toEqual({ bundle: 'other/', learning: false });
  });

  it('ignores invalid values', () => {
    expect(readSettings('?bundle=&learning=maybe')).toEqual({
      bundle: 'bundle/',
      learning: true,
    });
  });
});
