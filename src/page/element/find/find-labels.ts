import { canonical } from '../../../core/card';
import { ENGLISH, type FindTexts, fill } from '../../../core/labels';
import { textsIn } from '../labels';

/** The texts of `<sidestream-find>`; its property `labels` replaces some or all of them. */
export interface FindLabels extends Omit<FindTexts, 'count' | 'empty' | 'reading'> {
  /** Read by screen readers: the number of products found. */
  count: (count: number) => string;
  /** The sentence if nothing was found. */
  empty: (words: string) => string;
  /** While a photo is read, with the share of the encoder that has been loaded, 0 to 1. */
  reading: (loaded: number) => string;
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
    reading: (loaded) =>
      fill(find.reading, { percent: loaded.toLocaleString(canonical(language), { style: 'percent' }) }),
    ...given,
  };
}
