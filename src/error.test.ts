import { describe, expect, it } from 'vitest';
import { SidestreamError } from './error';

describe('SidestreamError', () => {
  it('survives structured cloning with code, message and causes', () => {
    const root = new SidestreamError('store/blocked', 'inner', { cause: new TypeError('deep') });
    const error = new SidestreamError('bundle/invalid', 'outer', { cause: root });
    const copy = SidestreamError.deserialize(structuredClone(error.serialize()));
    expect(copy).toBeInstanceOf(SidestreamError);
    expect([copy.code, copy.message, copy.stack]).toEqual(['bundle/invalid', 'outer', error.stack]);
    expect(copy.cause).toBeInstanceOf(SidestreamError);
    expect((copy.cause as SidestreamError).code).toBe('store/blocked');
    expect((copy.cause as SidestreamError).cause).toBe('TypeError: deep');
  });

  it('wraps anything thrown once', () => {
    const error = SidestreamError.from('text', 'encoder/failed');
    expect([error.code, error.message, error.cause]).toEqual(['encoder/failed', 'text', 'text']);
    expect(SidestreamError.from(error)).toBe(error);
  });
});
