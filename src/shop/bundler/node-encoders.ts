import type { ImagePreset, TextPreset } from '../../core/encoders';
import { createNodeEncoder, decodeImage } from '../../core/encoders/node';
import { ChunkEncoder } from '../pipeline';
import { readEncoder } from './encoder-files';

export interface EncoderSource {
  presets: { text: TextPreset; image: ImagePreset };
  /** Folder of their built files. */
  models: string;
}

/** Encodes chunks in this process, on one thread: several processes use several cores. */
export const nodeChunkEncoder = ({ presets, models }: EncoderSource): ChunkEncoder =>
  new ChunkEncoder({
    openText: async () => createNodeEncoder(presets.text, await readEncoder(presets.text, models), { threads: 1 }),
    openImage: async () => createNodeEncoder(presets.image, await readEncoder(presets.image, models), { threads: 1 }),
    decodeImage: (bytes) => decodeImage(bytes, presets.image),
  });
