import { SidestreamError } from '../error';
import type { Chunk, ChunkOutput, SharedProjection } from './chunk';
import { ChunkEncoder, type EncoderSource } from './chunk-encoder';

/*
 * A process of a build that encodes what its parent sends (`process-pool.ts`). The first message names the encoders; a
 * projection comes once and is kept until another takes its place.
 */

export type ToWorker =
  | { kind: 'encoders'; source: EncoderSource }
  | { kind: 'chunk'; chunk: Chunk; projection: SharedProjection | null | 'same' };

export type FromWorker = { outputs: ChunkOutput[] } | { error: ReturnType<SidestreamError['serialize']> };

let encoder: ChunkEncoder | null = null;
const projections = new Map<string, SharedProjection>();

process.on('message', async (message: ToWorker) => {
  if (message.kind === 'encoders') {
    encoder = new ChunkEncoder(message.source);
    return;
  }
  const { chunk } = message;
  try {
    if (!encoder) throw new Error('a chunk came before the encoders');
    if (message.projection && message.projection !== 'same') projections.set(chunk.modality, message.projection);
    const projection = message.projection === null ? null : (projections.get(chunk.modality) ?? null);
    answer({ outputs: await encoder.run(chunk, projection) });
  } catch (thrown) {
    answer({ error: SidestreamError.from(thrown).serialize() });
  }
});
// The parent is gone, or done with us; what is being encoded serves nobody any more.
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole group; the parent decides what becomes of it.
process.on('SIGINT', () => {});

function answer(message: FromWorker): void {
  process.send?.(message);
}
