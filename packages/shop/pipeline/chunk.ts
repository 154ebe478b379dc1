import type { Modality } from '../../../src/core/catalog';
import { listReader, littleEndian, quantizeRow, sha256 } from '../../../src/core/common/bytes';
import { messageOf } from '../../../src/core/common/text';
import {
  decodeProjection,
  type Encoder,
  encodeProjection,
  type Pixels,
  type Projection,
  project,
  type RawTaps,
} from '../../../src/core/encoders';

export interface Chunk {
  modality: Modality;
  /** Texts, or the bytes of picture files. */
  inputs: (string | Uint8Array)[];
}

/** An encoded input (see `payloads`), or the reason why it could not be encoded. */
export type ChunkOutput = { bytes: Uint8Array } | { reason: string };

/** The projection of one modality in serialised form; workers cache it by its digest. */
export interface SharedProjection {
  digest: string;
  /** A projection file with only this modality. */
  bytes: Uint8Array;
}

/** Encodes chunks in this process, in other processes, or on other machines. */
export interface ChunkRunner {
  /** Maximum number of inputs in a chunk; default 64 texts or 16 pictures. Smaller chunks show progress sooner. */
  readonly maxInputs?: number;
  /** Number of chunks to have in flight at a time. */
  readonly slots: number;
  /** @returns one output per input, in order; raw taps without a projection */
  run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]>;
  close(): Promise<void>;
}

export async function shareProjection(modality: Modality, projection: Projection): Promise<SharedProjection> {
  const bytes = encodeProjection({ [modality]: projection });
  return { digest: await sha256(bytes), bytes };
}

/** Reads raw taps. @param widths widths of the taps, in order */
export function decodeRaw(payload: Uint8Array, widths: readonly number[]): RawTaps {
  const read = listReader(payload);
  return widths.map((width) => read.floats(width));
}

/**
 * Feature rows of items: for each a float32 scale per tap, little-endian, then D int8 values per tap.
 * @param taps taps of all items, [items * width] each
 */
export function rowsPayloads(projection: Projection, taps: RawTaps): Uint8Array[] {
  const { dim } = projection;
  const rows = project(projection, taps);
  const perItem = taps.length * dim;
  return Array.from({ length: rows.length / perItem }, (_, n) => {
    const values = new Int8Array(perItem);
    const scales = Float32Array.from(taps, (_, t) => {
      const from = n * perItem + t * dim;
      return quantizeRow(rows.subarray(from, from + dim), values, t * dim);
    });
    return littleEndian(scales, values);
  });
}

export interface Encoders {
  openText(): Promise<Encoder<string>>;
  openImage(): Promise<Encoder<Pixels>>;
  /** Decodes a picture file for the image encoder. @throws an error whose message says why that fails */
  decodeImage(bytes: Uint8Array): Promise<Pixels>;
}

/**
 * Encodes chunks in this process or worker, pictures one by one. In Node, the same input gives the same bits regardless of the rest
 * of its chunk: it runs on one thread, and texts are batched only with others of the same length (`exactBatching`). Several workers
 * use several cores.
 */
export class ChunkEncoder implements ChunkRunner {
  readonly slots = 2;
  readonly #encoders: { text?: Promise<Encoder<string>>; image?: Promise<Encoder<Pixels>> } = {};
  readonly #projections = new Map<Modality, { digest: string; projection: Projection }>();

  constructor(private readonly platform: Encoders) {}

  async run({ modality, inputs }: Chunk, shared: SharedProjection | null): Promise<ChunkOutput[]> {
    const projection = shared && this.#projection(modality, shared);
    if (modality === 'text') {
      this.#encoders.text ??= this.platform.openText();
      const encoder = await this.#encoders.text;
      const taps = await encoder.encode(inputs.map(String));
      return payloads(taps, inputs.length, projection).map((bytes) => ({ bytes }));
    }
    this.#encoders.image ??= this.platform.openImage();
    const encoder = await this.#encoders.image;
    const decoded = await Promise.all(inputs.map((input) => this.#decode(input)));
    const outputs: ChunkOutput[] = [];
    for (const picture of decoded) {
      if ('reason' in picture) outputs.push(picture);
      else outputs.push({ bytes: payloads(await encoder.encode([picture.pixels]), 1, projection)[0] });
    }
    return outputs;
  }

  async close(): Promise<void> {
    const { text, image } = this.#encoders;
    // An encoder that failed to open needs no release; `run` has reported the failure.
    const opened = await Promise.allSettled([text, image]);
    await Promise.all(opened.map((encoder) => encoder.status === 'fulfilled' && encoder.value?.release()));
  }

  async #decode(input: string | Uint8Array): Promise<{ pixels: Pixels } | { reason: string }> {
    if (typeof input === 'string') throw new Error('a picture came as a text');
    try {
      return { pixels: await this.platform.decodeImage(input) };
    } catch (error) {
      return { reason: messageOf(error) };
    }
  }

  #projection(modality: Modality, { digest, bytes }: SharedProjection): Projection {
    const known = this.#projections.get(modality);
    if (known?.digest === digest) return known.projection;
    const projection = decodeProjection(bytes)[modality]!;
    this.#projections.set(modality, { digest, projection });
    return projection;
  }
}

/** @param taps taps of `count` items, [count * width] each @param projection null for raw taps */
function payloads(taps: RawTaps, count: number, projection: Projection | null): Uint8Array[] {
  if (projection) return rowsPayloads(projection, taps);
  // In sequence, as float32.
  return Array.from({ length: count }, (_, n) =>
    littleEndian(...taps.map((tap) => tap.subarray((n * tap.length) / count, ((n + 1) * tap.length) / count))),
  );
}
