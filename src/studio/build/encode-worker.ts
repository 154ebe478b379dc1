import { createWebEncoder, decodeImage, type ImagePreset, type TextPreset } from '../../core/encoders/web';
import { createWasmEncoder } from '../../core/encoders/web-wasm';
import { ChunkEncoder, type ChunkRequest, ChunkResponder, type EncoderFiles } from '../../shop/pipeline';
import type { EncodeBackend } from '../session';

/* A worker of Studio that encodes the chunks of the build worker (`encode-pool.ts`). The first message brings the encoders. */

export interface EncodersMessage {
  kind: 'encoders';
  presets: { text: TextPreset; image: ImagePreset };
  files: { text: EncoderFiles; image: EncoderFiles };
  backend: EncodeBackend['kind'];
}

export type ToEncodeWorker = EncodersMessage | ({ kind: 'chunk' } & ChunkRequest);

let responder: ChunkResponder | null = null;

addEventListener('message', async ({ data }: MessageEvent<ToEncodeWorker>) => {
  if (data.kind === 'encoders') {
    const { presets, files, backend } = data;
    const isWasm = backend === 'wasm';
    const encoder = new ChunkEncoder({
      openText: () =>
        isWasm ? createWasmEncoder(presets.text, files.text) : createWebEncoder(presets.text, files.text, { backend }),
      openImage: () =>
        isWasm
          ? createWasmEncoder(presets.image, files.image)
          : createWebEncoder(presets.image, files.image, { backend }),
      decodeImage: (bytes) => decodeImage(new Blob([new Uint8Array(bytes)]), presets.image),
    });
    responder = new ChunkResponder(encoder);
    return;
  }
  if (!responder) throw new Error('a chunk came before the encoders');
  postMessage(await responder.answer(data));
});
