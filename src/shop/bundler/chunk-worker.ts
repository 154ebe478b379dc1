import { type ChunkAnswer, type ChunkRequest, ChunkResponder } from '../pipeline';
import { type EncoderSource, nodeChunkEncoder } from './node-encoders';

/* A process of a build that encodes the chunks of its parent (`process-pool.ts`). The first message names the encoders. */

export type ToWorker = { kind: 'encoders'; source: EncoderSource } | ({ kind: 'chunk' } & ChunkRequest);

export type FromWorker = ChunkAnswer;

let responder: ChunkResponder | null = null;

process.on('message', async (message: ToWorker) => {
  if (message.kind === 'encoders') {
    responder = new ChunkResponder(nodeChunkEncoder(message.source));
    return;
  }
  if (!responder) throw new Error('a chunk came before the encoders');
  process.send?.(await responder.answer(message));
});
// The parent ended or closed the pool; the current chunk is no longer needed.
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole process group; the parent decides when to end this process.
process.on('SIGINT', () => {});
