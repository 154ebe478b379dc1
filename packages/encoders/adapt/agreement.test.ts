import { describe, expect, it } from 'vitest';
import { bertStates } from '../../../testing/models/plain-transformer';
import { BERT, bertModel } from '../../../testing/models/tiny-model';
import { TINY } from '../../../testing/models/tiny-weights';
import { adaptModel } from './adapt';
import { agreement, referenceTaps } from './agreement';

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

describe('the original taps', () => {
  it.each(['torchscript', 'fused', 'tf'] as const)("equal the original model's (%s)", async (dialect) => {
    const adapted = await adaptModel(bertModel(dialect), noFile, {
      modality: 'text',
      pooling: 'mean',
      bits: 8,
      taps: 2,
      notice: '',
    });
    const texts = {
      ids: Int32Array.of(2, 9, 30, 3, 2, 40, 3, 0),
      mask: Int32Array.of(1, 1, 1, 1, 1, 1, 1, 0),
      length: 4,
    };
    const { taps, widths } = await referenceTaps(adapted, { texts, count: 2 }, 'mean');
    expect(widths).toEqual([TINY.width, TINY.width]);
    const states = bertStates([2, 40, 3], BERT)[TINY.layers];
    for (let d = 0; d < TINY.width; d++) {
      const mean = states.reduce((sum, token) => sum + token[d] / 3, 0);
      expect(taps[1][TINY.width + d]).toBeCloseTo(mean, 4);
    }
  });

  it('do not depend on the other inputs, although the model quantises a batch with one scale', async () => {
    const model = bertModel('dynamic-int8');
    const adapted = await adaptModel(model, noFile, { modality: 'text', pooling: 'cls', bits: 8, taps: 3, notice: '' });
    const text = [2, 40, 3];
    const alone = { ids: Int32Array.from(text), mask: new Int32Array(3).fill(1), length: 3 };
    const beside = {
      ids: Int32Array.of(...text, 0, 0, 2, 9, 30, 77, 3),
      mask: Int32Array.of(1, 1, 1, 0, 0, 1, 1, 1, 1, 1),
      length: 5,
    };
    const one = await referenceTaps(adapted, { texts: alone, count: 1 }, 'cls');
    const two = await referenceTaps(adapted, { texts: beside, count: 2 }, 'cls');
    for (const [t, tap] of one.taps.entries()) expect(two.taps[t].slice(0, TINY.width)).toEqual(tap);
  });
});
