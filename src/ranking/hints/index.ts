// What the shopper looks for in this visit. Loaded when a page gives hints.

export { hintLifts, RELIABILITY } from './hint-lifts';
export { Hinting, hintFade, hintScale, PRIOR_CHOICES } from './hinted-catalog';
export type { Hints } from './hints';
export { hintsSchema, type ParsedHints, parseHints } from './parse-hints';
