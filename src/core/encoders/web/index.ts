/** Encoders in a browser, and all that a page needs to use them by themselves. */
export type { Encoder, ImageEncoder, Pixels, RawTaps, TextEncoder } from '../encoder';
export { type Framing, type ImagePreset, type Preset, presetSchema, type TextPreset } from '../preset';
export {
  decodeProjection,
  encodeProjection,
  type FitOptions,
  fitProjection,
  type Projection,
  type Projections,
  project,
  type TapProjection,
} from '../projection';
export { bundlePreset, DEFAULT_PRESETS, findPreset, type PackagePreset, PRESETS } from '../registry';
export { createWebEncoder, type WebEncoderFiles, type WebEncoderOptions } from './web-encoder';
export { decodeImage } from './web-image';
