import * as v from 'valibot';
import { TEXT_RECIPES } from '../item';

/** Bundle format version that this code writes and reads. */
export const BUNDLE_SCHEMA = 1 as const;

export { MANIFEST_FILE } from '../../common/text';

/** The market of pages that name no market. */
export const DEFAULT_MARKET = 'default';

/** The market of a page's prices: the named one, or else the default one, if the bundle has offers of it. */
export const offeredMarket = (markets: readonly string[] = [], named = DEFAULT_MARKET): string | undefined =>
  [named, DEFAULT_MARKET].find((market) => markets.includes(market));

/** Name of the file of a market: `offers.json` of the default one, else `offers-<market>.json`. */
export const offersFile = (market: string): string =>
  market === DEFAULT_MARKET ? 'offers.json' : `offers-${market}.json`;

export const currencySchema = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'must be a code such as "EUR"'));

/** Number of files in a list of files. */
export const LISTED_FILES = 4096;
/** Maximum number of items in a catalogue: readers allocate memory by the manifest's numbers. */
const MAX_ITEMS = 1e7;
/** Maximum width of a row. */
const MAX_VALUES = 8192;
const MAX_TAPS = 256;
/** Maximum number of items in a shard, and in the head. */
const MAX_IN_PART = 65_536;
/** Maximum number of experts of a part of a side model. */
const MAX_EXPERTS = 64;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const weightsSchema = v.record(v.string(), v.pipe(v.number(), v.minValue(0), v.maxValue(100)));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const startSchema = v.strictObject({
  /** Within a visit. */
  weights: weightsSchema,
  /** For the first choice of a visit. Default: those within a visit. */
  opening: v.optional(weightsSchema),
  /** For lists that may repeat what the shopper bought, with the weight of the `frequency`. Default: as other lists. */
  repeats: v.optional(weightsSchema),
  /** Share of the posterior mass that a candidate takes which is born within a visit; 0: shoppers have one expert. Default .05. */
  newborn: v.optional(share),
});
/** Weights of the score's terms for a new shopper, by term: 0 (off) to 100. */
export type StartWeights = v.InferOutput<typeof startSchema>;

/** How long a training took: up to some thirty years. */
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const digestSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const upTo = (most: number) => v.pipe(count, v.minValue(1), v.maxValue(most));
/** A file of the bundle. Its name carries the start of its SHA-256, so it never changes under its name. */
export const fileSchema = v.strictObject({
  /** Relative to the manifest. */
  file: v.pipe(
    v.string(),
    v.regex(/^\w[\w./-]*$/),
    v.check((name) => !name.split('/').includes('..'), 'must stay inside the bundle'),
  ),
  sha256: digestSchema,
  bytes: count,
});
const modalitySchema = v.pipe(
  v.strictObject({
    /** Name of the encoder preset, `models/<preset>.json`. */
    preset: v.string(),
    /** SHA-256 of the encoder's ONNX file: features of other encoders never mix with these. */
    digest: digestSchema,
    /** Tap names from shallow to deep, K+1 of them. */
    taps: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(MAX_TAPS)),
    /** Index into `taps` of the tap that content similarity uses. */
    contentTap: count,
    /** Share of this modality in content similarity, 0 to 1; the two add up to 1. */
    contentWeight: share,
    /** Files with which the browser encodes a new item; absent when the bundle was built without encoders. */
    encoder: v.optional(
      v.strictObject({
        onnx: fileSchema,
        tokenizer: v.optional(fileSchema),
        /** The preset of an encoder that is not part of the package; parsed when the encoder is opened. */
        settings: v.optional(v.record(v.string(), v.unknown())),
      }),
    ),
  }),
  v.check((modality) => modality.contentTap < modality.taps.length, 'contentTap must be an index into taps'),
);

const shardsSchema = v.strictObject({
  /** Number of shards. */
  count: upTo(MAX_ITEMS),
  /** Number of items that shards should have. */
  target: upTo(MAX_IN_PART),
  /** Compressed bytes of all shards. */
  bytes: count,
  /** Items of the largest shard. */
  largest: upTo(MAX_IN_PART),
  /** Whether a page loads all shards, because they are small or the shop prefers it; else the shards that its lists need. */
  whole: v.boolean(),
  /** Whether the shop chose that and `target`; default: by the sizes. */
  chosen: v.optional(v.literal(true)),
  /** Lists of the shards' files, `LISTED_FILES` in each. */
  files: v.array(fileSchema),
  /** Root of the directory: means of shards, or of groups of shards. */
  directory: fileSchema,
  /** The files of the index of ids. */
  ids: fileSchema,
  /** The files of the index of words and categories; absent from a bundle that pages load whole. */
  terms: v.optional(fileSchema),
  /** Items that represent the catalogue for a new shopper; each is also in a shard. */
  head: fileSchema,
});

/** Trained data, which lies in the shards: its bytes there. */
const learnedSchema = v.strictObject({ bytes: count });
/** Sums of choices, or days. */
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e12));

/** One more language of the items. */
const localeSchema = v.strictObject({
  /** Market whose offers pages in this language use if they name no market. */
  market: v.optional(v.string()),
  /** The texts of the head's items, and lists of the shards' files of texts. */
  head: fileSchema,
  files: v.array(fileSchema),
});

/** Maximum number of further side models. */
const MAX_MODELS = 8;
export const modelNameSchema = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,32}$/, 'a name has 1 to 32 letters, digits, ".", "_" or "-"'),
);

/**
 * `manifest.json`, the only mutable file of a bundle, apart from its offers and rules. The version determines the keys; any
 * other key is an error.
 */
export const manifestSchema = v.strictObject({
  schema: v.literal(BUNDLE_SCHEMA),
  /** SHA-256 over the digests of all items and features in the order of the feed, and of the projection: names this state of the catalogue. */
  digest: digestSchema,
  count: upTo(MAX_ITEMS),
  /** Width D of every projected tap. */
  dim: upTo(MAX_VALUES),
  /** Fields of each item that the text encoder read; a new item must be encoded from the same fields. */
  text: v.picklist(TEXT_RECIPES),
  modalities: v.strictObject({ text: modalitySchema, image: modalitySchema }),
  /**
   * How lists of similar items weigh the category, relative to a content similarity of 1: the more, the less the content says.
   * Default .1.
   */
  similar: v.optional(v.strictObject({ category: v.pipe(v.number(), v.minValue(0), v.maxValue(10)) })),
  /** Means, deviations and projection of every tap, and the words of the lexical encoder; needed only to encode new items. */
  projection: fileSchema,
  /** Lists of the shards' files with the rest of the pictures' taps, for a search by photo. */
  photos: v.optional(v.array(fileSchema)),
  /** Whether some items are variants of one product. */
  variants: v.optional(v.literal(true)),
  shards: shardsSchema,
  /** Co-occurrence of the items, from the shop's logs or from its links and orders. */
  companions: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      origin: v.optional(v.literal('shop')),
      /** Whether it contains the number of orders that two items share. */
      support: v.optional(v.literal('orders')),
    }),
  ),
  /** The shop's side model, trained on its logs. */
  side: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      /** Dimensions of an item's vector. */
      width: upTo(MAX_VALUES),
      /** Names the model: vectors of models with different digests are not comparable. */
      digest: digestSchema,
      /** Start weights of the score's terms to use with it. Default: the built-in weights. */
      start: v.optional(startSchema),
      /** How it was trained, for people: choices, shoppers, epochs and seconds of the last window. */
      training: v.optional(
        v.strictObject({
          choices: count,
          shoppers: count,
          epochs: count,
          seconds,
          /** Number of windows. */
          windows: count,
          /** Share of the log in which the weight of a choice in the loss halves; null for none. */
          halfLife: v.nullable(v.pipe(v.number(), v.gtValue(0), v.maxValue(1000))),
          /** Use of each expert of each part, 0 to 1. */
          experts: v.optional(
            v.record(v.picklist(['text', 'image', 'attributes']), v.pipe(v.array(share), v.maxLength(MAX_EXPERTS))),
          ),
        }),
      ),
    }),
  ),
  /** Demand for the items, from the shop's logs, with share and interval (days) of the repeat purchases. */
  demand: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      /** Sums over the whole catalogue. */
      sums: v.strictObject({ choices: amount, recent: amount }),
      /** Share of the purchases that are repeats. */
      repeats: v.optional(share),
    }),
  ),
  /** Markets that have an offers file; `default` is for pages that name no market. */
  offers: v.optional(v.array(v.string())),
  /** Whether the bundle has a file of the shop's rules, `rules.json`. */
  rules: v.optional(v.literal(true)),
  /** Currency of the items' prices, as a code, if the shop or its feed states it. */
  currency: v.optional(currencySchema),
  /** Language of the items, as a tag, if the shop or its feed states it. */
  language: v.optional(v.string()),
  /** Other languages, by tag. Each shard has a file of texts for each of them. */
  locales: v.optional(v.record(v.string(), localeSchema)),
  /**
   * Further side models, by name: manifests of bundles of the same items in the same shards, with what another training learned. Pages
   * load one of them if the variant of an experiment names it; offers and rules are those of this manifest.
   */
  models: v.optional(v.pipe(v.record(modelNameSchema, fileSchema), v.maxEntries(MAX_MODELS))),
  /** The manifest that this one replaced. Its files stay, as a fallback while files of this one are missing. */
  previous: v.optional(fileSchema),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type BundleFile = v.InferOutput<typeof fileSchema>;
export type Modality = keyof Manifest['modalities'];
/** The order of modalities in every feature row. */
export const MODALITIES = ['text', 'image'] as const satisfies Modality[];

/** Every file that the manifest names, once each. Not included: the files that lists name. */
export function bundleFiles(manifest: Manifest): BundleFile[] {
  const { shards, projection, previous, photos = [], locales = {}, models = {} } = manifest;
  const texts = Object.values(locales).flatMap(({ head, files }) => [head, ...files]);
  const all = [
    shards.head,
    shards.directory,
    ...shards.files,
    shards.ids,
    ...(shards.terms ? [shards.terms] : []),
    ...photos,
    projection,
    ...encoderFiles(manifest),
    ...texts,
    ...Object.values(models),
    ...(previous ? [previous] : []),
  ];
  return [...new Map(all.map((entry) => [entry.file, entry])).values()];
}

/** The files of the encoders, with which browsers encode new items, descriptions and photos. */
export const encoderFiles = ({ modalities }: Manifest): BundleFile[] =>
  MODALITIES.flatMap((modality) => {
    const { encoder } = modalities[modality];
    return encoder ? [encoder.onnx, ...(encoder.tokenizer ? [encoder.tokenizer] : [])] : [];
  });

/** The same manifest for a bundle without the files of its encoders. */
export const withoutEncoders = ({ modalities: { text, image }, ...rest }: Manifest): Manifest => {
  const { encoder: _, ...textOnly } = text;
  const { encoder: __, ...imageOnly } = image;
  return { ...rest, modalities: { text: textOnly, image: imageOnly } };
};

/** Stores one file of the bundle under a name relative to the manifest. */
export type BundleSink = (name: string, bytes: Uint8Array) => Promise<void>;
