import { describe, expect, it } from 'vitest';
import { freshOptions } from './fresh-options';

const rules = { diversity: 0.2, filter: { price: { $lt: 5 } } };

describe('options of a further caller', () => {
  it('are empty if they are left out, the default, or the same', () => {
    expect(freshOptions({}, { rules })).toEqual([]);
    expect(freshOptions({ encrypt: false, learning: true, rules: undefined }, {})).toEqual([]);
    const again = { filter: { price: { $lt: 5 } }, diversity: 0.2 };
    expect(freshOptions({ rules: again }, { rules })).toEqual([]);
  });

  it('are fresh when nobody named them yet', () => {
    expect(freshOptions({ rules, market: 'ch', encrypt: { key: new Uint8Array(32) } }, { learning: false })).toEqual([
      'encrypt',
      'rules',
      'market',
    ]);
  });

  it('are refused by name when another caller named another value', () => {
    for (const other of [{ ...rules, fresh: true }, { diversity: 0.2 }, { diversity: 0.2, filter: { price: 5 } }]) {
      expect(() => freshOptions({ rules: other, market: 'ch' }, { rules, market: 'ch' })).toThrow(
        expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(' rules: ') }),
      );
    }
    expect(() => freshOptions({ market: 'ch' }, { market: 'at' })).toThrow('market');
  });
});
