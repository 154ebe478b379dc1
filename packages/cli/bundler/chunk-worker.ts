import type { ChunkRequest } from '../../shop/pipeline';
import { answerParent, type EncoderSource, nodeChunkEncoder } from './process-pool';

/* A process of a build that encodes the chunks of its parent (`process-pool.ts`). The first message names the encoders. */

answerParent((source: EncoderSource) => {
  const encoder = nodeChunkEncoder(source);
  return ({ chunk, projection }: ChunkRequest) => encoder.run(chunk, projection);
});
