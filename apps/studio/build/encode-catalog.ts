import {
  buildContent,
  nearest,
  singleCurrency,
  type Vectors,
  vectorsOf,
  writeChecked,
} from '../../../packages/shop/pipeline';
import {
  type ContentBlend,
  type FeatureTable,
  type Item,
  inventory,
  type Manifest,
  staleNames,
  TEXT_RECIPES,
} from '../../../src/core/catalog';
import { productsOf } from '../../../src/core/catalog/variants';
import { sha256 } from '../../../src/core/common/bytes';
import { seededRandom } from '../../../src/core/common/random';
import type { EncoderFiles } from '../../../src/core/encoders';
import { DEFAULT_PRESETS, type Preset } from '../../../src/core/encoders/web';
import { SidestreamError } from '../../../src/error';
import { studioFolder } from '../files/opfs';
import { ProgressReporter } from '../progress';
import type { BundleReport, EncodeBackend, EncodeUpdate, NearestSample, PicturesReport } from '../session';
import { cacheFolder } from './cache-folder';
import { EncodePool, encodeBackend } from './encode-pool';
import { PictureStore } from './picture-store';
import type { ReadCatalog } from './read-catalog';

/** Number of products shown with their nearest, and of their nearest. */
const [SAMPLES, NEIGHBORS] = [5, 4];
/** Encoded products from which on these are chosen. */
const ENOUGH = 16;
/** Milliseconds between two looks at them while products are encoded. */
const LOOK_EVERY = 2000;

/**
 * Encodes a catalogue and writes its bundle into Studio's folder.
 * @param encoders address of the folder with the encoders' files
 * @param paused whether the work is to end: all encoded products are kept
 * @returns the report, and the pictures that could not be read
 * @throws SidestreamError `runtime/aborted` when it was paused; `store/full`; `encoder/missing`; errors of encoding
 */
export async function encodeCatalog(
  { feed, language }: ReadCatalog,
  encoders: string,
  paused: () => boolean,
  on: (update: EncodeUpdate) => void,
): Promise<{ report: BundleReport; unreadable: PicturesReport['missing'] }> {
  const started = performance.now();
  const { items } = feed;
  let backend = await encodeBackend();
  const looks = new Looks(items);
  const progress = new ProgressReporter((now) => {
    const samples = looks.due();
    on({ progress: now, backend, ...(samples ? { samples } : {}) });
  });
  progress.start('Encoders', 1);
  const presets = DEFAULT_PRESETS;
  const files = {
    text: await encoderFiles(encoders, presets.text),
    image: await encoderFiles(encoders, presets.image),
  };
  const pictures = await PictureStore.open();
  const unreadable: PicturesReport['missing'] = [];
  const changed = (now: EncodeBackend): void => {
    backend = now;
  };
  const pool = new EncodePool({ presets, files }, backend, changed, paused);
  const content = await buildContent({
    items,
    products: productsOf(items),
    text: TEXT_RECIPES[0],
    currency: singleCurrency(feed.currencies),
    language,
    locales: [],
    readPicture: (name) => pictures.read(name),
    pictureRows: items.flatMap(({ image }, row) => (image && pictures.isReachable(image) ? [row] : [])),
    placed: (item, isReadable) => pictures.placed(item, isReadable),
    rejectPicture: (row, reason) => void unreadable.push({ name: items[row].image ?? '', reason }),
    presets,
    files,
    runner: pool,
    runtime: `onnxruntime-web, ${backend.kind}`,
    fixed: {},
    lexical: undefined,
    cache: cacheFolder,
    onTable: (table) => looks.watch(table),
    onTaps: (row, taps, modality) => modality === 'text' && looks.add(row, taps[presets.text.contentTap]),
    meter: progress,
  }).finally(() => pool.close());
  const folder = await studioFolder('bundle');
  const place = { name: 'Studio', sink: folder.write, fetch: folder.fetch };
  const manifest = await writeChecked(content.bundle, place, progress);
  for (const name of await staleNames(await folder.names(), [manifest], folder.fetch)) await folder.remove(name);
  const report: BundleReport = {
    items: items.length,
    bytes: (await inventory(manifest, folder.fetch)).reduce((sum, { bytes }) => sum + bytes, 0),
    encoded: content.encoded,
    reused: content.reused,
    withoutPicture: items.filter(({ image }) => image === undefined).length + unreadable.length,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    backend,
    notes: content.notes,
    samples: looks.now(content.bundle.features, blendOf(manifest)),
  };
  return { report, unreadable };
}

const blendOf = ({ modalities }: Manifest): ContentBlend => ({
  text: { tap: modalities.text.contentTap, weight: modalities.text.contentWeight },
  image: { tap: modalities.image.contentTap, weight: modalities.image.contentWeight },
});

/** @throws SidestreamError `encoder/missing` if the files are not there, or are not those that the preset names */
async function encoderFiles(folder: string, { name, digest, modality }: Preset): Promise<EncoderFiles> {
  const read = async (file: string): Promise<Response> => {
    const missing = (why: string, cause?: unknown): SidestreamError =>
      new SidestreamError(
        'encoder/missing',
        `The encoder ${file} could not be loaded: ${why}. Check the connection, and try again; who hosts this page must host the folder “encoders”, too.`,
        { cause },
      );
    const response = await fetch(new URL(file, folder)).catch((cause) => {
      throw missing('there was no answer', cause);
    });
    if (!response.ok) throw missing(`the server answered ${response.status}`);
    return response;
  };
  const onnx = new Uint8Array(await (await read(`${name}.onnx`)).arrayBuffer());
  if ((await sha256(onnx)) !== digest) {
    const message = `The file ${name}.onnx beside this page is not the encoder that it needs. Host the files of one version of Sidestream.`;
    throw new SidestreamError('encoder/missing', message);
  }
  return modality === 'image' ? { onnx } : { onnx, tokenizer: await (await read(`${name}.tokenizer.json`)).text() };
}

/** Some products with their nearest among the encoded ones. */
class Looks {
  #rows: number[] = [];
  #table: FeatureTable | null = null;
  /** The content tap of the first texts, as the encoder gives it, by row. */
  readonly #taps = new Map<number, Float32Array>();
  #last = 0;

  constructor(private readonly items: readonly Item[]) {}

  watch(table: FeatureTable): void {
    this.#table = table;
  }

  add(row: number, tap: Float32Array): void {
    this.#taps.set(row, tap);
  }

  /** Null if too little has been encoded, or if the last look was just now. */
  due(): NearestSample[] | null {
    if (!this.#table || performance.now() - this.#last < LOOK_EVERY) return null;
    const { text, image } = DEFAULT_PRESETS;
    const blend = { text: { tap: text.contentTap, weight: 0.5 }, image: { tap: image.contentTap, weight: 0.5 } };
    const vectors = vectorsOf(this.#table, blend);
    if (!vectors.has.includes(true) && this.#taps.size < Math.min(ENOUGH, this.items.length)) return null;
    this.#last = performance.now();
    const rows = [...this.#taps.keys()];
    const samples = vectors.has.includes(true)
      ? this.#among(vectors)
      : this.#among(centred([...this.#taps.values()]), rows);
    return samples.length > 0 ? samples : null;
  }

  /** Draws anew among all products: the earlier ones came from the texts that happened to be encoded first. */
  now(table: FeatureTable, blend: ContentBlend): NearestSample[] {
    this.#rows = [];
    return this.#among(vectorsOf(table, blend));
  }

  /** @param rows of the vectors; default: all */
  #among(vectors: Vectors, rows = [...this.items.keys()]): NearestSample[] {
    if (this.#rows.length === 0) {
      const random = seededRandom(1);
      const known = rows.filter((_, n) => vectors.has[n]);
      // They stay while the encoders read, so that a user sees them get better.
      for (let n = 0; n < 4 * SAMPLES && this.#rows.length < SAMPLES; n++) {
        const row = known[Math.floor(random() * known.length)];
        if (row !== undefined && !this.#rows.includes(row)) this.#rows.push(row);
      }
    }
    return this.#rows.flatMap((row) => {
      const near = nearest(vectors, rows.indexOf(row), NEIGHBORS).map(({ index }) => this.items[rows[index]]);
      return near.length > 0 ? [{ product: this.items[row], nearest: near }] : [];
    });
  }
}

/** Unit vectors around the mean of taps: encoders put all texts into one direction, which says nothing. */
function centred(taps: readonly Float32Array[]): Vectors {
  const width = taps[0]?.length ?? 0;
  const mean = Array.from({ length: width }, (_, d) => taps.reduce((sum, tap) => sum + tap[d], 0) / taps.length);
  const values = new Float32Array(taps.length * width);
  for (const [n, tap] of taps.entries()) {
    const moved = tap.map((value, d) => value - mean[d]);
    const length = Math.hypot(...moved) || 1;
    values.set(
      moved.map((value) => value / length),
      n * width,
    );
  }
  return { count: taps.length, width, values, has: taps.map(() => true) };
}
