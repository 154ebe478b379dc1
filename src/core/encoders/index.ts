export type { Encoder, Pixels, RawTaps, TextEncoder } from './encoder';
export { type ImagePreset, languagesSchema, type Preset, presetSchema, type TextPreset } from './preset';
export {
  decodeProjection,
  encodeProjection,
  fitProjection,
  type Projection,
  type Projections,
  project,
} from './projection';
export { bundlePreset, DEFAULT_PRESETS, findPreset, PRESETS } from './registry';
