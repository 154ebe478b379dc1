import type { Modality } from '../../core/catalog';
import { quantizeRow, sha256 } from '../../core/common/bytes';
import { encodeProjection, type Projection, project, type RawTaps } from '../../core/encoders';

/** Inputs of one modality that a worker gets together. */
export interface Chunk {
  modality: Modality;
  /** Texts, or the bytes of picture files. */
  inputs: (string | Uint8Array)[];
}

/** An encoded input (see `rawPayload` and `rowsPayloads`), or the reason why it could not be encoded. */
export type ChunkOutput = { bytes: Uint8Array } | { reason: string };

/** The projection of one modality in serialised form; workers cache it by its digest. */
export interface SharedProjection {
  /** SHA-256 of `bytes`. */
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
  /**
   * @param projection null for raw taps
   * @returns one output per input, in order
   */
  run(chunk: Chunk, projection: SharedProjection | null): Promise<ChunkOutput[]>;
  close(): Promise<void>;
}

/** Serialises a projection for workers. */
export async function shareProjection(modality: Modality, projection: Projection): Promise<SharedProjection> {
  const bytes = encodeProjection({ [modality]: projection });
  return { digest: await sha256(bytes), bytes };
}

/** Raw taps of one item in sequence: float32, little-endian. */
export function rawPayload(taps: RawTaps): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * taps.reduce((sum, tap) => sum + tap.length, 0)));
  let offset = 0;
  for (const tap of taps) {
    for (const value of tap) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

/** Reads raw taps. @param widths widths of the taps, in order */
export function decodeRaw(payload: Uint8Array, widths: readonly number[]): RawTaps {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let offset = 0;
  return widths.map((width) => {
    const tap = new Float32Array(width);
    for (let d = 0; d < width; d++, offset += 4) tap[d] = view.getFloat32(offset, true);
    return tap;
  });
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
    const payload = new Uint8Array(rowsBytes({ dim, taps: taps.length }));
    const view = new DataView(payload.buffer);
    const values = new Int8Array(payload.buffer, taps.length * 4);
    for (let t = 0; t < taps.length; t++) {
      const from = n * perItem + t * dim;
      view.setFloat32(4 * t, quantizeRow(rows.subarray(from, from + dim), values, t * dim), true);
    }
    return payload;
  });
}

/** Bytes of the feature rows of one item and modality. */
export const rowsBytes = ({ dim, taps }: { dim: number; taps: number }): number => taps * (4 + dim);
