import { describe, expect, it } from 'vitest';
import { parsed, recommendSchema, trackSchema } from './requests';

describe('requests of the page', () => {
  it('get their defaults', () => {
    expect(parsed(recommendSchema, {}, 'recommend()')).toEqual({ placement: 'for-you', limit: 8, exclude: [] });
    const complement = { placement: 'complement', itemId: 'a', limit: 3, exclude: ['b'] };
    expect(parsed(recommendSchema, complement, 'recommend()')).toEqual(complement);
    const event = { type: 'click', itemId: 'a', details: { position: 0 } };
    expect(parsed(trackSchema, event, 'track()')).toEqual(event);
  });

  it.each([
    [recommendSchema, { limit: 0 }, 'limit'],
    [recommendSchema, { limit: 101 }, 'limit'],
    [recommendSchema, { placement: 'somewhere' }, 'placement'],
    [recommendSchema, { placement: 'similar' }, 'itemId'],
    [recommendSchema, { placement: 'complement' }, 'itemId'],
    [trackSchema, { type: 'stare', itemId: 'a', details: {} }, 'type'],
    [trackSchema, { type: 'click', itemId: '', details: {} }, 'itemId'],
    [trackSchema, { type: 'cart', itemId: 'a', details: { price: Number.NaN } }, 'details.price'],
  ])('are refused with the field: %#', (schema, input, field) => {
    expect(() => parsed(schema, input, 'call()')).toThrow(
      expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(field) }),
    );
  });
});
