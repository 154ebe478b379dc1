/** Encoders in a browser, and all that a page needs to use them by themselves. */

export type { WeightedText } from '../../common/text';
export {
  joinedRow,
  type LexicalEncoder,
  type LexicalTerms,
  lexicalTerms,
  lexicalVector,
} from '../lexical';
export {
  bundlePreset,
  DEFAULT_PRESETS,
  type Framing,
  findPreset,
  type ImagePreset,
  type PackagePreset,
  PRESETS,
  type Preset,
  presetSchema,
  type TextPreset,
} from '../preset';
export {
  decodeProjection,
  encodeProjection,
  type FitOptions,
  fitProjection,
  type JoinedText,
  type Projection,
  type Projections,
  project,
  type TapProjection,
} from '../projection';
export type { Encoder, ImageEncoder, Pixels, RawTaps, TextEncoder } from '../session';
export {
  createWebEncoder,
  decodeImage,
  type GpuAdapterKind,
  type GpuAdapterSource,
  missingGpu,
  type WebEncoderFiles,
  type WebEncoderOptions,
} from './web-encoder';
