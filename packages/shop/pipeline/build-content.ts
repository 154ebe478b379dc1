import {
  type BundleContent,
  type BundleEncoder,
  createTable,
  type FeatureTable,
  type Item,
  itemText,
  type LocaleContent,
  type TextRecipe,
} from '../../../src/core/catalog';
import type { Products } from '../../../src/core/catalog/variants';
import {
  type EncoderFiles,
  encodeProjection,
  fitProjection,
  type ImagePreset,
  type JoinedText,
  type Preset,
  type Projection,
  type Projections,
  type TextPreset,
} from '../../../src/core/encoders';
import type { CatalogLanguage } from './catalog-language';
import { type ChunkRunner, shareProjection } from './chunk';
import { encodeModality, type ModalityTask } from './encode-modality';
import type { CacheFolder } from './feature-cache';
import { joinLexical } from './join-lexical';
import { type Meter, metered } from './meter';
import { contentNotes, similarWeights, TEXT_WEIGHTS, tunedTextWeight } from './neighbors';

export interface ContentTask {
  items: Item[];
  text: TextRecipe;
  readPicture(name: string): Promise<Uint8Array>;
  pictureRows: number[];
  /** Called for a picture that cannot be read or decoded; its item then has no picture. An error thrown here ends the build. */
  rejectPicture(row: number, reason: string): void;
  presets: { text: TextPreset; image: ImagePreset };
  /** Names and versions of the libraries that decode and encode. */
  runtime: string;
  runner: ChunkRunner;
  /** Projections to use; fitted if absent. */
  fixed: Projections;
  /** Called with the table before its rows are filled: a row that is not yet encoded is zero. */
  onTable?(features: FeatureTable): void;
  onTaps?: ModalityTask['onTaps'];
  cache: CacheFolder;
  meter: Meter;
  products: Products;
  /** Currency of the prices, as a code. */
  currency: string | undefined;
  language: CatalogLanguage;
  locales: LocaleContent[];
  /** The item as pages find it. @param readable whether its picture could be read */
  placed(item: Item, readable: boolean): Item;
  /**
   * The lexical encoder of the previous bundle, which is kept; null if that has none and this one gets none; undefined to fit one.
   */
  lexical: JoinedText | null | undefined;
  /** The encoders' files, copied into the bundle; null for a bundle without them. */
  files: { text: EncoderFiles; image: EncoderFiles } | null;
}

/**
 * Encodes a catalogue, joins its words where they tell categories apart better, and chooses the weights of text, picture and
 * category: everything of a bundle but the parts learned from logs.
 */
export async function buildContent(task: ContentTask) {
  const { items, text, presets, products, language, locales, meter } = task;
  const badPictures = new Set<number>();
  const { features, projections, fitted, encoded, reused } = await buildFeatures({
    ...task,
    rejectPicture(row, reason) {
      badPictures.add(row);
      task.rejectPicture(row, reason);
    },
  });
  const rowOf = new Map(items.map(({ id }, row) => [id, row]));
  const { joined, sample } = await joinLexical({
    items,
    products: products.items.map(({ id }) => rowOf.get(id) ?? 0),
    recipe: text,
    locales,
    features,
    contentTap: presets.text.contentTap,
    reads: language.warning === null,
    kept: task.lexical,
    cache: task.cache,
    meter,
  });
  const contentTaps = { text: presets.text.contentTap, image: presets.image.contentTap };
  const { textWeight, precision } = await metered(meter, 'Text weight', TEXT_WEIGHTS.length, (advance) =>
    tunedTextWeight(sample.features, contentTaps, sample.categories, advance),
  );
  const similar = similarWeights(sample.categories, precision);
  const bundle: BundleContent = {
    items: items.map((item, row) => task.placed(item, !badPictures.has(row))),
    features,
    text,
    encoders: {
      text: bundleEncoder(presets.text, textWeight, task.files?.text),
      image: bundleEncoder(presets.image, Number((1 - textWeight).toFixed(2)), task.files?.image),
    },
    projection: encodeProjection({ ...projections, ...(joined ? { lexical: joined } : {}) }),
    ...(similar ? { similar } : {}),
    currency: task.currency,
    // A guessed language is stored only if pages must choose between languages.
    ...(language.how === 'words' && locales.length === 0 ? {} : { language: language.language }),
    locales,
  };
  const rows = items.length + task.pictureRows.length;
  return {
    bundle,
    fitted,
    encoded,
    reused,
    /** Rows whose input equals another one's. */
    repeated: rows - badPictures.size - encoded - reused,
    rejectedPictures: badPictures.size,
    notes: contentNotes(joined, similar, precision),
  };
}

function bundleEncoder(
  preset: TextPreset | ImagePreset,
  contentWeight: number,
  files: EncoderFiles | undefined,
): BundleEncoder {
  const tokenizer = files?.tokenizer === undefined ? undefined : new TextEncoder().encode(files.tokenizer);
  // Browsers have the package's presets; any other preset is stored in the bundle.
  const settings = preset.source.kind === 'npm' ? {} : { settings: preset };
  return {
    preset: preset.name,
    digest: preset.digest,
    taps: preset.taps.map((tap) => tap.name),
    contentTap: preset.contentTap,
    contentWeight,
    ...(files ? { files: { onnx: files.onnx, ...(tokenizer ? { tokenizer } : {}), ...settings } } : {}),
  };
}

/** Width D of every projected tap. */
export const DIM = 128;

/** Key that a row of one modality shares with other variants of its product; undefined for an item without a group. */
export const sharedInput = ({ group }: Pick<Item, 'group'>, input: string): string | undefined =>
  group ? `${group}\n${input}` : undefined;

async function buildFeatures(task: ContentTask) {
  const { items, text, pictureRows, presets, fixed } = task;
  const taps = { text: presets.text.taps.length, image: presets.image.taps.length };
  const features = createTable({ dim: DIM, taps }, items.length);
  task.onTable?.(features);
  const common = { ...task, features, id: (row: number) => items[row].id };
  const texts = await encodeModality({
    ...common,
    labels: { one: 'Text', many: 'Texts' },
    modality: 'text',
    preset: presets.text,
    rows: items.map((_, row) => row),
    fixed: fixed.text,
    load: async (row) => itemText(items[row], text),
    repeated: (row) => sharedInput(items[row], itemText(items[row], text)),
    reject(row, reason) {
      throw new Error(`The text of ${items[row].id} cannot be encoded: ${reason}`);
    },
  });
  const images =
    pictureRows.length > 0
      ? await encodeModality({
          ...common,
          labels: { one: 'Picture', many: 'Pictures' },
          modality: 'image',
          preset: presets.image,
          rows: pictureRows,
          fixed: fixed.image,
          load: (row) => task.readPicture(items[row].image ?? ''),
          repeated: (row) => sharedInput(items[row], items[row].image ?? ''),
          reject: task.rejectPicture,
        })
      : null;

  const fitted: Record<string, number> = {};
  const projection = async (
    modality: 'text' | 'image',
    made: Awaited<ReturnType<typeof encodeModality>> | null,
  ): Promise<Projection> => {
    const of = made?.projection ?? fixed[modality] ?? emptyProjection(presets[modality]);
    if (made?.fitted) fitted[(await shareProjection(modality, of)).digest] = made.fitted;
    return of;
  };
  return {
    features,
    projections: { text: await projection('text', texts), image: await projection('image', images) },
    fitted,
    encoded: texts.encoded + (images?.encoded ?? 0),
    reused: texts.reused + (images?.reused ?? 0),
  };
}

/** The projection of a modality that no item has: every row becomes zero, which means missing. */
const emptyProjection = (preset: Preset): Projection =>
  fitProjection(
    preset.taps.map(({ width }) => new Float32Array(width)),
    1,
    { dim: DIM },
  );
