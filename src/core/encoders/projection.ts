import { SidestreamError } from '../../error';
import { listReader, littleEndian } from '../common/bytes';
import { type Eigenpairs, leadingEigenpairs, matrixOperator } from '../common/eigen';
import { type Rows, rowProducts } from '../common/row-products';
import type { LexicalEncoder } from './lexical';
import type { RawTaps } from './session';

/** How one tap becomes a row of width D: (x - mean) / deviation, then times `matrix`. */
export interface TapProjection {
  width: number;
  /** [width] */
  mean: Float32Array;
  /** [width]; 1 for values that do not vary in the catalogue. */
  deviation: Float32Array;
  /** [dim, width]; rows beyond the rank of the catalogue are zero. */
  matrix: Float32Array;
}

/** The projection of all taps of one modality. */
export interface Projection {
  /** Width D of every projected tap. */
  dim: number;
  taps: TapProjection[];
}

/** Maximum number of rows used; an even selection gives the same statistics as more rows, in a fraction of the time. */
const MAX_ROWS = 4096;
/** Variance of an axis, as a share of the first one's, below which it is only rounding error. */
const MIN_SHARE = 1e-9;
/** Of the search for the axes: the same catalogue gives the same projection. */
const SEED = 1;

/**
 * Learns, for every tap, mean and deviation of each value and the principal axes of the standardised values (PCA). The
 * axes are scaled jointly to give projected catalogue rows a mean square of 1 per dimension: taps of all depths and
 * both modalities then carry the same energy. Cosines do not depend on that scale.
 * @param rawTaps taps of the whole catalogue, [count * width] each
 * @param count number of items, at least 1
 * @param options dim: width D, default 128
 */
export const fitProjection = (rawTaps: RawTaps, count: number, { dim = 128 }: { dim?: number } = {}): Projection => ({
  dim,
  taps: rawTaps.map((tap) => fitTap(tap, count, dim)),
});

/**
 * Standardises and projects taps.
 * @param rawTaps [count * width] each, taps in the order of the projection
 * @returns [count, taps, dim], row-major: the rows of one item lie side by side
 */
export function project(projection: Projection, rawTaps: RawTaps): Float32Array {
  const { dim, taps } = projection;
  const count = rawTaps[0].length / taps[0].width;
  const rows = new Float32Array(count * taps.length * dim);
  for (const [t, { width, mean, deviation, matrix }] of taps.entries()) {
    const values = new Float64Array(count * width);
    for (let n = 0; n < count; n++) {
      for (let d = 0; d < width; d++) values[n * width + d] = (rawTaps[t][n * width + d] - mean[d]) / deviation[d];
    }
    const axes = { count: dim, length: width, values: Float64Array.from(matrix) };
    const products = rowProducts(axes, { count, length: width, values });
    for (let n = 0; n < count; n++) {
      const start = (n * taps.length + t) * dim;
      for (let p = 0; p < dim; p++) rows[start + p] = products[p * count + n];
    }
  }
  return rows;
}

function fitTap(tap: Float32Array, count: number, dim: number): TapProjection {
  const width = tap.length / count;
  const { mean, deviation } = statistics(tap, count, width);
  const step = Math.max(1, Math.ceil(count / MAX_ROWS));
  const rows = Math.ceil(count / step);
  const standard = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let d = 0; d < width; d++) {
      standard[r * width + d] = (tap[r * step * width + d] - mean[d]) / deviation[d];
    }
  }
  const { values, vectors } = principalAxes({ count: rows, length: width, values: standard }, Math.min(dim, width));
  const matrix = new Float32Array(dim * width);
  const kept = values.filter((value) => value > values[0] * MIN_SHARE);
  const energy = kept.reduce((sum, value) => sum + value, 0);
  if (energy > 0) {
    const scale = Math.sqrt(dim / energy);
    for (let i = 0; i < kept.length * width; i++) matrix[i] = vectors[i] * scale;
  }
  return { width, mean, deviation, matrix };
}

function statistics(tap: Float32Array, count: number, width: number): Pick<TapProjection, 'mean' | 'deviation'> {
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let n = 0; n < count; n++) for (let d = 0; d < width; d++) sum[d] += tap[n * width + d];
  const mean = Float32Array.from(sum, (s) => s / count);
  for (let n = 0; n < count; n++) for (let d = 0; d < width; d++) squares[d] += (tap[n * width + d] - mean[d]) ** 2;
  const spread = squares.map((s) => Math.sqrt(s / count));
  const largest = spread.reduce((max, s) => Math.max(max, s), 0);
  // Dividing by a tiny deviation would amplify noise: below a millionth of the largest one a value counts as constant.
  return { mean, deviation: Float32Array.from(spread, (s) => (s > largest * 1e-6 ? s : 1)) };
}

/**
 * The leading eigenpairs of rows^T * rows / count. If there are fewer rows than columns, they come from the smaller rows *
 * rows^T, which has the same eigenvalues. Axes beyond the rank are zero.
 */
function principalAxes(rows: Rows, axes: number): Eigenpairs {
  const columns = transposed(rows);
  const { count, length: width } = rows;
  const few = count < width ? rows : columns;
  const square = rowProducts(few, few).map((x) => x / count);
  if (few === columns) return leadingEigenpairs(matrixOperator(square, width), axes, SEED);
  const found = Math.min(axes, count);
  const { values, vectors } = leadingEigenpairs(matrixOperator(square, count), found, SEED);
  const mixed = rowProducts({ count: found, length: count, values: vectors }, columns);
  const out = new Float64Array(axes * width);
  for (let axis = 0; axis < found && values[axis] > values[0] * MIN_SHARE; axis++) {
    const row = mixed.subarray(axis * width, (axis + 1) * width);
    const largest = row.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) * Math.sign(largest);
    for (let d = 0; d < width; d++) out[axis * width + d] = row[d] / length;
  }
  return { values, vectors: out };
}

function transposed({ count, length, values }: Rows): Rows {
  const out = new Float64Array(values.length);
  for (let n = 0; n < count; n++) for (let d = 0; d < length; d++) out[d * count + n] = values[n * length + d];
  return { count: length, length: count, values: out };
}

/** How the content of a text is made of the rows of two encoders, see `joinedRow`. */
export interface JoinedText {
  /** Share of the frozen encoder, 0 to below 1. */
  share: number;
  encoder: LexicalEncoder;
}

/** The projections of a bundle; a modality without encoder is left out. */
export interface Projections {
  text?: Projection;
  image?: Projection;
  /** Absent if the content tap of the text is the frozen encoder's own. */
  lexical?: JoinedText;
}

/*
 * The file: 32-bit little-endian words, but for the bytes at its end. Header: magic, version, then per modality (text, image)
 * D and the number of taps (0 and 0 when absent). Widths of all taps follow, text first, then for each tap in the same order
 * float32 mean [width], deviation [width] and matrix [D, width]. Version 2 adds the lexical encoder: float32 share, D, number
 * of terms, then uint32 terms [terms], float32 scales [terms] and int8 rows [terms, D].
 */
/** "SSPJ" */
const MAGIC = 0x4a505353;
const [VERSION, VERSION_WITH_LEXICAL] = [1, 2];
const MODALITIES = ['text', 'image'] as const;
const HEADER_WORDS = 2 + 2 * MODALITIES.length;
const LEXICAL_WORDS = 3;
/** Terms and columns of the largest lexical encoder read: memory is allocated by these numbers. */
const [MAX_TERMS, MAX_DIM] = [65_536, 8192];

/** Writes projections as the bundle's projection file. */
export function encodeProjection(projections: Projections): Uint8Array<ArrayBuffer> {
  const present = MODALITIES.map((name) => projections[name]);
  const taps = present.flatMap((projection) => projection?.taps ?? []);
  const { lexical } = projections;
  const header = [
    MAGIC,
    lexical ? VERSION_WITH_LEXICAL : VERSION,
    ...present.flatMap((p) => (p ? [p.dim, p.taps.length] : [0, 0])),
    ...taps.map(({ width }) => width),
  ];
  return littleEndian(
    Uint32Array.from(header),
    ...taps.flatMap(({ mean, deviation, matrix }) => [mean, deviation, matrix]),
    ...(lexical ? lexicalLists(lexical) : []),
  );
}

const lexicalLists = ({ share, encoder: { dim, terms, scales, rows } }: JoinedText) => [
  Float32Array.of(share),
  Uint32Array.of(dim, terms.length),
  terms,
  scales,
  rows,
];

/** Reads the lexical encoder at the end of a file. */
function readLexical(bytes: Uint8Array, at: number): JoinedText {
  if (bytes.byteLength < at + 4 * LEXICAL_WORDS) throw invalid('it ends before the lexical encoder');
  const head = listReader(bytes, at);
  const share = Number(head.floats(1)[0].toFixed(4));
  const [dim, count] = head.uint32(2);
  const from = at + 4 * LEXICAL_WORDS;
  if (
    !(share >= 0 && share < 1) ||
    count > MAX_TERMS ||
    dim > MAX_DIM ||
    bytes.byteLength !== from + count * (8 + dim)
  ) {
    throw invalid('its lexical encoder does not match its header');
  }
  const read = listReader(bytes, from);
  const [terms, scales] = [read.uint32(count), read.floats(count)];
  if (terms.some((term, n) => n > 0 && term <= terms[n - 1]) || !scales.every((scale) => scale >= 0 && scale < 1e30)) {
    throw invalid('the terms or scales of its lexical encoder are invalid');
  }
  return { share, encoder: { dim, terms, scales, rows: read.int8(count * dim).slice() } };
}

/**
 * Reads the output of `encodeProjection`.
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeProjection(given: ArrayBuffer | Uint8Array): Projections {
  const bytes = given instanceof Uint8Array ? given : new Uint8Array(given);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.byteLength < 4 * HEADER_WORDS || view.getUint32(0, true) !== MAGIC) throw invalid('it has no magic number');
  const version = view.getUint32(4, true);
  if (version !== VERSION && version !== VERSION_WITH_LEXICAL) throw invalid(`it has the unknown version ${version}`);
  const word = (i: number) => view.getUint32(4 * i, true);
  const shapes = MODALITIES.map((_, m) => ({ dim: word(2 + 2 * m), taps: word(3 + 2 * m) }));
  const count = shapes.reduce((sum, { taps }) => sum + taps, 0);
  if (view.byteLength < 4 * (HEADER_WORDS + count)) throw invalid('it ends inside its header');
  const widths = Array.from({ length: count }, (_, i) => word(HEADER_WORDS + i));
  const dims = shapes.flatMap(({ dim, taps }) => new Array<number>(taps).fill(dim));
  const floats = widths.reduce((sum, width, i) => sum + width * (2 + dims[i]), 0);
  const end = 4 * (HEADER_WORDS + count + floats);
  const complete = version === VERSION ? view.byteLength === end : view.byteLength >= end;
  if (!complete) throw invalid('its length does not match its header');

  const read = listReader(bytes, 4 * (HEADER_WORDS + count));
  const taps = widths.map((width, i): TapProjection => {
    return { width, mean: read.floats(width), deviation: read.floats(width), matrix: read.floats(width * dims[i]) };
  });
  const projections: Projections = {};
  let first = 0;
  for (const [m, name] of MODALITIES.entries()) {
    const { dim, taps: length } = shapes[m];
    if (length > 0) projections[name] = { dim, taps: taps.slice(first, first + length) };
    first += length;
  }
  return version === VERSION ? projections : { ...projections, lexical: readLexical(bytes, end) };
}

function invalid(what: string): SidestreamError {
  return new SidestreamError('bundle/invalid', `The projection file cannot be read: ${what}. Build the bundle again.`);
}
