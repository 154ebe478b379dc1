import { expect, it } from 'vitest';
import { BRAND, CURRENCY, readSettings } from './settings';

it('reads the address of the bundle, and has a default', () => {
  const shop = { currency: CURRENCY, brand: BRAND };
  expect(readSettings('?bundle=other/')).toEqual({ ...shop, bundle: 'other/' });
  for (const search of ['', '?bundle=']) expect(readSettings(search)).toEqual({ ...shop, bundle: 'bundle/' });
});
