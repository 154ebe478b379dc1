import { describe, expect, it } from 'vitest';
import { idsInView, requestOf, type Settings, settingsOf } from './request';

const DEFAULTS: Settings = {
  placement: 'for-you',
  limit: 8,
  headingLevel: 2,
  layout: 'grid',
  currency: '',
  lowStock: 5,
  hrefTemplate: '',
  exclude: [],
};
/** A page may set any value, whatever the types allow. */
const checked = (name: keyof Settings, value: unknown) => settingsOf({ ...DEFAULTS, [name]: value });

describe('settingsOf', () => {
  it('takes valid values, and numbers also as text', () => {
    const given: Settings = {
      placement: 'recent',
      limit: 100,
      headingLevel: 6,
      layout: 'row',
      currency: 'eur',
      lowStock: 0,
      hrefTemplate: '/{category}/{id}?t={title}#x',
      exclude: ['a'],
    };
    expect(settingsOf(given)).toEqual({ settings: given, wrong: [] });
    expect(checked('limit', '12')).toMatchObject({ settings: { limit: 12 }, wrong: [] });
  });

  it('uses the default if a value is absent, without a warning', () => {
    for (const name of Object.keys(DEFAULTS) as (keyof Settings)[])
      for (const nothing of [null, undefined])
        expect(checked(name, nothing)).toEqual({ settings: DEFAULTS, wrong: [] });
  });

  it.each<[keyof Settings, unknown[]]>([
    ['placement', ['', 'for_you', 'For-you', 'toString', 7, {}]],
    ['limit', [Number.NaN, 'abc', -3, 0, 101, 1000, 2.6, Number.POSITIVE_INFINITY, '', {}]],
    ['headingLevel', [1, 7, 'two']],
    ['layout', ['rows', '', 1]],
    ['currency', ['€', 'EURO', 'e', 7]],
    ['lowStock', [-1, 2.5, Number.NaN, '3 pieces', '']],
    ['hrefTemplate', ['/product', '/{sku}', '/{id}/{', '/{id}/}', '{}', '/{toString}', 7]],
    ['exclude', ['a,b', 7, {}]],
  ])('uses the default for an invalid %s, and names it', (name, values) => {
    for (const value of values) expect(checked(name, value)).toEqual({ settings: DEFAULTS, wrong: [name] });
  });

  it('keeps a currency that the browser does not know, and names it', () => {
    expect(checked('currency', 'EUX')).toMatchObject({ settings: { currency: 'EUX' }, wrong: ['currency'] });
  });

  it('reads a long template in one go', () => {
    expect(checked('hrefTemplate', `${'x{id}'.repeat(2000)}{`).wrong).toEqual(['hrefTemplate']);
  });
});

const settings = { placement: 'for-you' as const, itemId: '', limit: 8, filter: '' };

describe('a bundle, and a list about the cart', () => {
  it("defaults to products that go with the item instead of the shopper's preferences, and to no more items than fit", () => {
    const of = (given: Partial<Settings> & { cartSynced?: boolean }) => {
      const { placement, limit } = settingsOf({ ...DEFAULTS, ...given }).settings;
      return [placement, limit];
    };
    expect(of({ cartSynced: true })).toEqual(['complement', 8]);
    expect(of({ cartSynced: true, placement: 'similar' })).toEqual(['similar', 8]);
    expect(of({ layout: 'bundle' })).toEqual(['complement', 3]);
    expect(of({ layout: 'bundle', placement: 'similar', limit: 1 })).toEqual(['similar', 1]);
    expect([4, 5].map((limit) => of({ layout: 'bundle', limit })[1])).toEqual([4, 3]);
  });

  it('needs no item if it is about the cart', () => {
    const about = { ...settings, placement: 'complement' as const };
    expect(requestOf({ ...about, cartSynced: true }, [])).toMatchObject({ cart: true, itemId: undefined });
    expect(requestOf({ ...about, cartSynced: true, itemId: ['a', 'b'] }, [])).toMatchObject({ itemId: ['a', 'b'] });
    expect(requestOf({ ...about, cartSynced: false }, [])).toBeNull();
  });
});

describe('idsInView', () => {
  it.each<[unknown, string[]]>([
    ['', []],
    [null, []],
    [undefined, []],
    [[], []],
    ['[]', []],
    ['a b', ['a b']],
    [7, ['7']],
    [
      ['a', 7, ''],
      ['a', '7'],
    ],
    ['["a", "b c"]', ['a', 'b c']],
    ['["[1]"]', ['[1]']],
    ['[a', ['[a']],
    ['[1] of 3', ['[1] of 3']],
    ['{"a":1}', ['{"a":1}']],
    [['[1]'], ['[1]']],
  ])('%j: %j', (given, ids) => {
    expect(idsInView(given)).toEqual(ids);
  });
});

describe('requestOf', () => {
  it('is limited to the places left in the list, at least one', () => {
    const limitOf = (limit: number, taken = 0) => requestOf({ ...settings, limit }, [], taken)?.limit;
    expect([limitOf(4), limitOf(4, 1), limitOf(1, 1)]).toEqual([4, 3, 1]);
  });

  it('takes an id that a framework set to a number or to nothing', () => {
    const idOf = (itemId: unknown) => requestOf({ ...settings, placement: 'similar', itemId }, [])?.itemId;
    expect([idOf(42), idOf(0), idOf(null), idOf(undefined)]).toEqual(['42', '0', undefined, undefined]);
  });

  it('is null if the item is missing', () => {
    expect(requestOf({ ...settings, placement: 'similar' }, [])).toBeNull();
    expect(requestOf({ ...settings, placement: 'complement' }, [])).toBeNull();
    expect(requestOf({ ...settings, placement: 'similar', itemId: 'a' }, ['b'])).toEqual({
      placement: 'similar',
      itemId: 'a',
      limit: 8,
      exclude: ['b'],
    });
  });

  it('has the language of the page', () => {
    expect(requestOf(settings, [], 0, 'ar')).toMatchObject({ lang: 'ar' });
  });

  it('has the filter unchanged, from an attribute or a property', () => {
    const filter = { price: { $lt: 20 }, category: { $in: ['Hats'] } };
    for (const given of [filter, JSON.stringify(filter)]) {
      expect(requestOf({ ...settings, filter: given }, [])).toMatchObject({ filter: given });
    }
    for (const given of ['', null, undefined]) {
      expect(requestOf({ ...settings, filter: given }, [])).toHaveProperty('filter', undefined);
    }
  });

  it('has hints unchanged, and leaves them out if they are empty', () => {
    const hints = { category: 'Women' };
    for (const given of [hints, JSON.stringify(hints)]) {
      expect(requestOf({ ...settings, hints: given }, [])).toMatchObject({ hints: given });
    }
    expect(requestOf({ ...settings, hints: '' }, [])).toHaveProperty('hints', undefined);
  });
});
