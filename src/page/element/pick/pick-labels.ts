import { canonical } from '../../../core/card';
import { ENGLISH, fill, labelLanguage, type PickTexts } from '../../../core/labels';
import { textsIn } from '../labels';

/** The texts of `<sidestream-pick>`; its property `labels` replaces some or all of them. */
export interface PickLabels extends Omit<PickTexts, 'hint' | 'count'> {
  /** Below the heading. */
  hint: string;
  /** The number of picked products, for screen readers. */
  count: (picked: number, of: number) => string;
}

/**
 * The given labels, completed with the built-in ones of the language; English until those are loaded.
 * @param language a tag; default: the browser's language; English for any language other than the six
 * @param of the number of products to pick
 */
export function pickLabels(given: Partial<PickLabels>, language = navigator.language, of = 3): PickLabels {
  const { pick } = textsIn(language) ?? ENGLISH;
  const digits = labelLanguage(language) === 'en' ? 'en' : canonical(language);
  const number = (n: number): string => n.toLocaleString(digits);
  const picks = number(of);
  return {
    ...pick,
    hint: fill(pick.hint, { picks }),
    count: (picked) => fill(pick.count, { picked: number(picked), picks }),
    ...given,
  };
}
