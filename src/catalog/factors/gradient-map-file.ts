import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { decodeScales } from '../features/decode-features';
import { quantizeRow } from '../features/feature-table';
import { type GradientMap, HIGHEST_RANK, mapColumns } from './gradient-map';

const width = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536));
const headerSchema = v.strictObject({
  /** SHA-256 of the file of the base model that the map was made with. */
  base: v.string(),
  /** Number of eigenvectors. */
  rank: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HIGHEST_RANK)),
  blocks: v.pipe(v.array(v.strictObject({ name: v.string(), width })), v.minLength(1)),
});

/**
 * Writes a map, little-endian: uint32 length of the header; the header, JSON; then `rank` float32 eigenvalues, `rank` float32
 * scales, and `rank * columns` int8 values of the eigenvectors, one after the other.
 * @param base SHA-256 of the file of the base model that it was made with
 * @throws SidestreamError `bundle/invalid` when its parts do not fit together, or a value is not finite
 */
export function encodeGradientMap(map: GradientMap, base: string): Uint8Array<ArrayBuffer> {
  const { blocks, eigenvalues, eigenvectors } = map;
  const rank = eigenvalues.length;
  const columns = mapColumns(map);
  const named = blocks.map(({ name, width: wide }) => ({ name, width: wide }));
  const header = { base, rank, blocks: named };
  if (!v.is(headerSchema, header)) throw invalid('its blocks or its rank are out of bounds');
  if (eigenvectors.length !== rank * columns) throw invalid('its eigenvectors have another length than its columns');
  if (![eigenvalues, eigenvectors].every((values) => values.every(Number.isFinite))) {
    throw invalid('a value is not finite');
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const from = 4 + text.length;
  const bytes = new Uint8Array(from + rank * (8 + columns));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  const rows = new Int8Array(bytes.buffer, from + 8 * rank);
  for (let k = 0; k < rank; k++) {
    view.setFloat32(from + 4 * k, eigenvalues[k], true);
    const at = k * columns;
    const scale = quantizeRow(eigenvectors.subarray(at, at + columns), rows, at);
    view.setFloat32(from + 4 * (rank + k), scale, true);
  }
  return bytes;
}

/**
 * Reads what `encodeGradientMap` wrote.
 * @param file its name, for the message
 * @param base SHA-256 of the file of the base model at hand, if there is one
 * @returns null where it was made with another base model
 * @throws SidestreamError `bundle/invalid` when it is no map
 */
export function decodeGradientMap(bytes: ArrayBuffer, file: string, base: string | undefined): GradientMap | null {
  const from = bytes.byteLength < 4 ? Number.NaN : 4 + new DataView(bytes).getUint32(0, true);
  if (!(from <= bytes.byteLength)) throw invalid('its header is cut');
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), headerSchema),
    new TextDecoder().decode(new Uint8Array(bytes, 4, from - 4)),
  );
  if (!parsed.success) throw invalid(parsed.issues[0].message);
  const { base: own, rank, blocks } = parsed.output;
  const columns = mapColumns({ blocks });
  if (bytes.byteLength !== from + rank * (8 + columns)) throw invalid('the length is wrong');
  const values = new DataView(bytes, from);
  const eigenvalues = Float32Array.from({ length: rank }, (_, k) => values.getFloat32(4 * k, true));
  if (!eigenvalues.every(Number.isFinite)) throw invalid('an eigenvalue is not finite');
  const scales = decodeScales(bytes.slice(from + 4 * rank), file, rank);
  const steps = new Int8Array(bytes, from + 8 * rank);
  if (own !== base) return null;
  const eigenvectors = Float32Array.from(steps, (step, at) => step * scales[Math.floor(at / columns)]);
  return { blocks, eigenvalues, eigenvectors };
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The map of the experts' gradients does not fit: ${what}. Train again with \`sidestream train\`.`,
  );
