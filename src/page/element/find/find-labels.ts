import { ENGLISH, type FindTexts, fill } from '../../../core/labels';
import { textsIn } from '../labels';
import { canonical } from '../price';

/** The texts of `<sidestream-find>`; its property `labels` replaces some or all of them. */
export interface FindLabels extends Omit<FindTexts, 'count' | 'empty'> {
  /** Read by screen readers: the number of products found. */
  count: (count: number) => string;
  /** The sentence if nothing was found. */
  empty: (words: string) => string;
}

/**
 * The given labels, completed with the built-in ones of the language; English until those are loaded.
 * @param language a tag; default: the browser's language; English for any language other than the six
 */
export function findLabels(given: Partial<FindLabels>, language?: string): FindLabels {
  const { find } = textsIn(language) ?? ENGLISH;
  return {
    ...find,
    count: (count) =>
      fill(count === 1 ? find.count.one : find.count.other, { count: count.toLocaleString(canonical(language)) }),
    empty: (words) => fill(find.empty, { words }),
    ...given,
  };
}
