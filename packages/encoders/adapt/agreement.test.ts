import { describe, expect, it } from 'vitest';
import { bertStates } from '../../../testing/models/plain-transformer';
import { BERT, bertModel } from '../../../testing/models/tiny-model';
import { TINY } from '../../../testing/models/tiny-weights';
import { adaptModel } from './adapt';
import { agreement, tapsOf } from './agreement';

const noFile = async () => new Uint8Array();

describe('the agreement of taps', () => {
  it('counts only differences between inputs', () => {
    const base = [100, 100];
    const right = Float32Array.of(...base.map((x) => x + 1), ...base.map((x) => x - 1));
    const wrong = Float32Array.of(101, 99, 99, 101);
    expect(agreement(right, right, 2)).toBeCloseTo(1, 6);
    expect(agreement(wrong, right, 2)).toBeCloseTo(0, 6);
  });

  it('is unknown for a constant tap, and -1 for non-finite numbers', () => {
    expect(agreement(Float32Array.of(1, 2, 1, 2), Float32Array.of(1, 2, 1, 2), 2)).toBeNull();
    expect(agreement(Float32Array.of(Number.NaN, 2, 1, 2), Float32Array.of(1, 2, 3, 4), 2)).toBe(-1);
  });
});

describe('the taps of an adapted model with the weights of the original', () => {
  it.each(['torchscript', 'fused', 'tf'] as const)("equal the original model's (%s)", async (dialect) => {
    const { reference, taps: names } = await adaptModel(bertModel(dialect), noFile, {
      pooling: 'mean',
      taps: 2,
      notice: '',
    });
    const texts = [
      [2, 9, 30, 3],
      [2, 40, 3],
    ];
    const { taps, widths } = await tapsOf(reference, names, { texts });
    expect(widths).toEqual([TINY.width, TINY.width]);
    const states = bertStates(texts[1], BERT)[TINY.layers];
    for (let d = 0; d < TINY.width; d++) {
      const mean = states.reduce((sum, token) => sum + token[d] / 3, 0);
      expect(taps[1][TINY.width + d]).toBeCloseTo(mean, 4);
    }
  });

  it('do not depend on the other inputs, although the model quantises a batch with one scale', async () => {
    const model = bertModel('dynamic-int8');
    const { reference, taps: names } = await adaptModel(model, noFile, { pooling: 'cls', taps: 3, notice: '' });
    const text = [2, 40, 3];
    const one = await tapsOf(reference, names, { texts: [text] });
    const two = await tapsOf(reference, names, { texts: [text, [2, 9, 30, 77, 3]] });
    for (const [t, tap] of one.taps.entries()) expect(two.taps[t].slice(0, TINY.width)).toEqual(tap);
  });
});
