export type { Encoder, Pixels, RawTaps } from './encoder';
export { type ImagePreset, type Preset, presetSchema, type TextPreset } from './preset';
export { fitProjection, type Projection, project } from './projection';
export { decodeProjection, encodeProjection, type Projections } from './projection-file';
export { bundlePreset, DEFAULT_PRESETS, findPreset, PRESETS } from './registry';
