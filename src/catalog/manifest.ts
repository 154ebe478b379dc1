import * as v from 'valibot';
import { baseConfigSchema } from './base-config';
import { TEXT_RECIPES } from './item-text';

/** Bundle format version this code reads and writes. */
export const BUNDLE_SCHEMA = 1;

/** Name of the one mutable file of a bundle. */
export const MANIFEST_FILE = 'manifest.json';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** A file of the bundle. Its name carries the start of its SHA-256, so it never changes under its name. */
const fileSchema = v.object({
  /** Relative to the manifest. */
  file: v.pipe(
    v.string(),
    v.regex(/^\w[\w./-]*$/),
    v.check((name) => !name.split('/').includes('..'), 'must stay inside the bundle'),
  ),
  sha256,
  bytes: count,
});
const shardSchema = v.object({ ...fileSchema.entries, /** First item row. */ start: count, /** Rows. */ count });

const modalitySchema = v.pipe(
  v.object({
    /** Name of the encoder preset, `models/<preset>.json`. */
    preset: v.string(),
    /** SHA-256 of the encoder's ONNX file: features of other encoders never mix with these. */
    digest: sha256,
    /** Tap names from shallow to deep, K+1 of them. */
    taps: v.pipe(v.array(v.string()), v.minLength(2)),
    /** Index into `taps` of the tap that content similarity uses. */
    contentTap: count,
    /** Share of this modality in content similarity, 0 to 1; the two add up to 1. */
    contentWeight: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    /** What the browser needs to encode a new item; absent when the bundle was built without encoders. */
    encoder: v.optional(
      v.object({
        onnx: fileSchema,
        tokenizer: v.optional(fileSchema),
        /** The preset, for encoders that do not come with the package; read by whoever opens them. */
        settings: v.optional(v.record(v.string(), v.unknown())),
      }),
    ),
  }),
  v.check((modality) => modality.contentTap < modality.taps.length, 'contentTap must be an index into taps'),
);

/** `manifest.json`, the one mutable file of a bundle. */
export const manifestSchema = v.object({
  schema: v.literal(BUNDLE_SCHEMA),
  /** SHA-256 over the digests of items, features and projection: names this state of the catalogue. */
  digest: sha256,
  /** Number of items. */
  count,
  /** Width D of every projected tap. */
  dim: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** What the text encoder read of each item; a new item must be read the same way. */
  text: v.picklist(TEXT_RECIPES),
  modalities: v.object({ text: modalitySchema, image: modalitySchema }),
  /** Means, deviations and projection of every tap; needed only to encode new items. */
  projection: fileSchema,
  shards: v.object({ items: v.array(shardSchema), features: v.array(shardSchema) }),
  /** What the shop learned from its logs, when it did. */
  base: v.optional(
    v.object({
      /** Weights as safetensors. */
      ...fileSchema.entries,
      config: baseConfigSchema,
    }),
  ),
  /** What the shop's logs, or its own links and orders, say goes together, about these items in this order. */
  companions: v.optional(v.object({ ...fileSchema.entries, origin: v.optional(v.literal('shop')) })),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type BundleFile = v.InferOutput<typeof fileSchema>;
export type BundleShard = v.InferOutput<typeof shardSchema>;
export type Modality = keyof Manifest['modalities'];
/** The order of modalities in every feature row. */
export const MODALITIES = ['text', 'image'] as const satisfies Modality[];

/** Every file the manifest names, once each: shards, projection, encoders, base model, companions. */
export function bundleFiles(manifest: Manifest): BundleFile[] {
  const encoders = MODALITIES.flatMap((modality) => {
    const { encoder } = manifest.modalities[modality];
    return encoder ? [encoder.onnx, ...(encoder.tokenizer ? [encoder.tokenizer] : [])] : [];
  });
  const { shards, projection, base, companions } = manifest;
  const learned = [...(base ? [base] : []), ...(companions ? [companions] : [])];
  const all = [...shards.items, ...shards.features, projection, ...encoders, ...learned];
  return [...new Map(all.map((entry) => [entry.file, entry])).values()];
}
