import { SidestreamError } from '../../error';
import { decodeScales } from '../features/feature-shard';
import { quantizeRow } from '../features/feature-table';
import { FACTOR_BLOCKS, type Factors, MOST_FACTORS } from './factors';

/** Bytes of the scales and values of a block. */
const blockBytes = (count: number, width: number): number => count * (4 + width);

/** uint32 count, then a uint32 width for each block, then 1 or 0: whether there is a cold popularity. */
const HEADER = 4 * (2 + FACTOR_BLOCKS.length);
const COLD = 4 * (1 + FACTOR_BLOCKS.length);

/**
 * Writes factors, little-endian: uint32 count; uint32 width of the block `cooccurrence`, then of `users`, 0 for one that is
 * missing; uint32 1 where there is a cold popularity, else 0; then for each block that is there, in this order, `count` float32
 * scales and `count * width` int8 values; then the cold popularity as a float32 scale and `count` int8 values.
 * @param count items
 * @throws SidestreamError `bundle/invalid` when they are of another number of items, wider than 64, or not finite
 */
export function encodeFactors({ blocks, coldPopularity }: Factors, count: number): Uint8Array<ArrayBuffer> {
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
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, HEADER + cold.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count, true);
  let at = HEADER;
  for (const [n, part] of parts.entries()) {
    view.setUint32(4 * (n + 1), part.width, true);
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  view.setUint32(COLD, cold.length > 0 ? 1 : 0, true);
  bytes.set(cold, at);
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
 * @throws SidestreamError `bundle/invalid` when they are no factors, or those of another catalogue
 */
export function decodeFactors(bytes: ArrayBuffer, file: string, count: number): Factors {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== count) throw invalid('they are of other items');
  const widths = FACTOR_BLOCKS.map((name, n) => ({ name, width: view.getUint32(4 * (n + 1), true) }));
  if (widths.some(({ width }) => width > MOST_FACTORS)) throw invalid('a row is too wide');
  const present = widths.filter(({ width }) => width > 0);
  const cold = view.getUint32(COLD, true);
  if (cold > 1) throw invalid('the cold popularity is marked by another number than 0 or 1');
  const coldBytes = cold * (4 + count);
  const length = present.reduce((sum, { width }) => sum + blockBytes(count, width), HEADER + coldBytes);
  if (bytes.byteLength !== length) throw invalid('the length is wrong');
  let at = HEADER;
  const blocks = present.map(({ name, width }) => {
    const end = at + blockBytes(count, width);
    const scales = decodeScales(bytes.slice(at, at + 4 * count), file, count);
    const steps = new Int8Array(bytes, at + 4 * count, count * width);
    at = end;
    return { name, width, values: Float32Array.from(steps, (step, n) => step * scales[Math.floor(n / width)]) };
  });
  if (cold === 0) return { blocks };
  const [scale] = decodeScales(bytes.slice(at, at + 4), file, 1);
  const coldPopularity = Float32Array.from(new Int8Array(bytes, at + 4, count), (step) => step * scale);
  return { blocks, coldPopularity };
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The factors of the items do not fit: ${what}. Train again with \`sidestream train\`.`,
  );
