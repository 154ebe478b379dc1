import * as Comlink from 'comlink';
import { itemText, quantizeRow } from '../../core/catalog';
import { trustedScript } from '../../core/common/trusted-script';
import { decodeProjection, type Projection, project, type RawTaps, type TextEncoder } from '../../core/encoders';
import { createWebEncoder, decodeImage } from '../../core/encoders/web';
import { SidestreamError } from '../../error';
import { carryErrors, type EncodedFeatures, type EncoderHost } from '../protocol';

/** Longest side of a thumbnail, pixels. */
const THUMBNAIL_SIDE = 256;

carryErrors();

// Where memory may be shared, onnxruntime starts threads, from an address that a policy with Trusted Types would refuse.
globalThis.Worker &&= class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    super(trustedScript(`${address}`), options);
  }
};

/** The encoder of queries, once it is open. */
let queries: { text: TextEncoder; projection: Projection; tap: number } | null = null;

const host: EncoderHost = {
  async encode(item, picture, files, onProgress) {
    const total = picture ? 3 : 1;
    let loaded = 0;
    const report = (): void => onProgress({ stage: 'encode', loaded: loaded++, total });
    report();
    const projections = decodeProjection(new Uint8Array(files.projection));
    const text = await createWebEncoder(files.text.preset, files.text);
    const textTaps = await text.encode([itemText(item, files.recipe)]);
    await text.release();
    let { backend } = text;
    report();
    let imageTaps: RawTaps | null = null;
    let thumbnail: string | null = null;
    if (picture) {
      const { preset } = files.image;
      const pixels = await decodeImage(picture, preset);
      thumbnail = await thumbnailOf(picture);
      report();
      const image = await createWebEncoder(preset, files.image);
      imageTaps = await image.encode([pixels]);
      await image.release();
      backend = image.backend;
      report();
    }
    const rows = [
      projected(projections.text, textTaps, files.text.preset.taps.length, files.dim),
      projected(projections.image, imageTaps, files.image.preset.taps.length, files.dim),
    ];
    return { ...quantized(rows, files.dim), thumbnail, backend };
  },

  async openQueries({ preset, projection: bytes, tap, ...files }) {
    const projection = decodeProjection(new Uint8Array(bytes)).text;
    if (preset.modality !== 'text' || !projection) {
      throw new SidestreamError('encoder/missing', 'The bundle has no text encoder. Build it without --no-encoders.');
    }
    const text = await createWebEncoder(preset, files);
    queries = { text, projection, tap };
  },

  async encodeQuery(query) {
    if (!queries) throw new SidestreamError('encoder/failed', 'No encoder is open for queries. Search again.');
    const { text, projection, tap } = queries;
    const { dim, taps } = projection;
    return projected(projection, await text.encode([query]), taps.length, dim).slice(tap * dim, (tap + 1) * dim);
  },
};

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

function quantized(parts: Float32Array[], dim: number): Pick<EncodedFeatures, 'values' | 'scales'> {
  const count = parts.reduce((sum, part) => sum + part.length / dim, 0);
  const values = new Int8Array(count * dim);
  const scales = new Float32Array(count);
  let row = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += dim, row++) {
      scales[row] = quantizeRow(part.subarray(at, at + dim), values, row * dim);
    }
  }
  return { values, scales };
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
