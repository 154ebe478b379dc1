import { describe, expect, it } from 'vitest';
import { type Settings, settingsOf } from './settings';

const DEFAULTS: Settings = {
  placement: 'for-you',
  limit: 8,
  headingLevel: 2,
  layout: 'grid',
  currency: '',
  hrefTemplate: '',
  exclude: [],
};
/** What a page may set, whatever the types say. */
const told = (name: keyof Settings, value: unknown) => settingsOf({ ...DEFAULTS, [name]: value });

describe('settingsOf', () => {
  it('takes what can be, and numbers also as text', () => {
    const given: Settings = {
      placement: 'recent',
      limit: 100,
      headingLevel: 6,
      layout: 'row',
      currency: 'eur',
      hrefTemplate: '/{category}/{id}?t={title}#x',
      exclude: ['a'],
    };
    expect(settingsOf(given)).toEqual({ settings: given, wrong: [] });
    expect(told('limit', '12')).toMatchObject({ settings: { limit: 12 }, wrong: [] });
  });

  it('goes on with the default where nothing was said, and finds nothing wrong with that', () => {
    for (const name of Object.keys(DEFAULTS) as (keyof Settings)[])
      for (const nothing of [null, undefined]) expect(told(name, nothing)).toEqual({ settings: DEFAULTS, wrong: [] });
  });

  it.each<[keyof Settings, unknown[]]>([
    ['placement', ['', 'for_you', 'For-you', 'toString', 7, {}]],
    ['limit', [Number.NaN, 'abc', -3, 0, 101, 1000, 2.6, Number.POSITIVE_INFINITY, '', {}]],
    ['headingLevel', [1, 7, 'two']],
    ['layout', ['rows', '', 1]],
    ['currency', ['€', 'EURO', 'e', 7]],
    ['hrefTemplate', ['/product', '/{sku}', '/{id}/{', '/{id}/}', '{}', '/{toString}', 7]],
    ['exclude', ['a,b', 7, {}]],
  ])('goes on with the default for %s where something else was said, and tells', (name, values) => {
    for (const value of values) expect(told(name, value)).toEqual({ settings: DEFAULTS, wrong: [name] });
  });

  it('writes a currency that the browser does not know as it is, and tells', () => {
    expect(told('currency', 'EUX')).toMatchObject({ settings: { currency: 'EUX' }, wrong: ['currency'] });
  });

  it('reads a long template in one go', () => {
    expect(told('hrefTemplate', `${'x{id}'.repeat(2000)}{`).wrong).toEqual(['hrefTemplate']);
  });
});
