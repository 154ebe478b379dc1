import { describe, expect, it } from 'vitest';
import { BRAND, CURRENCY, readSettings } from './settings';

const SHOP = { currency: CURRENCY, brand: BRAND };

describe('readSettings', () => {
  it('has defaults', () => {
    expect(readSettings('')).toEqual({ ...SHOP, bundle: 'bundle/', learning: true });
  });

  it('reads the query', () => {
    expect(readSettings('?learning=off&bundle=other/')).toEqual({ ...SHOP, learning: false, bundle: 'other/' });
  });

  it('ignores invalid values', () => {
    expect(readSettings('?bundle=&learning=maybe')).toEqual({ ...SHOP, bundle: 'bundle/', learning: true });
  });
});
