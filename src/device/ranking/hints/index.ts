// Hints about the visit. Loaded when a page gives hints.

export { Hinting, hintFade, hintLifts, hintScale } from './hint-lifts';
export type { Hints } from './hints';
export { hintsSchema, type ParsedHints, parseHints } from './parse-hints';
