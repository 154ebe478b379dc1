import type { Modality } from '../catalog';
import { sha256 } from '../common/sha256';
import {
  decodeProjection,
  type Encoder,
  type ImagePreset,
  type Pixels,
  type Projection,
  type RawTaps,
  type TextPreset,
} from '../encoders';
import { createNodeEncoder, decodeImage } from '../encoders/node';
import { SidestreamError } from '../error';
import {
  type Chunk,
  type ChunkOutput,
  type ChunkRunner,
  rawPayload,
  rowsPayload,
  type SharedProjection,
} from './chunk';
import { readEncoder } from './encoder-files';

/** The encoders of a build. */
export interface EncoderSource {
  presets: { text: TextPreset; image: ImagePreset };
  /** Folder of their built files. */
  models: string;
}

/**
 * Encodes chunks in this process. The same input gives the same bits whatever else is in its chunk: it runs on one thread,
 * pictures one by one and texts with others of the same length alone (`exactBatching`). Several workers use several cores.
 */
export class ChunkEncoder implements ChunkRunner {
  readonly slots = 2;
  readonly #encoders: { text?: Promise<Encoder<string>>; image?: Promise<Encoder<Pixels>> } = {};
  readonly #projections = new Map<Modality, { digest: string; projection: Projection }>();
  readonly #source: EncoderSource;

  constructor(source: EncoderSource) {
    this.#source = source;
  }

  async run({ modality, inputs }: Chunk, shared: SharedProjection | null): Promise<ChunkOutput[]> {
    const projection = shared && (await this.#projection(modality, shared));
    const pack = (taps: RawTaps) => ({ bytes: projection ? rowsPayload(projection, taps) : rawPayload(taps) });
    if (modality === 'text') {
      const encoder = await this.#text();
      const taps = await encoder.encode(inputs.map(textOf));
      const { taps: shapes } = encoder.preset;
      return inputs.map((_, n) => pack(taps.map((tap, t) => rowOf(tap, n, shapes[t].width))));
    }
    const outputs: ChunkOutput[] = [];
    const encoder = await this.#image();
    for (const decoded of await Promise.all(inputs.map((input) => this.#decode(input)))) {
      outputs.push('reason' in decoded ? decoded : pack(await encoder.encode([decoded.pixels])));
    }
    return outputs;
  }

  async close(): Promise<void> {
    const { text, image } = this.#encoders;
    // An encoder that could not be opened, which `run` reported, needs no release.
    const opened = await Promise.allSettled([text, image]);
    await Promise.all(opened.map((encoder) => encoder.status === 'fulfilled' && encoder.value?.release()));
  }

  #text(): Promise<Encoder<string>> {
    const { presets, models } = this.#source;
    this.#encoders.text ??= readEncoder(presets.text, models).then((files) =>
      createNodeEncoder(presets.text, files, { threads: 1 }),
    );
    return this.#encoders.text;
  }

  #image(): Promise<Encoder<Pixels>> {
    const { presets, models } = this.#source;
    this.#encoders.image ??= readEncoder(presets.image, models).then((files) =>
      createNodeEncoder(presets.image, files, { threads: 1 }),
    );
    return this.#encoders.image;
  }

  async #decode(input: string | Uint8Array): Promise<{ pixels: Pixels } | { reason: string }> {
    if (typeof input === 'string') throw new Error('a picture came as a text');
    try {
      return { pixels: await decodeImage(input, this.#source.presets.image) };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async #projection(modality: Modality, { digest, bytes }: SharedProjection): Promise<Projection> {
    const known = this.#projections.get(modality);
    if (known?.digest === digest) return known.projection;
    const projection = decodeProjection(bytes)[modality];
    if (!projection || (await sha256(new Uint8Array(bytes))) !== digest) {
      throw new SidestreamError(
        'build/queue',
        'A chunk came with another projection than it names. Run the build again.',
      );
    }
    this.#projections.set(modality, { digest, projection });
    return projection;
  }
}

const rowOf = (tap: Float32Array, row: number, width: number): Float32Array =>
  tap.subarray(row * width, (row + 1) * width);

function textOf(input: string | Uint8Array): string {
  if (typeof input === 'string') return input;
  throw new Error('a text came as bytes');
}
