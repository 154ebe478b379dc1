/** Encoders in a browser, and all that a page needs to use them by themselves. */

export type { WeightedText } from '../../common/text';
export type { Encoder, ImageEncoder, Pixels, RawTaps, TextEncoder } from '../encoder';
export {
  joinedRow,
  type LexicalEncoder,
  type LexicalTerms,
  lexicalTerms,
  lexicalVector,
} from '../lexical';
export { type Framing, type ImagePreset, type Preset, presetSchema, type TextPreset } from '../preset';
export { type FitOptions, fitProjection, type Projection, project, type TapProjection } from '../projection';
export { decodeProjection, encodeProjection, type JoinedText, type Projections } from '../projection-file';
export { bundlePreset, DEFAULT_PRESETS, findPreset, type PackagePreset, PRESETS } from '../registry';
export {
  createWebEncoder,
  type GpuAdapterKind,
  type GpuAdapterSource,
  missingGpu,
  type WebEncoderFiles,
  type WebEncoderOptions,
} from './web-encoder';
export { decodeImage } from './web-image';
