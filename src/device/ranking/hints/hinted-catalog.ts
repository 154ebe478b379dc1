import type { CatalogIndex } from '../catalog-index';
import type { Scored } from '../lists/scored';
import { deviation } from '../rules/apply-boosts';
import { hintLifts } from './hint-lifts';
import type { HintedCatalog } from './hints';
import type { ParsedHints } from './parse-hints';

/** Choices of the visit after which hints count half. See docs/results/measured.md for how it was chosen. */
const PRIOR_CHOICES = 1;

/** Contributions that are the same for every shopper: a hint is a better reason than these. */
const COMMON = ['popularity', 'variety', 'coldStart'];

/** The remaining weight of hints after some choices of the visit: the weight of a prior of that many choices beside them. */
export const hintFade = (choices: number, prior = PRIOR_CHOICES): number => prior / (prior + Math.max(0, choices));

/** The hints of one visit, or of one request. */
export class Hinting {
  readonly #hints: ParsedHints;
  #known: { index: CatalogIndex; found: ReturnType<typeof hintLifts> } | null = null;

  constructor(hints: ParsedHints) {
    this.#hints = hints;
  }

  /** @param choices of the shopper's in this visit */
  of(index: CatalogIndex, choices: number): HintedCatalog {
    if (this.#known?.index !== index) this.#known = { index, found: hintLifts(index.items, this.#hints) };
    const { lifts, nameOf } = this.#known.found;
    return { lifts, apply: (scored) => hintedList(scored, lifts, nameOf, hintFade(choices)) };
  }
}

/**
 * Scale of log-odds in a list: 1 beside scores that are log-odds themselves, such as the personal score and popularity; the
 * standard deviation if the scores differ by less than 1, such as similarities to an item in view.
 */
export const hintScale = (scores: Float32Array): number => Math.min(1, deviation(scores));

/** Adds hints to the scores of a list. */
function hintedList(scored: Scored, lifts: Float32Array, nameOf: (row: number) => string | null, fade: number): Scored {
  const scale = fade * hintScale(scored.score.filter((value, row) => Number.isFinite(value) && scored.holds(row)));
  const hint = (row: number): number => Math.fround(scale * lifts[row]);
  const withHint = (row: number, contributions: Record<string, number>): Record<string, number> =>
    hint(row) === 0 ? contributions : { ...contributions, hint: hint(row) };
  return {
    ...scored,
    score: scored.score.map((value, row) => value + hint(row)),
    contributions: (row) => withHint(row, scored.contributions(row)),
    reasonKind(row) {
      const reason = scored.reasonKind(row);
      const name = hint(row) > 0 && reason.kind !== 'again' ? nameOf(row) : null;
      const others = Object.entries(scored.contributions(row)).filter(([term]) => !COMMON.includes(term));
      return name !== null && others.every(([, part]) => part < hint(row)) ? { kind: 'hint', name } : reason;
    },
    breakdown(row, ofTerms) {
      const breakdown = scored.breakdown(row, ofTerms);
      return { ...breakdown, contributions: withHint(row, breakdown.contributions) };
    },
  };
}
