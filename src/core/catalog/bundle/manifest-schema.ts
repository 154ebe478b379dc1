import * as v from 'valibot';
import { itemSchema, TEXT_RECIPES } from '../item';

/** Bundle format version that this code writes and reads. */
export const BUNDLE_SCHEMA = 9 as const;

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

/** Maximum number of items in a catalogue: readers allocate memory by the manifest's numbers. */
const MAX_ITEMS = 1e7;
/** Maximum width of a row, and maximum length of a base vector. */
const MAX_VALUES = 8192;
const MAX_TAPS = 256;
/** Maximum number of items in a cluster, and in the head. */
const MAX_IN_PART = 65_536;
/** Maximum number of experts of a part of a side model. */
const MAX_EXPERTS = 64;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** How long a training took: up to some thirty years. */
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const digestSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const upTo = (most: number) => v.pipe(count, v.minValue(1), v.maxValue(most));
/** A file of the bundle. Its name carries the start of its SHA-256, so it never changes under its name. */
const fileSchema = v.strictObject({
  /** Relative to the manifest. */
  file: v.pipe(
    v.string(),
    v.regex(/^\w[\w./-]*$/),
    v.check((name) => !name.split('/').includes('..'), 'must stay inside the bundle'),
  ),
  sha256: digestSchema,
  bytes: count,
});
const shardSchema = v.strictObject({
  ...fileSchema.entries,
  /** First item row. */
  start: count,
  /** Number of rows. */
  count: upTo(MAX_ITEMS),
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

const clustersSchema = v.strictObject({
  /** Number of clusters. */
  count: upTo(MAX_ITEMS),
  /** Length of base vectors. */
  dims: upTo(MAX_VALUES),
  /** Items of the largest cluster. */
  largest: upTo(MAX_IN_PART),
  /** Centroids, and the files of every cluster and of the index of ids. */
  directory: fileSchema,
  /** Principal axes of the base vectors. */
  axes: fileSchema,
  statistics: fileSchema,
  /** Items that represent the catalogue for a new shopper; each is also in a cluster. */
  head: v.strictObject({ count: upTo(MAX_IN_PART), items: fileSchema, features: fileSchema }),
});

/** A file of trained data: of all items, or with clusters of the head's, and the directory of the files of each cluster. */
const learnedSchema = v.strictObject({ ...fileSchema.entries, clusters: v.optional(fileSchema) });
/** Sums of choices, or days. */
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e12));

/** Texts of the items in one more language. */
const localeTextsSchema = v.strictObject({
  /** Market whose offers pages in this language use if they name no market. */
  market: v.optional(v.string()),
  /** One for each items file, in the same order; in a bundle with clusters, one for the head. */
  files: v.array(fileSchema),
  /** Directory of the texts of each cluster. */
  clusters: v.optional(fileSchema),
});

/** Reads items that `encodeManifest` wrote field by field. */
const itemColumnsSchema = v.pipe(
  v.record(v.string(), v.array(v.unknown())),
  v.check(
    (columns) => new Set(Object.values(columns).map(({ length }) => length)).size < 2,
    'has fields of different lengths',
  ),
  v.transform((columns) => {
    const fields = Object.entries(columns);
    return Array.from({ length: fields[0]?.[1].length ?? 0 }, (_, row) =>
      Object.fromEntries(fields.flatMap(([name, values]) => (values[row] === null ? [] : [[name, values[row]]]))),
    );
  }),
  v.array(itemSchema),
);

/**
 * `manifest.json`, the only mutable file of a bundle, apart from its offers and rules. The version determines the keys; any
 * other key is an error.
 */
export const manifestSchema = v.strictObject({
  schema: v.literal(BUNDLE_SCHEMA),
  /** SHA-256 over the digests of all items, features and the projection: names this state of the catalogue. */
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
  /** The rest of the pictures' taps, for a search by photo; absent without pictures, and with clusters. */
  photos: v.optional(fileSchema),
  /** All items and their features; empty in a bundle of clusters. */
  shards: v.strictObject({ items: v.array(shardSchema), features: v.array(shardSchema) }),
  clusters: v.optional(clustersSchema),
  /** Co-occurrence table of these items in this order, from the shop's logs or from its links and orders. */
  companions: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      origin: v.optional(v.literal('shop')),
      /** Whether it contains the number of orders that two items share. */
      support: v.optional(v.literal('orders')),
    }),
  ),
  /** The shop's side model of these items in this order, trained on the shop's logs. */
  side: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      /** Start weights of the score's terms to use with it, by term; default: the built-in weights. */
      weights: v.optional(v.record(v.string(), v.pipe(v.number(), v.minValue(0), v.maxValue(100)))),
      /** How it was trained, for people: choices, shoppers, epochs and seconds of the last window. */
      training: v.optional(
        v.strictObject({
          choices: count,
          shoppers: count,
          epochs: count,
          seconds,
          /** Number of windows. */
          windows: count,
          /** Use of each expert of each part, 0 to 1. */
          experts: v.optional(
            v.record(v.picklist(['text', 'image', 'attributes']), v.pipe(v.array(share), v.maxLength(MAX_EXPERTS))),
          ),
          /** Estimated seconds saved by continuing instead of training on all choices; below 0 if that would have been faster. */
          savedSeconds: v.optional(v.pipe(v.number(), v.minValue(-1e9), v.maxValue(1e9))),
        }),
      ),
    }),
  ),
  /** Demand of these items in this order, from the shop's logs, with share and interval (days) of the repeat purchases. */
  demand: v.optional(
    v.strictObject({
      ...learnedSchema.entries,
      /** With clusters: sums over the whole catalogue. */
      sums: v.optional(v.strictObject({ choices: amount, recent: amount })),
      repeats: v.optional(
        v.strictObject({
          share,
          interval: amount,
        }),
      ),
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
  /** Texts of the items in other languages, by tag. */
  locales: v.optional(v.record(v.string(), localeTextsSchema)),
  /** The manifest that this one replaced. Its files stay, as a fallback while files of this one are missing. */
  previous: v.optional(fileSchema),
  /**
   * The items that the first list needs, in the same request: all items, or with clusters the head's items, field by field.
   * Absent if they are large, and in copies of the manifest.
   */
  head: v.optional(itemColumnsSchema),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type BundleFile = v.InferOutput<typeof fileSchema>;
export type BundleShard = v.InferOutput<typeof shardSchema>;
export type Modality = keyof Manifest['modalities'];
/** The kinds of trained files, by their names in the manifest. */
export const LEARNED = ['companions', 'side', 'demand'] as const satisfies (keyof Manifest)[];
/** The order of modalities in every feature row. */
export const MODALITIES = ['text', 'image'] as const satisfies Modality[];

/**
 * Every file that the manifest names, once each: shards, projection, encoders, photos, co-occurrence table, side model, demand,
 * texts. Not included: the files named by the directories of clusters, and the files of the previous manifest.
 */
export function bundleFiles(manifest: Manifest): BundleFile[] {
  const encoders = encoderFiles(manifest);
  const { shards, projection, photos, clusters, previous, locales = {} } = manifest;
  const late = [photos, ...LEARNED.flatMap((kind) => [manifest[kind], manifest[kind]?.clusters])];
  const large = clusters
    ? [clusters.directory, clusters.axes, clusters.statistics, clusters.head.items, clusters.head.features]
    : [];
  const before = previous ? [previous] : [];
  const texts = Object.values(locales).flatMap(({ files, clusters: directory }) => [...files, directory ?? []].flat());
  const all = [
    ...shards.items,
    ...shards.features,
    ...large,
    projection,
    ...encoders,
    ...late.flatMap((file) => file ?? []),
    ...texts,
    ...before,
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
