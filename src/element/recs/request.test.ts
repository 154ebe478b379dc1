import { describe, expect, it } from 'vitest';
import { requestOf } from './request';

const wanted = { placement: 'for-you' as const, itemId: '', limit: 8, filter: '' };

describe('requestOf', () => {
  it('asks for as many as the list has places left, one at least', () => {
    const limitOf = (limit: number, taken = 0) => requestOf({ ...wanted, limit }, [], taken)?.limit;
    expect([limitOf(4), limitOf(4, 1), limitOf(1, 1)]).toEqual([4, 3, 1]);
  });

  it('takes an id that a framework made a number or nothing of', () => {
    const idOf = (itemId: unknown) => requestOf({ ...wanted, placement: 'similar', itemId }, [])?.itemId;
    expect([idOf(42), idOf(0), idOf(null), idOf(undefined)]).toEqual(['42', '0', undefined, undefined]);
  });

  it('asks nothing about an item that is not there', () => {
    expect(requestOf({ ...wanted, placement: 'similar' }, [])).toBeNull();
    expect(requestOf({ ...wanted, placement: 'complement' }, [])).toBeNull();
    expect(requestOf({ ...wanted, placement: 'similar', itemId: 'a' }, ['b'])).toEqual({
      placement: 'similar',
      itemId: 'a',
      limit: 8,
      exclude: ['b'],
    });
  });

  it('asks for reasons in the language of the page', () => {
    expect(requestOf(wanted, [], 0, 'ar')).toMatchObject({ lang: 'ar' });
  });

  it('passes a filter on as it is, from an attribute or a property', () => {
    const filter = { price: { $lt: 20 }, category: { $in: ['Hats'] } };
    for (const given of [filter, JSON.stringify(filter)]) {
      expect(requestOf({ ...wanted, filter: given }, [])).toMatchObject({ filter });
    }
    for (const given of ['', null, undefined]) {
      expect(requestOf({ ...wanted, filter: given }, [])).not.toHaveProperty('filter');
    }
  });

  it('refuses a filter that is no JSON object, and says so', () => {
    for (const filter of ['{"price":', '[1]', '"x"', '7', [1], 7, true]) {
      expect(() => requestOf({ ...wanted, filter }, [])).toThrow(/filter: must be a JSON object/);
    }
  });
});
