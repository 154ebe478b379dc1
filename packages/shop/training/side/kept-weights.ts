import CRC32 from 'crc-32';
import * as v from 'valibot';
import { fromJson, listReader, littleEndian } from '../../../../src/core/common/bytes';
import { SidestreamError } from '../../../../src/error';
import type { Weight, Weights } from '../model/weights';

/** A file that a training keeps between runs, wherever that is: on a disk, or in a browser's private file system. */
export interface KeptBytes {
  name: string;
  /** The bytes of the file; null if it does not exist. */
  read(): Promise<Uint8Array | null>;
  /** Replaces it, completely or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

/*
 * The file, little-endian: uint32 CRC-32 of all that follows, uint32 length of the header, the header as JSON, and the values of all weights
 * in the order of the header, float32.
 */
const START = 8;

const headerSchema = v.object({
  format: v.string(),
  about: v.unknown(),
  shapes: v.array(v.tuple([v.string(), v.array(v.number())])),
});

const checksum = (bytes: Uint8Array): number => CRC32.buf(bytes.subarray(4)) >>> 0;

/** Weights and their description as one file that holds its own checksum: a changed bit would train on unnoticed. */
export function encodeKept(weights: Weights, format: string, about: object): Uint8Array<ArrayBuffer> {
  const shapes = Object.entries(weights).map(([name, { shape }]) => [name, shape]);
  const header = new TextEncoder().encode(JSON.stringify({ format, about, shapes }));
  const values = Object.values(weights).map((weight) => weight.values);
  const bytes = littleEndian(Uint32Array.of(0, header.length), header, ...values);
  new DataView(bytes.buffer).setUint32(0, checksum(bytes), true);
  return bytes;
}

/**
 * Reads a file of `encodeKept`.
 * @throws SidestreamError `model/bad-weights` if it is damaged, of another format, or its description does not fit the schema
 */
export function decodeKept<Schema extends v.GenericSchema>(
  bytes: Uint8Array,
  format: string,
  schema: Schema,
): { weights: Weights; about: v.InferOutput<Schema> } {
  if (bytes.length < START || listReader(bytes).uint32(1)[0] !== checksum(bytes)) throw bad('its checksum differs');
  const [, length] = listReader(bytes).uint32(2);
  const header = v.parse(headerSchema, fromJson(bytes.subarray(START, START + length)));
  if (header.format !== format) throw bad('it holds something else');
  const parsed = v.safeParse(schema, header.about);
  if (!parsed.success) throw bad(`${v.getDotPath(parsed.issues[0]) ?? 'its description'} does not fit`);
  const read = listReader(bytes, START + length);
  const weights = header.shapes.map(([name, shape]): [string, Weight] => [
    name,
    { shape, values: read.floats(shape.reduce((product, side) => product * side, 1)) },
  ]);
  return { weights: Object.fromEntries(weights), about: parsed.output };
}

const bad = (reason: string): SidestreamError =>
  new SidestreamError(
    'model/bad-weights',
    `These are not the weights that a training kept: ${reason}. Train from scratch.`,
  );
