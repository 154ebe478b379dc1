import { SidestreamError } from '../error';
import type { Projection, TapProjection } from './projection';

/** The projections of a bundle; a modality without encoder is left out. */
export interface Projections {
  text?: Projection;
  image?: Projection;
}

/*
 * The file: 32-bit little-endian words throughout. Header: magic, version, then per modality (text, image) D and the
 * number of taps (0 and 0 when absent). Widths of all taps follow, text first, then for each tap in the same order
 * float32 mean [width], deviation [width] and matrix [D, width].
 */
/** "SSPJ" */
const MAGIC = 0x4a505353;
const VERSION = 1;
const MODALITIES = ['text', 'image'] as const;
const HEADER_WORDS = 2 + 2 * MODALITIES.length;

/** Writes projections as the bundle's projection file. */
export function encodeProjection(projections: Projections): Uint8Array<ArrayBuffer> {
  const present = MODALITIES.map((name) => projections[name]);
  const taps = present.flatMap((projection) => projection?.taps ?? []);
  const floats = taps.reduce((sum, tap) => sum + 2 * tap.width + tap.matrix.length, 0);
  const view = new DataView(new ArrayBuffer(4 * (HEADER_WORDS + taps.length + floats)));
  const header = [MAGIC, VERSION, ...present.flatMap((p) => (p ? [p.dim, p.taps.length] : [0, 0]))];
  for (const [i, word] of [...header, ...taps.map((tap) => tap.width)].entries()) view.setUint32(4 * i, word, true);
  let offset = 4 * (HEADER_WORDS + taps.length);
  for (const { mean, deviation, matrix } of taps) {
    for (const values of [mean, deviation, matrix]) {
      for (const value of values) {
        view.setFloat32(offset, value, true);
        offset += 4;
      }
    }
  }
  return new Uint8Array(view.buffer);
}

/**
 * Reads what `encodeProjection` wrote.
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeProjection(bytes: ArrayBuffer | Uint8Array): Projections {
  const view =
    bytes instanceof Uint8Array ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length) : new DataView(bytes);
  if (view.byteLength < 4 * HEADER_WORDS || view.getUint32(0, true) !== MAGIC)
    throw invalid('it does not start as one');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw invalid(`it has version ${version}, not ${VERSION}`);
  const word = (i: number) => view.getUint32(4 * i, true);
  const shapes = MODALITIES.map((_, m) => ({ dim: word(2 + 2 * m), taps: word(3 + 2 * m) }));
  const count = shapes.reduce((sum, { taps }) => sum + taps, 0);
  if (view.byteLength < 4 * (HEADER_WORDS + count)) throw invalid('it ends inside its header');
  const widths = Array.from({ length: count }, (_, i) => word(HEADER_WORDS + i));
  const dims = shapes.flatMap(({ dim, taps }) => new Array<number>(taps).fill(dim));
  const floats = widths.reduce((sum, width, i) => sum + width * (2 + dims[i]), 0);
  if (view.byteLength !== 4 * (HEADER_WORDS + count + floats)) throw invalid('its length does not fit its header');

  let offset = 4 * (HEADER_WORDS + count);
  const read = (length: number) => {
    const start = offset;
    offset += 4 * length;
    return Float32Array.from({ length }, (_, i) => view.getFloat32(start + 4 * i, true));
  };
  const taps = widths.map((width, i): TapProjection => {
    return { width, mean: read(width), deviation: read(width), matrix: read(width * dims[i]) };
  });
  const projections: Projections = {};
  let first = 0;
  for (const [m, name] of MODALITIES.entries()) {
    const { dim, taps: length } = shapes[m];
    if (length > 0) projections[name] = { dim, taps: taps.slice(first, first + length) };
    first += length;
  }
  return projections;
}

function invalid(what: string): SidestreamError {
  return new SidestreamError('bundle/invalid', `The projection file cannot be read: ${what}. Build the bundle again.`);
}
