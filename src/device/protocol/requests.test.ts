import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../core/events';
import { rulesSchema } from '../ranking';
import { callSchema, optionsSchema, parsed, recommendSchema, trackSchema } from './requests';

const options = { bundle: 'http://shop/bundle/' };
const track = (itemId: unknown, details: unknown = {}) => ({ type: 'click', itemId, details });

describe('input from the page', () => {
  it('gets its defaults', () => {
    expect(parsed(recommendSchema, {}, 'recommend()')).toEqual({ placement: 'for-you', limit: 8, exclude: [] });
    const complement = { placement: 'complement', itemId: 'a', limit: 3, exclude: ['b'] };
    expect(parsed(recommendSchema, complement, 'recommend()')).toEqual(complement);
    const several = { placement: 'similar', itemId: ['a', 'b'], limit: 8, exclude: [] };
    expect(parsed(recommendSchema, several, 'recommend()')).toEqual(several);
    const cart = { cart: true, limit: 8, exclude: [] };
    expect(parsed(recommendSchema, { cart: true }, 'recommend()')).toEqual({ placement: 'complement', ...cart });
    const own = { placement: 'for-you' as const, ...cart };
    expect(parsed(recommendSchema, own, 'recommend()')).toEqual(own);
    const event = { type: 'click', itemId: 'a', details: { position: 0 } };
    expect(parsed(trackSchema, event, 'track()')).toEqual(event);
    const defaults = { namespace: 'default', learning: true, encrypt: false };
    expect(parsed(optionsSchema, options, 'createRecommender()')).toEqual({ ...options, ...defaults });
  });

  it.each<[v.GenericSchema, unknown, string]>([
    [recommendSchema, { limit: 0 }, 'limit'],
    [recommendSchema, { limit: 101 }, 'limit'],
    [recommendSchema, { limt: 3 }, 'call(): Unknown option "limt". Did you mean "limit"?'],
    [recommendSchema, { placement: 'somewhere' }, 'placement'],
    [recommendSchema, { placement: 'similar' }, 'itemId'],
    [recommendSchema, { placement: 'complement' }, 'itemId'],
    [recommendSchema, { placement: 'similar', cart: false }, 'itemId'],
    [recommendSchema, { itemId: 7 }, 'itemId: Invalid type: Expected (string | Array)'],
    [recommendSchema, { itemId: [] }, 'itemId: Invalid length: Expected >=1'],
    [recommendSchema, { itemId: new Array(101).fill('a') }, 'itemId: Invalid length: Expected <=100'],
    [recommendSchema, { itemId: ['a', ''] }, 'itemId.1: must not be empty'],
    [recommendSchema, { cart: 1 }, 'cart'],
    [recommendSchema, { categoryCap: { mx: 1 } }, 'call(): categoryCap: Unknown option "mx". Did you mean "max"?'],
    [recommendSchema, { categoryCap: 0 }, 'categoryCap'],
    [recommendSchema, { categoryCap: null }, 'categoryCap'],
    [rulesSchema, { pin: [{ itemId: 'a', postion: 1 }] }, 'pin.0: Unknown option "postion"'],
    [trackSchema, { ...track('a'), type: 'stare' }, 'type'],
    [trackSchema, track(''), 'itemId: must not be empty'],
    [trackSchema, track('a'.repeat(257)), 'itemId: must have at most 256 characters'],
    [trackSchema, track('a\ud800'), 'itemId: must be well-formed'],
    [trackSchema, track('a', { transactionId: '\udc00' }), 'details.transactionId: must be well-formed'],
    [trackSchema, track('a', { price: Number.NaN }), 'details.price'],
    [trackSchema, track('a', { pric: 3 }), 'details: Unknown option "pric". Did you mean "price"?'],
    [trackSchema, track('a', { currency: 'eur' }), 'details.currency'],
    [trackSchema, track('a', { position: 1.5 }), 'details.position'],
    [optionsSchema, { ...options, bundel: 1 }, 'call(): Unknown option "bundel". Did you mean "bundle"?'],
    [optionsSchema, { ...options, consent: true }, 'consent'],
    [optionsSchema, { ...options, seed: 1 }, 'seed'],
    [optionsSchema, { ...options, onMetric: 'object' }, 'onMetric: must be a function'],
  ])('is refused with the field: %#', (schema, input, named) => {
    expect(() => parsed(schema, input, 'call()')).toThrow(
      expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(named) }),
    );
  });

  it('is refused if its caller misspells how long to wait', () => {
    expect(() => parsed(callSchema, { timout: 5 }, 'call()')).toThrow('Did you mean "timeout"?');
    expect(() => parsed(callSchema, undefined, 'call()')).not.toThrow();
  });

  it('can be read from the log again whenever it was accepted', () => {
    const mostly = <T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: bad });
    const text = mostly(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\udc00'), maxLength: 300 }),
    );
    const amount = mostly(fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }), fc.double());
    const details = fc.record(
      {
        quantity: amount,
        price: amount,
        position: mostly(fc.nat(), fc.double()),
        placement: text,
        recommendationId: text,
        transactionId: text,
        currency: mostly(fc.constant('EUR'), fc.constantFrom('eur', '', 'EURO')),
      },
      { requiredKeys: [] },
    );
    const event = fc.record({ type: fc.constantFrom('click', 'purchase'), itemId: text, details });
    let taken = 0;
    fc.assert(
      fc.property(event, (given) => {
        const result = v.safeParse(trackSchema, given);
        if (!result.success) return;
        taken++;
        const { type, itemId, details } = result.output;
        const row = { id: 1, time: Date.now(), type, itemId, ...details };
        const read = v.parse(
          eventSchema,
          JSON.parse(new TextDecoder().decode(new TextEncoder().encode(JSON.stringify(row)))),
        );
        expect(read).toEqual(JSON.parse(JSON.stringify(row)));
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
