import { describe, expect, it } from 'vitest';
import { freshOptions } from './fresh-options';

const defaults = { learning: true, seed: 1, encrypt: false };
const rules = { diversity: 0.2, filter: { price: { $lt: 5 } } };

describe('options of a further caller', () => {
  it('are none when they are left out, the default, or the same', () => {
    expect(freshOptions({}, { rules }, defaults)).toEqual([]);
    expect(freshOptions({ seed: 1, learning: true, rules: undefined }, {}, defaults)).toEqual([]);
    const again = { filter: { price: { $lt: 5 } }, diversity: 0.2 };
    expect(freshOptions({ rules: again }, { rules }, defaults)).toEqual([]);
  });

  it('are fresh when nobody named them yet', () => {
    expect(freshOptions({ rules, seed: 2, encrypt: true }, { learning: false }, defaults)).toEqual([
      'seed',
      'encrypt',
      'rules',
    ]);
  });

  it('are refused by name when another caller named another value', () => {
    for (const other of [{ ...rules, fresh: true }, { diversity: 0.2 }, { diversity: 0.2, filter: { price: 5 } }]) {
      expect(() => freshOptions({ rules: other, seed: 1 }, { rules, seed: 1 }, defaults)).toThrow(
        expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(' rules: ') }),
      );
    }
    expect(() => freshOptions({ seed: 1 }, { seed: 2 }, defaults)).toThrow('seed');
  });
});
