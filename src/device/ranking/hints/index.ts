// What the shopper looks for in this visit. Loaded when a page gives hints.

export { hintLifts } from './hint-lifts';
export { Hinting, hintFade, hintScale } from './hinted-catalog';
export type { Hints } from './hints';
export { hintsSchema, parseHints } from './parse-hints';
