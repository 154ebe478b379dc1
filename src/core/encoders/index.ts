export { HUB_PRESETS, type HubPreset } from './hub-presets';
export {
  fitLexical,
  joinedRow,
  type LexicalEncoder,
  type LexicalTerms,
  lexicalTerms,
  lexicalVector,
} from './lexical';
export {
  bundlePreset,
  DEFAULT_PRESETS,
  findPreset,
  type ImagePreset,
  languagesSchema,
  PRESETS,
  type Preset,
  presetSchema,
  type TextPreset,
} from './preset';
export {
  decodeProjection,
  encodeProjection,
  fitProjection,
  type JoinedText,
  type Projection,
  type Projections,
  project,
} from './projection';
export type { Encoder, ImageEncoder, Pixels, RawTaps, TextEncoder } from './session';
