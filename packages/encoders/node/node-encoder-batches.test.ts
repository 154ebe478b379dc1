import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/core/encoders';
import { alone, equalLengths, equalLengthsInPairs } from '../../../src/core/encoders/onnx-encoder';
import { DEFAULT_PRESETS } from '../../../src/core/encoders/preset';
import { EncoderSession } from '../../../src/core/encoders/session';
import { exactBatching } from './node-encoder';

type TokenBatch = ReturnType<Tokenizer['padded']>;

/** An encoder with one value per text: the sum of its ids, plus a term that depends on the number of texts. */
async function batchingOf(error: (texts: number) => number) {
  const preset = { ...DEFAULT_PRESETS.text, taps: [{ name: 'sum', width: 1 }] };
  const session = await EncoderSession.create(
    preset,
    async () => ({
      async run({ input_ids: { data, dims } }) {
        const ids = [...(data as Int32Array)];
        const [texts, length] = dims;
        const sums = Array.from({ length: texts }, (_, n) =>
          ids.slice(n * length, (n + 1) * length).reduce((sum, id) => sum + id, error(texts)),
        );
        return { sum: { data: Float32Array.from(sums) } };
      },
      async release() {},
    }),
    ['node'],
  );
  const padded = (rows: readonly number[][]): TokenBatch => ({
    ids: Int32Array.from(rows.flat()),
    mask: new Int32Array(rows.flat().length).fill(1),
    length: rows[0].length,
  });
  const tokenizer = { ids: () => [], batch: () => padded([]), padded };
  return exactBatching({ tokenizer, session, tensor: (data, dims) => ({ data, dims }) as never });
}

describe('the batches that leave bits as they are', () => {
  it('have equal lengths if a single text gets the same result', async () => {
    expect(await batchingOf(() => 0)).toBe(equalLengths);
  });

  it('are at least pairs if a single text is summed differently', async () => {
    expect(await batchingOf((texts) => (texts === 1 ? 1e-4 : 0))).toBe(equalLengthsInPairs);
  });

  it('contain one text if the number of texts matters otherwise', async () => {
    expect(await batchingOf((texts) => texts * 1e-4)).toBe(alone);
  });
});
