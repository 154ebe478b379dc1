export type { Encoder, ImageEncoder, Pixels, RawTaps, TextEncoder } from './encoder';
export { HUB_PRESETS, type HubPreset } from './hub-presets';
export {
  fitLexical,
  joinedRow,
  type LexicalEncoder,
  type LexicalTerms,
  lexicalTerms,
  lexicalVector,
} from './lexical';
export { type ImagePreset, languagesSchema, type Preset, presetSchema, type TextPreset } from './preset';
export { fitProjection, type Projection, project } from './projection';
export { decodeProjection, encodeProjection, type JoinedText, type Projections } from './projection-file';
export { bundlePreset, DEFAULT_PRESETS, findPreset, PRESETS } from './registry';
