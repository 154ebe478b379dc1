import { otherWork } from './yield-to-event-loop';

/** Items embedded before other work of the thread has its turn. */
const CHUNK = 256;

/** What embeds items; see `Experts`. */
interface Embedder {
  embeddingsOf(rows: Int32Array): Promise<Float32Array>;
}

/**
 * Embeddings of some items, piece by piece, other work of the thread in between.
 * @param rows item rows
 * @param wanted asked before each piece
 * @returns [rows.length, width]; null when they are wanted no more
 */
export async function embedLater(
  experts: Embedder,
  rows: Int32Array,
  width: number,
  wanted: () => boolean,
): Promise<Float32Array | null> {
  const values = new Float32Array(rows.length * width);
  for (let start = 0; start < rows.length; start += CHUNK) {
    await otherWork();
    if (!wanted()) return null;
    try {
      values.set(await experts.embeddingsOf(rows.subarray(start, start + CHUNK)), start * width);
    } catch (thrown) {
      // Experts that were disposed of meanwhile are nobody's concern any more.
      if (wanted()) throw thrown;
    }
  }
  return wanted() ? values : null;
}
