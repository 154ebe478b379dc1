import {
  addLearned,
  type BundleEncoder,
  createTable,
  describeRefusal,
  type FeatureTable,
  type Item,
  inventory,
  itemText,
  type Manifest,
  type Refusal,
  type TextRecipe,
  writeBundle,
} from '../catalog';
import {
  DEFAULT_PRESETS,
  encodeProjection,
  fitProjection,
  type ImagePreset,
  type Preset,
  type Projection,
  type TextPreset,
} from '../encoders';
import { createNodeEncoder, decodeImage, type EncoderFiles } from '../encoders/node';
import { SidestreamError } from '../error';
import { type FileCompanions, fileCompanions } from './build-companions';
import { tunedTextWeight } from './content-weight';
import { encodeItems } from './encode-items';
import { readEncoder } from './encoders-add';
import { folderFetch, folderSink, removeStale } from './folder-bundle';
import type { Meter } from './meter';
import { createPictures, type PictureOptions } from './pictures';
import { leftOut, previousBundle } from './previous-bundle';
import { collectFeed, type ReadFeedOptions, refusedStrictly } from './read-feed';

/** Width D of every projected tap. */
const DIM = 128;

export interface BuildRequest {
  /** Files, folders and addresses of the feed. */
  catalog: string | readonly string[];
  /** How they are read. */
  feed?: Pick<ReadFeedOptions, 'mapping' | 'strict'>;
  /** Folder of the pictures that are named by file; without it only those named by address are encoded. */
  images?: string;
  /** How pictures named by address are fetched. */
  pictures?: Omit<PictureOptions, 'folder'>;
  /** Folder of the bundle. */
  out: string;
  /** Put before the name of every picture. */
  imageBase: string;
  text: TextRecipe;
  /** Folder of the encoders' built files. */
  models: string;
  /** The encoders. Default: those of the package. */
  presets?: { text: TextPreset; image: ImagePreset };
  /** Whether the bundle gets a copy of them. */
  encoders: boolean;
  /** Files of links and of orders, for the placement `complement`. */
  links?: string;
  orders?: string;
  meter: Meter;
}

export interface BuildResult {
  items: number;
  withoutPicture: number;
  /** Of the whole bundle. */
  bytes: number;
  /** Everything that was refused: rows, which are left out, and pictures, whose items are kept by their text. */
  refused: Refusal[];
  refusedRows: number;
  refusedPictures: number;
  /** What could not be kept of the bundle that was in the folder, in sentences. */
  notes: string[];
  /** What was read from which files, in sentences. */
  summary: string[];
  manifest: Manifest;
}

/**
 * Builds a bundle from a feed. In the folder of an older one, what that had learned stays where it fits.
 * @throws SidestreamError what `readFeed` throws; `catalog/empty` no row was good; with `strict` `catalog/refused` a
 *   picture cannot be read; `encoder/missing` the encoders have not been prepared
 */
export async function buildBundle(request: BuildRequest): Promise<BuildResult> {
  const catalog = [request.catalog].flat();
  const { items, places, refused, refusedRows, summary } = await collectFeed(catalog, request.feed);
  if (items.length === 0) {
    const first = refused[0] ? ` The first row refused: ${describeRefusal(refused[0])}.` : '';
    throw new SidestreamError(
      'catalog/empty',
      `${catalog.join(', ')} has no usable product, so nothing was built.${first}`,
    );
  }
  const presets = request.presets ?? DEFAULT_PRESETS;
  // A bad file is better found before the encoding than after.
  const companions = await companionsOf(request, items);
  const files = {
    text: await readEncoder(presets.text, request.models),
    image: await readEncoder(presets.image, request.models),
  };
  const taps = { text: presets.text.taps.length, image: presets.image.taps.length };
  const features = createTable({ dim: DIM, taps }, items.length);
  const notes: string[] = [];
  const digests = { text: presets.text.digest, image: presets.image.digest };
  const recipe = { text: request.text, dim: DIM, digests };
  const previous = await previousBundle(request.out, recipe, (line) => notes.push(line));
  const fixed = previous?.projections ?? {};
  const text = await encodeTexts(items, features, files.text, { ...request, presets }, fixed.text);
  const pictures = await encodePictures({
    items,
    places,
    features,
    files: files.image,
    request: { ...request, presets },
    fixed: fixed.image,
  });
  if (pictures.stale > 0) notes.push(`${pictures.stale} pictures come from the cache: their server did not answer.`);
  const weight = tunedTextWeight(
    features,
    { text: presets.text.contentTap, image: presets.image.contentTap },
    items.map((item) => item.category),
  );

  const bundle = {
    items: items.map((item, row) => withImage(item, request.imageBase, !pictures.bad.has(row))),
    features,
    text: request.text,
    encoders: {
      text: bundleEncoder(presets.text, files.text, weight, request.encoders),
      image: bundleEncoder(presets.image, files.image, Number((1 - weight).toFixed(2)), request.encoders),
    },
    projection: encodeProjection({ text, image: pictures.projection }),
  };
  const sink = await folderSink(request.out);
  const written = await writeBundle(bundle, sink, { previous: previous ?? undefined });
  const manifest = companions ? await addLearned(written, { companions: companions.table }, sink) : written;
  notes.push(...(companions?.notes ?? []));
  await removeStale(request.out, manifest);
  const lost = previous && leftOut(previous.manifest, manifest);
  if (lost) notes.push(lost);
  return {
    items: items.length,
    withoutPicture: bundle.items.filter((item) => item.image === undefined).length,
    bytes: (await inventory(manifest, folderFetch(request.out))).reduce((sum, file) => sum + file.bytes, 0),
    refused: [...refused, ...pictures.bad.values()],
    summary,
    refusedRows,
    refusedPictures: pictures.bad.size,
    notes,
    manifest,
  };
}

async function companionsOf({ links, orders }: BuildRequest, items: Item[]): Promise<FileCompanions | null> {
  return links === undefined && orders === undefined ? null : fileCompanions({ links, orders }, items);
}

async function encodeTexts(
  items: Item[],
  features: FeatureTable,
  files: EncoderFiles,
  { text, meter, presets }: Required<Pick<BuildRequest, 'text' | 'meter' | 'presets'>>,
  fixed: Projection | undefined,
): Promise<Projection> {
  const encoder = await createNodeEncoder(presets.text, files);
  meter.start('Texts', items.length);
  try {
    const projection = await encodeItems({
      modality: 'text',
      encoder,
      rows: items.map((_, row) => row),
      load: async (row) => itemText(items[row], text),
      features,
      projection: fixed,
      advance: meter.advance,
    });
    return projection ?? emptyProjection(presets.text);
  } finally {
    meter.stop();
    await encoder.release();
  }
}

interface EncodePictures {
  items: Item[];
  /** Where the items stand in the feed. */
  places: Pick<Refusal, 'file' | 'line'>[];
  features: FeatureTable;
  files: EncoderFiles;
  request: BuildRequest & Required<Pick<BuildRequest, 'presets'>>;
  /** Projection to use; fitted when absent. */
  fixed?: Projection;
}

/** `bad` holds, by row, the pictures that could not be read; `stale` counts those that could not be asked for again. */
async function encodePictures(
  task: EncodePictures,
): Promise<{ projection: Projection; bad: Map<number, Refusal>; stale: number }> {
  const { items, places, features, fixed } = task;
  const { images, meter, feed } = task.request;
  const pictures = createPictures({ ...task.request.pictures, folder: images });
  const bad = new Map<number, Refusal>();
  const rows = items.flatMap(({ image }, row) => (image && pictures.reachable(image) ? [row] : []));
  const preset = task.request.presets.image;
  if (rows.length === 0) return { projection: fixed ?? emptyProjection(preset), bad, stale: 0 };
  const load = async (row: number) => {
    try {
      return await decodeImage(await pictures.read(items[row].image ?? ''), preset);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const refusal = { ...places[row], id: items[row].id, field: 'image', reason };
      if (feed?.strict) throw refusedStrictly(refusal);
      bad.set(row, refusal);
      return null;
    }
  };
  const encoder = await createNodeEncoder(preset, task.files);
  meter.start('Pictures', rows.length);
  try {
    const { advance } = meter;
    const projection = await encodeItems({
      modality: 'image',
      encoder,
      rows,
      load,
      features,
      projection: fixed,
      advance,
    });
    return { projection: projection ?? emptyProjection(preset), bad, stale: pictures.stale };
  } finally {
    meter.stop();
    await encoder.release();
  }
}

/** The projection of a modality that no item has: everything becomes zero, which means missing. */
const emptyProjection = (preset: Preset): Projection =>
  fitProjection(
    preset.taps.map(({ width }) => new Float32Array(width)),
    1,
    { dim: DIM },
  );

/** The item as the page sees it: a picture whose file could not be read is not shown either. */
function withImage(item: Item, imageBase: string, readable: boolean): Item {
  const { image, ...rest } = item;
  if (!image) return rest;
  if (/^([a-z][a-z\d+.-]*:|\/)/i.test(image)) return item;
  return readable ? { ...rest, image: `${imageBase}${image}` } : rest;
}

function bundleEncoder(preset: Preset, files: EncoderFiles, contentWeight: number, withFiles: boolean): BundleEncoder {
  const tokenizer = files.tokenizer === undefined ? undefined : new TextEncoder().encode(files.tokenizer);
  return {
    preset: preset.name,
    digest: preset.digest,
    taps: preset.taps.map((tap) => tap.name),
    contentTap: preset.contentTap,
    contentWeight,
    ...(withFiles ? { files: { onnx: files.onnx, ...(tokenizer ? { tokenizer } : {}), ...settingsOf(preset) } } : {}),
  };
}

/** A browser knows the presets of the package; any other travels with the bundle. */
const settingsOf = (preset: Preset): { settings?: Record<string, unknown> } =>
  preset.source.kind === 'npm' ? {} : { settings: preset };
