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
import { SidestreamError } from '../../../src/error';

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

/** Bytes of the feature rows of one item and modality. */
export const rowsBytes = ({ dim, taps }: { dim: number; taps: number }): number => taps * (4 + dim);

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
    const projection = shared && (await this.#projection(modality, shared));
    if (modality === 'text') {
      const taps = await (await this.#text()).encode(inputs.map(textOf));
      return payloads(taps, inputs.length, projection).map((bytes) => ({ bytes }));
    }
    const encoder = await this.#image();
    const decoded = await Promise.all(inputs.map((input) => this.#decode(input)));
    const encoded: RawTaps[] = [];
    for (const picture of decoded) if ('pixels' in picture) encoded.push(await encoder.encode([picture.pixels]));
    const bytes = payloads(joined(encoded), encoded.length, projection);
    let next = 0;
    return decoded.map((picture) => ('reason' in picture ? picture : { bytes: bytes[next++] }));
  }

  async close(): Promise<void> {
    const { text, image } = this.#encoders;
    // An encoder that failed to open needs no release; `run` has reported the failure.
    const opened = await Promise.allSettled([text, image]);
    await Promise.all(opened.map((encoder) => encoder.status === 'fulfilled' && encoder.value?.release()));
  }

  #text(): Promise<Encoder<string>> {
    this.#encoders.text ??= this.platform.openText();
    return this.#encoders.text;
  }

  #image(): Promise<Encoder<Pixels>> {
    this.#encoders.image ??= this.platform.openImage();
    return this.#encoders.image;
  }

  async #decode(input: string | Uint8Array): Promise<{ pixels: Pixels } | { reason: string }> {
    if (typeof input === 'string') throw new Error('a picture came as a text');
    try {
      return { pixels: await this.platform.decodeImage(input) };
    } catch (error) {
      return { reason: messageOf(error) };
    }
  }

  async #projection(modality: Modality, { digest, bytes }: SharedProjection): Promise<Projection> {
    const known = this.#projections.get(modality);
    if (known?.digest === digest) return known.projection;
    const projection = decodeProjection(bytes)[modality];
    if (!projection || (await sha256(new Uint8Array(bytes))) !== digest) {
      throw new SidestreamError(
        'build/queue',
        'A chunk arrived with a projection other than the one it names. Run the build again.',
      );
    }
    this.#projections.set(modality, { digest, projection });
    return projection;
  }
}

/** @param taps taps of `count` items, [count * width] each @param projection null for raw taps */
function payloads(taps: RawTaps, count: number, projection: Projection | null): Uint8Array[] {
  if (count === 0) return [];
  if (projection) return rowsPayloads(projection, taps);
  // In sequence, as float32.
  return Array.from({ length: count }, (_, n) => littleEndian(...taps.map((tap) => rowOf(tap, n, tap.length / count))));
}

/** Taps of individually encoded items, joined into one batch. */
function joined(items: RawTaps[]): RawTaps {
  return (items[0] ?? []).map((first, t) => {
    const tap = new Float32Array(items.length * first.length);
    for (const [n, item] of items.entries()) tap.set(item[t], n * first.length);
    return tap;
  });
}

const rowOf = (tap: Float32Array, row: number, width: number): Float32Array =>
  tap.subarray(row * width, (row + 1) * width);

function textOf(input: string | Uint8Array): string {
  if (typeof input === 'string') return input;
  throw new Error('a text came as bytes');
}
