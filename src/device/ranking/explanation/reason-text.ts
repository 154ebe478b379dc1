import { categoryPaths, type Item } from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';
import {
  ENGLISH_REASONS,
  fill,
  type LabelLanguage,
  labelLanguage,
  loadLabels,
  type ReasonTexts,
} from '../../../core/labels';

/** Why an item is recommended. `about` is the item that the reason names: by its title, or for `category` by its category. */
export type ReasonKind =
  /** `time` of the choice, milliseconds since the epoch; null if unknown. */
  | { kind: 'looked-at-earlier'; about: Item; time: number | null }
  /** `orders`: number of orders that contain both. */
  | { kind: 'bought-with'; about: Item; orders: number }
  | {
      kind: 'looked-at' | 'you-picked' | 'chosen' | 'chosen-with' | 'goes-with' | 'similar' | 'style' | 'category';
      about: Item;
    }
  /** `name`: the shopper's goal in the words of the hint. */
  | { kind: 'hint'; name: string }
  /** `name` of a brand or category, in a heading. */
  | { kind: 'more-from' | 'new-in'; name: string }
  /** `name`: the words that the shopper searched for. */
  | { kind: 'matches'; name: string }
  | { kind: 'popular' | 'seen' | 'again' | 'chosen-for-you' | 'picked' }
  | { kind: 'none' };

const texts: Partial<Record<LabelLanguage, ReasonTexts>> = { en: ENGLISH_REASONS };

/**
 * Loads the texts of a language unless they are already loaded. Until then, and if it rejects, reasons are in English.
 * @param lang a language tag; default English
 */
export async function loadReasons(lang = 'en'): Promise<void> {
  const language = labelLanguage(lang);
  if (language === 'en' || texts[language]) return;
  texts[language] = (await loadLabels(language)).reasons;
}

/** Age from which a choice counts as an earlier one, ms: a week. */
const EARLIER_AGE_MS = 7 * 24 * 3600 * 1000;

/**
 * The reason as one sentence for the shopper, without a full stop; empty for `none`. A choice of the last seven days, or of
 * an unknown time, appears without its time.
 * @param lang a language tag; default English
 * @param now milliseconds since the epoch; default 0
 * @param shown the named item with its texts in the shopper's language. Default: the item itself
 */
export function reasonText(
  reason: ReasonKind,
  { lang = 'en', now = 0, shown = (item) => item }: { lang?: string; now?: number; shown?: Shown } = {},
): string {
  if (reason.kind === 'none') return '';
  const language = labelLanguage(lang);
  const own = texts[language];
  const time = reason.kind === 'looked-at-earlier' && now - (reason.time ?? now) >= EARLIER_AGE_MS ? reason.time : null;
  const kind = reason.kind === 'looked-at-earlier' && time === null ? 'looked-at' : reason.kind;
  const name = nameIn(reason, shown);
  return fill((own ?? ENGLISH_REASONS)[kind], {
    when: time === null ? '' : whenText(time, now, own ? language : 'en'),
    orders: 'orders' in reason ? reason.orders.toLocaleString(language) : '',
    title: name,
    category: name,
    hint: name,
    words: name,
    name,
  });
}

/** The name in a reason, in the shopper's language; empty if the reason names nothing. */
function nameIn(reason: ReasonKind, shown: Shown): string {
  if ('name' in reason) return reason.name;
  if (!('about' in reason)) return '';
  const about = shown(reason.about);
  return reason.kind === 'category' ? categoryName(about) : about.title;
}

/** The narrowest name of an item's first category; empty without one. */
const categoryName = ({ category }: Item): string => categoryPaths(category)[0]?.split('/').at(-1) ?? '';

/** When something was, by the shopper's calendar: `this month`, `last month`, `in March`, or `in March 2024` of another year. */
function whenText(time: number, now: number, language: LabelLanguage): string {
  const [then, today] = [new Date(time), new Date(now)];
  const years = today.getFullYear() - then.getFullYear();
  const months = 12 * years + today.getMonth() - then.getMonth();
  if (months <= 1) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-months, 'month');
  const month = new Intl.DateTimeFormat(language, { month: 'long', year: years === 0 ? undefined : 'numeric' });
  return fill((texts[language] ?? ENGLISH_REASONS)['in-month'], { month: month.format(then) });
}
