import * as v from 'valibot';
import mobilenetV2 from '../../../models/mobilenet-v2.json' with { type: 'json' };
import useLite from '../../../models/use-lite.json' with { type: 'json' };
import { SidestreamError } from '../../error';

const integer = v.pipe(v.number(), v.integer(), v.minValue(1));

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** File stem of a preset and of the files beside it. */
export const presetName = v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/));

/** Languages that a text encoder supports, as tags. Absent if unknown. */
export const languagesSchema = v.optional(
  v.array(v.pipe(v.string(), v.regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, 'must be a language tag such as "en"'))),
);

/** npm package, with its exact version, that a recipe reads. */
const npmSource = v.object({ kind: v.literal('npm'), package: v.string(), version: v.string() });
/** Repository of a model hub, at one commit. */
export const hubSource = v.object({
  kind: v.literal('hub'),
  /** `<owner>/<name>` */
  repo: v.string(),
  revision: v.string(),
  /** The ONNX file in the repository, and its SHA-256. */
  file: v.string(),
  sha256,
});
/** Folder on the machine that made the encoder; its path stays there. */
const folderSource = v.object({ kind: v.literal('folder'), folder: v.string(), file: v.string(), sha256 });

/** Ways to fit a picture into a square. */
const FITS = ['letterbox', 'stretch', 'crop'] as const;
/** Filters that resize a picture. */
const FILTERS = ['bilinear', 'bicubic', 'lanczos', 'mitchell'] as const;
/** Pooling of a layer's tokens: the first token, or the mean of all tokens but padding. */
export const POOLINGS = ['cls', 'mean'] as const;

/** Number formats of an encoder's matrix products. */
export const COMPUTES = ['float', 'int8'] as const;

const common = {
  name: presetName,
  source: v.variant('kind', [npmSource, hubSource, folderSource]),
  /** SPDX identifier of the weights' licence. */
  license: v.string(),
  /** SHA-256 of the ONNX file made from that source. */
  digest: sha256,
  /** Graph outputs used as taps, shallow to deep, with their widths. */
  taps: v.pipe(v.array(v.object({ name: v.string(), width: integer })), v.minLength(2)),
  /** Index of the tap for content similarity. */
  contentTap: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Storage of the weights, and similarity of the taps to the original's; only for adapted models. */
  adapted: v.optional(
    v.object({
      pooling: v.picklist(POOLINGS),
      /** Bits of a stored weight. */
      bits: v.literal(8),
      /** Number format of the matrix products; absent for float32. */
      compute: v.optional(v.picklist(COMPUTES)),
      /** Lowest cosine to the original's tap on sample inputs, both taken from their mean. */
      cosine: v.number(),
    }),
  ),
};

/** `models/<name>.json` or `<name>.preset.json`: origin of an encoder and settings of its inputs. */
export const presetSchema = v.pipe(
  v.variant('modality', [
    v.object({
      ...common,
      modality: v.literal('text'),
      languages: languagesSchema,
      /** Tokens kept of one text, special ones included. */
      maxTokens: integer,
      /** Text to put before every text, as in the model's training. */
      prefix: v.optional(v.string(), ''),
      /** Token id of padding. */
      padId: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
      /** SHA-256 of the tokeniser file made beside the ONNX file. */
      tokenizerDigest: sha256,
    }),
    v.object({
      ...common,
      modality: v.literal('image'),
      /** Side of the square input in pixels, NCHW, 0..1. The graph computes all other inputs of the model. */
      size: integer,
      /** Whole on white, whole but distorted, or the middle of the picture. */
      fit: v.optional(v.picklist(FITS), 'letterbox'),
      /** With `crop`: length that the shorter side is scaled to first. Default: `size`. */
      shortestEdge: v.optional(integer),
      filter: v.optional(v.picklist(FILTERS), 'mitchell'),
    }),
  ]),
  v.check(({ contentTap, taps }) => contentTap < taps.length, 'contentTap must be an index into taps'),
);

export type Preset = v.InferOutput<typeof presetSchema>;
export type TextPreset = Extract<Preset, { modality: 'text' }>;
export type ImagePreset = Extract<Preset, { modality: 'image' }>;

/** How a picture becomes a square. */
export type Framing = Pick<ImagePreset, 'size'> & Partial<Pick<ImagePreset, 'fit' | 'shortestEdge' | 'filter'>>;

/** A preset whose encoder is made from an npm package by a recipe. */
export type PackagePreset = Preset & { source: Extract<Preset['source'], { kind: 'npm' }> };

/** The package's presets, complete. */
export const PRESETS: readonly PackagePreset[] = [useLite, mobilenetV2].map((json) => {
  const preset = v.parse(presetSchema, json);
  const { source } = preset;
  if (source.kind !== 'npm') throw new Error(`models/${preset.name}.json does not name an npm package.`);
  return { ...preset, source };
});

/** @throws SidestreamError `encoder/missing` when no preset has that name */
export function findPreset(name: string): PackagePreset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const known = PRESETS.map((candidate) => candidate.name).join(', ');
  throw new SidestreamError('encoder/missing', `There is no encoder "${name}". Known encoders: ${known}.`);
}

/**
 * The preset that a bundle names: one of the package's, or the bundle's own.
 * @param settings preset in the bundle; undefined for a preset of the package
 * @throws SidestreamError `encoder/missing` when neither exists, or this version cannot read it
 */
export function bundlePreset(name: string, settings: unknown): Preset {
  if (settings === undefined) return findPreset(name);
  const result = v.safeParse(presetSchema, settings);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const why = `${v.getDotPath(issue) ?? 'preset'}: ${issue.message}`;
  const message = `The bundle's encoder "${name}" is of a kind unknown to this page (${why}). Build both with the same version.`;
  throw new SidestreamError('encoder/missing', message);
}

const firstOf = <Kind extends Preset['modality']>(kind: Kind) =>
  PRESETS.filter(
    (preset): preset is PackagePreset & Extract<Preset, { modality: Kind }> => preset.modality === kind,
  )[0];

/** Default encoders of a build. */
export const DEFAULT_PRESETS = { text: firstOf('text'), image: firstOf('image') };
