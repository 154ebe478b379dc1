import type { BundleContent, BundleEncoder, Item, LocaleContent } from '../../core/catalog';
import type { Products } from '../../core/catalog/variants';
import { encodeProjection, type ImagePreset, type JoinedText, type Preset, type TextPreset } from '../../core/encoders';
import { type BuiltFeatures, buildFeatures, type FeaturesTask } from './build-features';
import type { CatalogLanguage } from './catalog-language';
import { joinLexical } from './join-lexical';
import { metered } from './meter';
import { TEXT_WEIGHTS, tunedTextWeight } from './neighbors';
import { contentNotes, similarWeights } from './similar-weights';

/** The built files of an encoder. */
export interface EncoderFiles {
  onnx: Uint8Array;
  /** Contents of the tokeniser file; text encoders only. */
  tokenizer?: string;
}

export interface ContentTask extends FeaturesTask {
  products: Products;
  language: CatalogLanguage;
  /** The same catalogue in further languages. */
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

export interface BuiltContent extends Omit<BuiltFeatures, 'features' | 'projections'> {
  bundle: BundleContent;
  /** Number of rows whose input equals another one's. */
  repeated: number;
  /** Number of pictures that could not be read. */
  rejectedPictures: number;
  /** Notes for the user about what the build decided. */
  notes: string[];
}

/**
 * Encodes a catalogue, joins its words where they tell categories apart better, and chooses the weights of text, picture and
 * category: everything of a bundle but the parts learned from logs.
 */
export async function buildContent(task: ContentTask): Promise<BuiltContent> {
  const { items, text, presets, products, language, locales, meter } = task;
  const badPictures = new Set<number>();
  const { features, projections, fitted, encoded, reused } = await buildFeatures({
    ...task,
    rejectPicture(row, reason) {
      badPictures.add(row);
      task.rejectPicture(row, reason);
    },
  });
  const { joined, sample } = await joinLexical({
    items,
    products: productRows(items, products),
    recipe: text,
    locales,
    features,
    contentTap: presets.text.contentTap,
    reads: language.warning === null,
    kept: task.lexical,
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
    repeated: rows - badPictures.size - encoded - reused,
    rejectedPictures: badPictures.size,
    notes: contentNotes(joined, similar, precision),
  };
}

/** Row of the first variant of each product. */
function productRows(items: readonly Item[], products: Products): number[] {
  const rowOf = new Map(items.map(({ id }, row) => [id, row]));
  return products.items.map(({ id }) => rowOf.get(id) ?? 0);
}

function bundleEncoder(
  preset: TextPreset | ImagePreset,
  contentWeight: number,
  files: EncoderFiles | undefined,
): BundleEncoder {
  const tokenizer = files?.tokenizer === undefined ? undefined : new TextEncoder().encode(files.tokenizer);
  return {
    preset: preset.name,
    digest: preset.digest,
    taps: preset.taps.map((tap) => tap.name),
    contentTap: preset.contentTap,
    contentWeight,
    ...(files ? { files: { onnx: files.onnx, ...(tokenizer ? { tokenizer } : {}), ...settingsOf(preset) } } : {}),
  };
}

/** Browsers have the package's presets; any other preset is stored in the bundle. */
const settingsOf = (preset: Preset): { settings?: Record<string, unknown> } =>
  preset.source.kind === 'npm' ? {} : { settings: preset };
