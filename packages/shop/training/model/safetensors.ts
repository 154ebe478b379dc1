import * as v from 'valibot';
import { listReader, littleEndian } from '../../../../src/core/common/bytes';
import { fitting } from '../../../../src/core/common/schema';
import { SidestreamError } from '../../../../src/error';
import type { Weight, Weights } from './weights';

/** Bytes of a number. */
const WIDTH = 4;

/** Maximum size of the JSON header, the same as the format's limit. */
const MAX_HEADER = 100_000_000;

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.object({
  dtype: v.literal('F32', 'must be F32'),
  shape: v.pipe(v.array(size), v.maxLength(6)),
  data_offsets: v.strictTuple([size, size]),
});
const metadataSchema = v.record(v.string(), v.string());
const headerSchema = v.record(v.string(), v.unknown());

const bad = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'model/bad-weights',
    `The weights are not a valid safetensors file: ${reason}. Save or fetch them again.`,
    { cause },
  );

/**
 * Writes weights as safetensors (little-endian, names in sorted order, so equal weights give equal bytes).
 * @param metadata free text pairs, kept under `__metadata__`
 */
export function encodeSafetensors(weights: Weights, metadata: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  const names = Object.keys(weights).sort();
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const name of names) {
    const { shape, values } = weights[name];
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.length * WIDTH] };
    offset += values.length * WIDTH;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded: the data must start on a multiple of 8.
  const headerLength = Math.ceil(text.length / 8) * 8;
  const padded = new Uint8Array(headerLength).fill(0x20);
  padded.set(text);
  return littleEndian(Uint32Array.of(headerLength, 0), padded, ...names.map((name) => weights[name].values));
}

/**
 * Reads a safetensors file of F32 weights.
 * @throws SidestreamError `model/bad-weights` when the file breaks the format
 */
export function decodeSafetensors(bytes: Uint8Array): { weights: Weights; metadata: Record<string, string> } {
  if (bytes.length < 8) throw bad('it is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(MAX_HEADER, bytes.length - 8))) throw bad('its header is longer than the file');
  const start = 8 + Number(headerLength);
  const { __metadata__: rawMetadata = {}, ...entries } = parseHeader(bytes.subarray(8, start));
  const metadata = v.safeParse(metadataSchema, rawMetadata);
  if (!metadata.success) throw bad('its metadata is not text');

  const weights: Record<string, Weight> = Object.create(null);
  const spans: [number, number][] = [];
  for (const [name, raw] of Object.entries(entries)) {
    const { shape, data_offsets } = fitting(entrySchema, raw, (what) => bad(`"${name}" ${what}`));
    const [from, to] = data_offsets;
    const length = shape.reduce((product, side) => product * side, 1);
    if (to - from !== length * WIDTH || start + to > bytes.length)
      throw bad(`the data of "${name}" does not match its shape [${shape}]`);
    weights[name] = { shape, values: listReader(bytes, start + from).floats(length) };
    spans.push([from, to]);
  }
  checkCoverage(spans, bytes.length - start);
  return { weights, metadata: metadata.output };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw bad('its header is not JSON', error);
  }
  const parsed = v.safeParse(headerSchema, header);
  if (!parsed.success || Array.isArray(header)) throw bad('its header is not an object');
  return parsed.output;
}

/** The format forbids holes and overlaps, which could hide other data. */
function checkCoverage(spans: [number, number][], total: number): void {
  let end = 0;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== end) throw bad('its data has holes or overlaps');
    end = to;
  }
  if (end !== total) throw bad('the length of its data differs from its header');
}
