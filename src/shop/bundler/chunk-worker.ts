import { SidestreamError } from '../../error';
import type { Chunk, ChunkEncoder, ChunkOutput, SharedProjection } from '../pipeline';
import { type EncoderSource, nodeChunkEncoder } from './node-encoders';

/*
 * A process of a build that encodes the chunks of its parent (`process-pool.ts`). The first message names the encoders; a
 * projection is sent once and kept until another replaces it.
 */

export type ToWorker =
  | { kind: 'encoders'; source: EncoderSource }
  | { kind: 'chunk'; chunk: Chunk; projection: SharedProjection | null | 'same' };

export type FromWorker = { outputs: ChunkOutput[] } | { error: ReturnType<SidestreamError['serialize']> };

let encoder: ChunkEncoder | null = null;
const projections = new Map<string, SharedProjection>();

process.on('message', async (message: ToWorker) => {
  if (message.kind === 'encoders') {
    encoder = nodeChunkEncoder(message.source);
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
// The parent ended or closed the pool; the current chunk is no longer needed.
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole process group; the parent decides when to end this process.
process.on('SIGINT', () => {});

function answer(message: FromWorker): void {
  process.send?.(message);
}
