/** Encoders in a browser, and all that a page needs to use them by themselves. */

export type { WeightedText } from '../../common/text';
export type { LexicalEncoder, LexicalTerms } from '../lexical';
export { joinedRow, lexicalTerms, lexicalVector } from '../lexical';
export type { Framing, ImagePreset, PackagePreset, Preset, TextPreset } from '../preset';
export { bundlePreset, DEFAULT_PRESETS, findPreset, PRESETS, presetSchema } from '../preset';
export type { JoinedText, Projection, Projections, TapProjection } from '../projection';
export { decodeProjection, encodeProjection, fitProjection, project } from '../projection';
export type { Encoder, EncoderOf, ImageEncoder, Pixels, RawTaps, TextEncoder } from '../session';
export type { WebEncoderFiles, WebEncoderOptions } from './web-encoder';
export { createWebEncoder, decodeImage, missingGpu } from './web-encoder';
