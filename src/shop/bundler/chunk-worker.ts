import { answerOf, type ChunkEncoder } from '../pipeline';
import { nodeChunkEncoder, type ToWorker } from './process-pool';

/* A process of a build that encodes the chunks of its parent (`process-pool.ts`). */

let encoder: ChunkEncoder | null = null;

process.on('message', async (message: ToWorker) => {
  if ('presets' in message) {
    encoder = nodeChunkEncoder(message);
    return;
  }
  if (!encoder) throw new Error('a chunk came before the encoders');
  const chunks = encoder;
  const answer = await answerOf(() => chunks.run(message.chunk, message.projection));
  // Without a parent, nobody waits for the answer: `disconnect` ends this process.
  process.send?.(answer, () => {});
});
// The parent ended or closed the pool; the current chunk is no longer needed.
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole process group; the parent decides when to end this process.
process.on('SIGINT', () => {});
