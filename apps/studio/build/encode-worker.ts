import { answerOf, type ChunkAnswer, ChunkEncoder, type ChunkRequest } from '../../../packages/shop/pipeline';
import type { EncoderFiles } from '../../../src/core/encoders';
import {
  createWebEncoder,
  decodeImage,
  type Encoder,
  type ImagePreset,
  type TextPreset,
} from '../../../src/core/encoders/web';
import { createWasmEncoder } from '../../../src/core/encoders/web-wasm';
import type { EncodeBackend } from '../session';

/* A worker of Studio that encodes the chunks of the build worker (`encode-pool.ts`). The first message brings the encoders. */

export interface EncodersMessage {
  kind: 'encoders';
  presets: { text: TextPreset; image: ImagePreset };
  files: { text: EncoderFiles; image: EncoderFiles };
  backend: EncodeBackend['kind'];
}

export type ToEncodeWorker = EncodersMessage | ({ kind: 'chunk' } & ChunkRequest);

/** The answer to a chunk, and where the encoders run now: a lost GPU leaves the work to the processor. */
export type FromEncodeWorker = ChunkAnswer & { backend: EncodeBackend['kind'] };

let encoder: ChunkEncoder | null = null;
const opened: Pick<Encoder<unknown>, 'backend'>[] = [];

async function remembered<Opened extends (typeof opened)[number]>(opening: Promise<Opened>): Promise<Opened> {
  const one = await opening;
  opened.push(one);
  return one;
}

addEventListener('message', async ({ data }: MessageEvent<ToEncodeWorker>) => {
  if (data.kind === 'encoders') {
    const { presets, files, backend } = data;
    const create: typeof createWebEncoder = backend === 'wasm' ? createWasmEncoder : createWebEncoder;
    encoder = new ChunkEncoder({
      openText: () => remembered(create(presets.text, files.text, { backend })),
      openImage: () => remembered(create(presets.image, files.image, { backend })),
      decodeImage: (bytes) => decodeImage(new Blob([new Uint8Array(bytes)]), presets.image),
    });
    return;
  }
  if (!encoder) throw new Error('a chunk came before the encoders');
  const chunks = encoder;
  const answer = await answerOf(() => chunks.run(data.chunk, data.projection));
  const isOnGpu = opened.length > 0 && opened.every(({ backend }) => backend === 'webgpu');
  const message: FromEncodeWorker = { ...answer, backend: isOnGpu ? 'webgpu' : 'wasm' };
  postMessage(message);
});
