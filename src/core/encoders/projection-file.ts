import { SidestreamError } from '../../error';
import type { LexicalEncoder } from './lexical';
import type { Projection, TapProjection } from './projection';

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
  const floats = taps.reduce((sum, tap) => sum + 2 * tap.width + tap.matrix.length, 0);
  const { lexical } = projections;
  const own = 4 * (HEADER_WORDS + taps.length + floats);
  const view = new DataView(new ArrayBuffer(own + (lexical ? lexicalBytes(lexical.encoder) : 0)));
  const header = [
    MAGIC,
    lexical ? VERSION_WITH_LEXICAL : VERSION,
    ...present.flatMap((p) => (p ? [p.dim, p.taps.length] : [0, 0])),
  ];
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
  if (lexical) writeLexical(lexical, view, offset);
  return new Uint8Array(view.buffer);
}

const lexicalBytes = ({ terms, dim }: Pick<LexicalEncoder, 'terms' | 'dim'>): number =>
  4 * LEXICAL_WORDS + terms.length * (8 + dim);

function writeLexical({ share, encoder: { dim, terms, scales, rows } }: JoinedText, view: DataView, at: number): void {
  view.setFloat32(at, share, true);
  view.setUint32(at + 4, dim, true);
  view.setUint32(at + 8, terms.length, true);
  const from = at + 4 * LEXICAL_WORDS;
  for (const [n, term] of terms.entries()) view.setUint32(from + 4 * n, term, true);
  for (const [n, scale] of scales.entries()) view.setFloat32(from + 4 * (terms.length + n), scale, true);
  new Int8Array(view.buffer, view.byteOffset + from + 8 * terms.length).set(rows);
}

/** Reads the lexical encoder at the end of a file. */
function readLexical(view: DataView, at: number): JoinedText {
  if (view.byteLength < at + 4 * LEXICAL_WORDS) throw invalid('it ends before the lexical encoder');
  const share = Number(view.getFloat32(at, true).toFixed(4));
  const [dim, count] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
  const from = at + 4 * LEXICAL_WORDS;
  if (
    !(share >= 0 && share < 1) ||
    count > MAX_TERMS ||
    dim > MAX_DIM ||
    view.byteLength !== from + count * (8 + dim)
  ) {
    throw invalid('its lexical encoder does not match its header');
  }
  const terms = Uint32Array.from({ length: count }, (_, n) => view.getUint32(from + 4 * n, true));
  const scales = Float32Array.from({ length: count }, (_, n) => view.getFloat32(from + 4 * (count + n), true));
  if (terms.some((term, n) => n > 0 && term <= terms[n - 1]) || !scales.every((scale) => scale >= 0 && scale < 1e30)) {
    throw invalid('the terms or scales of its lexical encoder are invalid');
  }
  const rows = new Int8Array(view.buffer.slice(view.byteOffset + from + 8 * count, view.byteOffset + view.byteLength));
  return { share, encoder: { dim, terms, scales, rows } };
}

/**
 * Reads the output of `encodeProjection`.
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeProjection(bytes: ArrayBuffer | Uint8Array): Projections {
  const view =
    bytes instanceof Uint8Array ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length) : new DataView(bytes);
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

  let offset = 4 * (HEADER_WORDS + count);
  const read = (length: number) => {
    const start = offset;
    offset += 4 * length;
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = view.getFloat32(start + 4 * i, true);
    return values;
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
  return version === VERSION ? projections : { ...projections, lexical: readLexical(view, end) };
}

function invalid(what: string): SidestreamError {
  return new SidestreamError('bundle/invalid', `The projection file cannot be read: ${what}. Build the bundle again.`);
}
