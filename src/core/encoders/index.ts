export { HUB_PRESETS, type HubPreset } from './hub-presets';
export type { LexicalEncoder } from './lexical';
export { fitLexical, joinedRow, lexicalTerms, lexicalVector } from './lexical';
export type { ImagePreset, Preset, TextPreset } from './preset';
export { bundlePreset, DEFAULT_PRESETS, findPreset, languagesSchema, PRESETS, presetSchema } from './preset';
export type { JoinedText, Projection, Projections } from './projection';
export { decodeProjection, encodeProjection, fitProjection, project } from './projection';
export type { Encoder, EncoderFiles, ImageEncoder, Pixels, RawTaps, TextEncoder } from './session';
