import { sha256 } from '../../../src/core/common/bytes';
import { codeOf, messageOf } from '../../../src/core/common/text';
import type { Framing, Preset } from '../../../src/core/encoders';
import {
  alone,
  type Batching,
  createTokenizer,
  type EncoderFiles,
  type EncoderOf,
  EncoderSession,
  equalLengths,
  equalLengthsInPairs,
  framed,
  type ImageEncoder,
  type IntTensor,
  imageEncoder,
  type Pixels,
  type RawTaps,
  runTokens,
  type TextEncoder,
  type Tokenizer,
  textEncoder,
} from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';

/**
 * An encoder on onnxruntime-node. On one thread, a text gets the same bits whatever texts are encoded with it.
 * @param options threads of one run. Default: as many as the machine has cores
 * @throws SidestreamError `encoder/missing` when the file does not match the preset, or a text encoder lacks its tokeniser;
 *   `encoder/failed` when the session cannot be created; `encoder/not-installed`
 */
export function createNodeEncoder<P extends Preset>(
  preset: P,
  files: EncoderFiles,
  options?: { threads?: number },
): Promise<EncoderOf<P>>;
export async function createNodeEncoder(
  preset: Preset,
  files: EncoderFiles,
  { threads }: { threads?: number } = {},
): Promise<TextEncoder | ImageEncoder> {
  const { InferenceSession, Tensor } = await loadOnnxruntime();
  const digest = await sha256(new Uint8Array(files.onnx));
  if (digest !== preset.digest)
    throw missing(preset, `models/${preset.name}.onnx is not the file that its preset names`);
  const open = () =>
    InferenceSession.create(files.onnx, {
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    });
  if (preset.modality === 'image') {
    const session = await EncoderSession.create(preset, open, ['node']);
    return imageEncoder(preset, session, (data, dims) => new Tensor('float32', data, dims));
  }
  if (files.tokenizer === undefined) throw missing(preset, `models/${preset.name}.tokenizer.json is missing`);
  const tokenizer = createTokenizer(files.tokenizer, preset);
  const session = await EncoderSession.create(preset, open, ['node']);
  const tensor: IntTensor = (data, dims) => new Tensor('int32', data, dims);
  const batching = await exactBatching({ tokenizer, session, tensor });
  return textEncoder(preset, tokenizer, session, tensor, batching);
}

function missing({ name }: Preset, what: string): SidestreamError {
  return new SidestreamError('encoder/missing', `${what}. Run "sidestream encoders add ${name}".`);
}

/** Lengths of the test texts: the shortest, and one that does not fill a vector register evenly. */
const LENGTHS = [1, 13];
const TEXTS = 5;

/**
 * The batches in which this runtime always computes the same bits for a text. Libraries differ by processor and operator, so
 * a few synthetic texts of equal length are run in several ways. The shape of a batch may change the order of sums and
 * therefore their rounding; with equal lengths it seldom does, with padding it would.
 */
export async function exactBatching(encoder: {
  tokenizer: Tokenizer;
  session: EncoderSession;
  tensor: IntTensor;
}): Promise<Batching> {
  let same = true;
  for (const length of LENGTHS) {
    const texts = Array.from({ length: TEXTS }, (_, n) => Array.from({ length }, (_, i) => 1 + ((7 * n + 3 * i) % 50)));
    const together = await runTokens(texts, encoder);
    const last = TEXTS - 1;
    const single = await runTokens([texts[last]], encoder);
    const pair = await runTokens([texts[last], texts[last]], encoder);
    if (!equalRows(together, last, pair, 1)) return alone;
    same &&= equalRows(together, last, single, 0);
  }
  return same ? equalLengths : equalLengthsInPairs;
}

function equalRows(a: RawTaps, row: number, b: RawTaps, other: number): boolean {
  return a.every((tap, t) => {
    const width = tap.length / TEXTS;
    const bits = (values: Float32Array, from: number) =>
      new Uint32Array(values.buffer, values.byteOffset + 4 * from * width, width);
    const expected = bits(tap, row);
    return bits(b[t], other).every((word, d) => word === expected[d]);
  });
}

/**
 * Decodes a picture (PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG), turns it upright, fits it into the encoder's square and fills
 * the rest and transparent areas with white.
 * @param framing the framing fields of the image preset; letterboxed by default
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`, `encoder/not-installed`
 */
export async function decodeImage(bytes: Uint8Array, framing: Framing): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    const upright = sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb');
    const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return framed({ width, height, channels: 3, data: channels === 3 ? data : repeated(data, channels) }, framing);
  } catch (cause) {
    const message = `The picture cannot be decoded (${messageOf(cause)}). Use a PNG, JPEG, WebP or AVIF file.`;
    throw new SidestreamError('encoder/bad-image', message, { cause });
  }
}

/** The bytes of a grey picture three times. @param channels bytes of a pixel */
function repeated(bytes: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array((3 * bytes.length) / channels);
  for (let pixel = 0; pixel * channels < bytes.length; pixel++)
    out.fill(bytes[pixel * channels], 3 * pixel, 3 * pixel + 3);
  return out;
}

/**
 * The optional peer dependencies that encode products in Node. Both are large and native, and a page does not need them, so
 * only machines that build bundles install them.
 */
const REMEDY = /[\\/]_npx[\\/]/.test(import.meta.url)
  ? // npx runs a package in a folder of its own, which does not see the packages of the shop.
    'Name them to npx: "npx --ignore-scripts --package <Sidestream> --package onnxruntime-node --package sharp sidestream …"'
  : 'Run "npm i -D onnxruntime-node sharp --ignore-scripts" in this folder';

/** @throws SidestreamError `encoder/not-installed` */
export const loadOnnxruntime = (): Promise<typeof import('onnxruntime-node')> =>
  import('onnxruntime-node').catch(notLoaded('onnxruntime-node'));

/** @throws SidestreamError `encoder/not-installed` */
const loadSharp = (): Promise<typeof import('sharp')['default']> =>
  import('sharp').then(({ default: sharp }) => sharp, notLoaded('sharp'));

/**
 * The libraries that compute features in Node, with versions: another version may round differently.
 * @throws SidestreamError `encoder/not-installed`
 */
export async function nodeRuntime(): Promise<string> {
  const [{ env }, sharp] = await Promise.all([loadOnnxruntime(), loadSharp()]);
  return `onnxruntime ${env.versions.node ?? env.versions.common}, libvips ${sharp.versions.vips}`;
}

function notLoaded(name: string): (cause: unknown) => never {
  return (cause) => {
    const fault = codeOf(cause) === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : 'does not load';
    const message = `Encoding products in Node needs ${name}, which ${fault}. ${REMEDY}; the binaries for CPUs are inside the packages, no install script is needed.`;
    throw new SidestreamError('encoder/not-installed', message, { cause });
  };
}
