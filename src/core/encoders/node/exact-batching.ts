import type { RawTaps } from '../encoder';
import { type IntTensor, runTokens } from '../onnx-encoder';
import type { EncoderSession } from '../session';
import { alone, type Batching, equalLengths, equalLengthsInPairs } from '../text-batches';
import type { Tokenizer } from '../tokenizer';

/** Lengths of the test texts: the shortest, and one that does not fill a vector register evenly. */
const LENGTHS = [1, 13];
const TEXTS = 5;

/**
 * The batches in which this runtime always computes the same bits for a text. Libraries differ by processor and operator, so
 * a few synthetic texts of equal length are run in several ways. The shape of a batch may change the order of sums and
 * therefore their rounding; with equal lengths it seldom does, with padding it would.
 */
export async function exactBatching(encoder: {
  tokenizer: Tokenizer;
  session: EncoderSession;
  tensor: IntTensor;
}): Promise<Batching> {
  let same = true;
  for (const length of LENGTHS) {
    const texts = Array.from({ length: TEXTS }, (_, n) => Array.from({ length }, (_, i) => 1 + ((7 * n + 3 * i) % 50)));
    const together = await runTokens(texts, encoder);
    const last = TEXTS - 1;
    const single = await runTokens([texts[last]], encoder);
    const pair = await runTokens([texts[last], texts[last]], encoder);
    if (!equalRows(together, last, pair, 1)) return alone;
    same &&= equalRows(together, last, single, 0);
  }
  return same ? equalLengths : equalLengthsInPairs;
}

function equalRows(a: RawTaps, row: number, b: RawTaps, other: number): boolean {
  return a.every((tap, t) => {
    const width = tap.length / TEXTS;
    const bits = (values: Float32Array, from: number) =>
      new Uint32Array(values.buffer, values.byteOffset + 4 * from * width, width);
    const expected = bits(tap, row);
    return bits(b[t], other).every((word, d) => word === expected[d]);
  });
}
