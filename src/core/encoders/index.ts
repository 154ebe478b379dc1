export { HUB_PRESETS, type HubPreset } from './hub-presets';
export type { LexicalEncoder } from './lexical';
export { fitLexical, joinedRow, lexicalTerms, lexicalVector } from './lexical';
export {
  alone,
  type Batching,
  equalLengths,
  equalLengthsInPairs,
  type IntTensor,
  imageEncoder,
  runTokens,
  textEncoder,
} from './onnx-encoder';
export { framed } from './picture';
export type { ImagePreset, Preset, TextPreset } from './preset';
export {
  bundlePreset,
  type COMPUTES,
  DEFAULT_PRESETS,
  type Framing,
  findPreset,
  languagesSchema,
  type POOLINGS,
  PRESETS,
  presetSchema,
} from './preset';
export type { JoinedText, Projection, Projections } from './projection';
export { decodeProjection, encodeProjection, fitProjection, project } from './projection';
export type { Encoder, EncoderFiles, ImageEncoder, Pixels, RawTaps, TextEncoder } from './session';
export { type EncoderOf, EncoderSession } from './session';
export { createTokenizer, type Tokenizer } from './tokenizer';
