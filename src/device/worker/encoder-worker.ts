import * as Comlink from 'comlink';
import { type Item, itemText, itemTexts, type Modality } from '../../core/catalog';
import { quantizeRow } from '../../core/common/bytes';
import { seededRandom } from '../../core/common/random';
import { trustedScript } from '../../core/common/trusted-script';
import {
  decodeProjection,
  type Encoder,
  joinedRow,
  lexicalTerms,
  lexicalVector,
  type Projection,
  project,
  type RawTaps,
} from '../../core/encoders';
import { createWebEncoder, decodeImage, missingGpu } from '../../core/encoders/web';
import { SidestreamError } from '../../error';
import {
  type BundleEncoders,
  carryErrors,
  type EncoderBackend,
  type EncoderRun,
  type Progress,
  type QueryEncoder,
} from '../protocol';

/** Longest side of a thumbnail, pixels. */
const THUMBNAIL_SIDE = 256;

carryErrors();

// Where memory may be shared, onnxruntime starts threads, from an address that a policy with Trusted Types would refuse.
globalThis.Worker &&= class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    super(trustedScript(`${address}`), options);
  }
};

/** Encodes a query by the open encoder; null before one is open. */
let encodeOpen: ((query: string | Blob, runs: EncoderRun[]) => Promise<Float32Array>) | null = null;
/** Texts without meaning, encoded by the open encoder; none for pictures. */
let noise: Float32Array[] = [];

/** The object that the encoder worker exposes. */
export type EncoderHost = typeof host;

const host = {
  /**
   * Encodes one item. Both encoders are loaded, run once and released, one after the other.
   * @returns features as in a FeatureTable with one row, and the picture scaled down, as a `data:` address; null without a picture
   */
  async encode(item: Item, picture: Blob | null, files: BundleEncoders, onProgress: (progress: Progress) => void) {
    const total = picture ? 3 : 1;
    let loaded = 0;
    const report = (): void => onProgress({ stage: 'encode', loaded: loaded++, total });
    report();
    const projections = decodeProjection(new Uint8Array(files.projection));
    const runs: EncoderRun[] = [];
    const text = await createWebEncoder(files.text.preset, files.text);
    const textTaps = await timed(text, itemText(item, files.recipe), runs);
    await text.release();
    report();
    let imageTaps: RawTaps | null = null;
    let thumbnail: string | null = null;
    if (picture) {
      const { preset } = files.image;
      const pixels = await decodeImage(picture, preset);
      thumbnail = await thumbnailOf(picture);
      report();
      const image = await createWebEncoder(preset, files.image);
      imageTaps = await timed(image, pixels, runs);
      await image.release();
      report();
    }
    // Like the bundle's, the features of an added item have the content taps only.
    const contentOf = (modality: Modality, taps: RawTaps | null): Float32Array => {
      const { preset } = files[modality];
      const rows = projected(projections[modality], taps, preset.taps.length, files.dim);
      return rows.slice(preset.contentTap * files.dim, (preset.contentTap + 1) * files.dim);
    };
    const rows = [contentOf('text', textTaps), contentOf('image', imageTaps)];
    const { lexical } = projections;
    if (lexical) {
      const [encoded] = rows;
      const words = lexicalVector(lexical.encoder, lexicalTerms(itemTexts(item, files.recipe, lexical.share === 0)));
      encoded.set(joinedRow(encoded, words, lexical.share));
    }
    return { ...quantized(rows, files.dim), thumbnail, runs };
  },

  /** Loads an encoder, which is kept for queries until the worker ends. */
  async openQueries({ modality, preset, encoder, projection: bytes, tap }: QueryEncoder): Promise<void> {
    const { lexical, ...projections } = decodeProjection(new Uint8Array(bytes));
    const projection = projections[modality];
    if (projection && preset.modality === 'text') {
      const { dim, taps } = projection;
      const text = encoder && (await createWebEncoder(preset, encoder));
      encodeOpen = async (query, runs) => {
        const words = `${query}`;
        const encoded = projected(projection, text && (await timed(text, words, runs)), taps.length, dim);
        const values = encoded.slice(tap * dim, (tap + 1) * dim);
        if (!lexical) return values;
        const read = lexicalVector(lexical.encoder, lexicalTerms([{ text: words, weight: 1 }]));
        return joinedRow(values, read, lexical.share);
      };
      const encode = encodeOpen;
      noise = [];
      for (const words of noiseTexts()) noise.push(await encode(words, []));
    } else if (projection && preset.modality === 'image' && encoder) {
      const { dim, taps } = projection;
      const image = await createWebEncoder(preset, encoder);
      encodeOpen = async (query, runs) => {
        if (typeof query === 'string')
          throw new SidestreamError('encoder/bad-image', 'find(): the query is no picture.');
        return projected(projection, await timed(image, await decodeImage(query, preset), runs), taps.length, dim);
      };
    } else {
      const message = `The bundle has no ${modality} encoder. Build it without --no-encoders.`;
      throw new SidestreamError('encoder/missing', message);
    }
  },

  /** Encodes words or a picture, whichever encoder is open. @returns values as in `QueryVector` */
  async encodeQuery(query: string | Blob) {
    if (!encodeOpen) throw new SidestreamError('encoder/failed', 'No encoder is open for queries. Search again.');
    const runs: EncoderRun[] = [];
    return { values: await encodeOpen(query, runs), noise, runs };
  },
};

/** Number of texts without meaning. */
const NOISE_TEXTS = 16;

/** Texts of two or three random words, each of 4 to 9 random letters. */
function noiseTexts(): string[] {
  const random = seededRandom(16);
  const below = (count: number): number => Math.floor(random() * count);
  const word = (): string => Array.from({ length: 4 + below(6) }, () => (10 + below(26)).toString(36)).join('');
  return Array.from({ length: NOISE_TEXTS }, () => Array.from({ length: 2 + below(2) }, word).join(' '));
}

/** Encodes one input, and adds to `runs` what ran, where and for how long. */
async function timed<Input>(encoder: Encoder<Input>, input: Input, runs: EncoderRun[]): Promise<RawTaps> {
  const started = performance.now();
  const taps = await encoder.encode([input]);
  const milliseconds = Math.round(performance.now() - started);
  const backend: EncoderBackend = encoder.backend === 'webgpu' ? 'webgpu' : 'wasm';
  const reason = backend === 'webgpu' ? null : ((await missingGpu()) ?? 'WebGPU failed');
  const { modality, name } = encoder.preset;
  runs.push({ modality, encoder: name, backend, reason, milliseconds });
  return taps;
}

/** Rows of one modality; zeros without input. @returns [taps * dim] */
function projected(projection: Projection | undefined, taps: RawTaps | null, count: number, dim: number): Float32Array {
  if (!taps || !projection) return new Float32Array(count * dim);
  const rows = project(projection, taps);
  if (rows.every(Number.isFinite)) return rows;
  throw new SidestreamError(
    'encoder/failed',
    'The encoder returned non-finite values. Try again; if it repeats, report the picture and the browser.',
  );
}

/** @param rows [dim] each */
function quantized(rows: readonly Float32Array[], dim: number) {
  const values = new Int8Array(rows.length * dim);
  return { values, scales: Float32Array.from(rows, (row, n) => quantizeRow(row, values, n * dim)) };
}

/** A picture scaled down, as a `data:` address that the page can show and IndexedDB can store. */
async function thumbnailOf(picture: Blob): Promise<string> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, bitmap.width * scale), Math.max(1, bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  // Safari has no WebP encoder and returns PNG, which the page shows as well.
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
  return new FileReaderSync().readAsDataURL(blob);
}

Comlink.expose(host);
