import { SidestreamError } from '../../error';
import { decodeScales } from '../features/decode-features';
import { quantizeRow } from '../features/feature-table';
import { FACTOR_BLOCKS, type Factors, MOST_FACTORS, MOST_LIFT } from './factors';
import { decodeGradientMap, encodeGradientMap } from './gradient-map-file';

/** Bytes of the scales and values of a block. */
const blockBytes = (count: number, width: number): number => count * (4 + width);

/** uint32 count, a uint32 width for each block, 1 or 0 for the cold popularity, bytes of the map, and float32 lift. */
const HEADER = 4 * (4 + FACTOR_BLOCKS.length);
const COLD = HEADER - 12;
const MAP_LENGTH = HEADER - 8;
const LIFT = HEADER - 4;
/** Stands for a lift that the factors do not have. */
const NO_LIFT = -1;

/**
 * Writes factors, little-endian: uint32 count; uint32 width of the block `cooccurrence`, then of `users`, 0 for one that is
 * missing; uint32 1 where there is a cold popularity, else 0; uint32 bytes of the map, 0 where there is none; float32 lift, -1 where there is none; then for each block
 * that is there, in this order, `count` float32 scales and `count * width` int8 values; then the cold popularity as a float32
 * scale and `count` int8 values; then the map, as `encodeGradientMap` writes it.
 * @param count items
 * @param base SHA-256 of the file of the base model that the map was made with
 * @throws SidestreamError `bundle/invalid` when they are of another number of items, wider than 64, or not finite, and when
 *   there is a map and no base model
 */
export function encodeFactors(
  { blocks, coldPopularity, coldStart, map }: Factors,
  count: number,
  base?: string,
): Uint8Array<ArrayBuffer> {
  if (map && base === undefined) throw invalid('they have a map without the base model that it was made with');
  if (coldStart !== undefined && !isLift(coldStart)) throw invalid(`the lift is ${coldStart}`);
  const parts = FACTOR_BLOCKS.map((name) => {
    const [block, ...others] = blocks.filter((candidate) => candidate.name === name);
    if (!block) return { width: 0, bytes: new Uint8Array(0) };
    const { width, values } = block;
    if (others.length > 0) throw invalid(`they have more than one block \`${name}\``);
    if (!(width >= 1 && width <= MOST_FACTORS)) throw invalid(`a row has ${width} values`);
    if (values.length !== count * width) {
      throw invalid(`they are of ${values.length / width} items, the bundle has ${count}`);
    }
    if (!values.every(Number.isFinite)) throw invalid('a value is not finite');
    const bytes = new Uint8Array(blockBytes(count, width));
    const view = new DataView(bytes.buffer);
    const rows = new Int8Array(bytes.buffer, 4 * count);
    for (let row = 0; row < count; row++) {
      const from = row * width;
      view.setFloat32(4 * row, quantizeRow(values.subarray(from, from + width), rows, from), true);
    }
    return { width, bytes };
  });
  const cold = coldPopularity ? encodeCold(coldPopularity, count) : new Uint8Array(0);
  const mapped = map && base !== undefined ? encodeGradientMap(map, base) : new Uint8Array(0);
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + part.bytes.length, HEADER + cold.length + mapped.length),
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count, true);
  view.setUint32(MAP_LENGTH, mapped.length, true);
  let at = HEADER;
  for (const [n, part] of parts.entries()) {
    view.setUint32(4 * (n + 1), part.width, true);
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  view.setUint32(COLD, cold.length > 0 ? 1 : 0, true);
  view.setFloat32(LIFT, coldStart ?? NO_LIFT, true);
  bytes.set(cold, at);
  bytes.set(mapped, at + cold.length);
  return bytes;
}

function encodeCold(values: Float32Array, count: number): Uint8Array {
  if (values.length !== count)
    throw invalid(`the cold popularity is of ${values.length} items, the bundle has ${count}`);
  if (!values.every(Number.isFinite)) throw invalid('a value is not finite');
  const bytes = new Uint8Array(4 + count);
  const steps = new Int8Array(bytes.buffer, 4);
  new DataView(bytes.buffer).setFloat32(0, quantizeRow(values, steps, 0), true);
  return bytes;
}

/**
 * Reads what `encodeFactors` wrote.
 * @param file its name, for the message
 * @param base SHA-256 of the file of the base model at hand: a map that was made with another one is left out
 * @throws SidestreamError `bundle/invalid` when they are no factors, or those of another catalogue
 */
export function decodeFactors(bytes: ArrayBuffer, file: string, count: number, base?: string): Factors {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== count) throw invalid('they are of other items');
  const widths = FACTOR_BLOCKS.map((name, n) => ({ name, width: view.getUint32(4 * (n + 1), true) }));
  if (widths.some(({ width }) => width > MOST_FACTORS)) throw invalid('a row is too wide');
  const present = widths.filter(({ width }) => width > 0);
  const cold = view.getUint32(COLD, true);
  if (cold > 1) throw invalid('the cold popularity is marked by another number than 0 or 1');
  const lift = view.getFloat32(LIFT, true);
  if (lift !== NO_LIFT && !isLift(lift)) throw invalid(`the lift is ${lift}`);
  const coldBytes = cold * (4 + count);
  const mapBytes = view.getUint32(MAP_LENGTH, true);
  const length = present.reduce((sum, { width }) => sum + blockBytes(count, width), HEADER + coldBytes + mapBytes);
  if (bytes.byteLength !== length) throw invalid('the length is wrong');
  let at = HEADER;
  const blocks = present.map(({ name, width }) => {
    const end = at + blockBytes(count, width);
    const scales = decodeScales(bytes.slice(at, at + 4 * count), file, count);
    const steps = new Int8Array(bytes, at + 4 * count, count * width);
    at = end;
    return { name, width, values: Float32Array.from(steps, (step, n) => step * scales[Math.floor(n / width)]) };
  });
  const factors: Factors = { blocks };
  if (lift !== NO_LIFT) factors.coldStart = lift;
  if (cold === 1) {
    const [scale] = decodeScales(bytes.slice(at, at + 4), file, 1);
    factors.coldPopularity = Float32Array.from(new Int8Array(bytes, at + 4, count), (step) => step * scale);
  }
  const map = mapBytes > 0 ? decodeGradientMap(bytes.slice(at + coldBytes), file, base) : null;
  if (map) factors.map = map;
  return factors;
}

/** Whether a number may be a lift; NaN may not. */
const isLift = (lift: number): boolean => lift >= 0 && lift <= MOST_LIFT;

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The factors of the items do not fit: ${what}. Train again with \`sidestream train\`.`,
  );
