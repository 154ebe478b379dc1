import { categoryPaths, type Item } from '../../catalog';
import type { Shown } from '../../catalog/locales';

/** Why an item is recommended. `about` is the item that the reason names: by its title, or for `category` by its category. */
export type ReasonKind =
  /** `time` of the choice, milliseconds since the epoch; null where it is not known. */
  | { kind: 'looked-at-earlier'; about: Item; time: number | null }
  /** `orders`: in how many orders both were. */
  | { kind: 'bought-with'; about: Item; orders: number }
  | { kind: 'looked-at' | 'chosen' | 'chosen-with' | 'goes-with' | 'similar' | 'style' | 'category'; about: Item }
  /** `name`: what the shopper is known to look for, in the words of the hint. */
  | { kind: 'hint'; name: string }
  | { kind: 'popular' | 'seen' | 'again' | 'chosen-for-you' | 'picked' }
  /** Nothing is known that would be a reason. */
  | { kind: 'none' };

type Kind = Exclude<ReasonKind['kind'], 'none'>;

/** Languages that have texts. */
export const REASON_LANGUAGES = ['en', 'ja', 'de', 'fr', 'es', 'ar'] as const;
export type ReasonLanguage = (typeof REASON_LANGUAGES)[number];

type Texts = Record<Kind | 'in-month', string>;

/**
 * `{}` stands for the name, `{when}` for the time of a choice, `{orders}` for a number from 3 on; in `in-month` `{}` is a
 * month, which may be followed by a year. Texts of the other languages are in `reason-locales.ts`.
 */
const ENGLISH: Texts = {
  'looked-at': 'Because you looked at “{}”',
  chosen: 'Because you chose “{}”',
  'looked-at-earlier': 'Like “{}”, which you looked at {when}',
  'in-month': 'in {}',
  'bought-with': 'Bought with “{}” in {orders} orders',
  'chosen-with': 'Others chose it with “{}”',
  'goes-with': 'Goes with “{}”',
  similar: 'Similar to “{}”',
  style: 'In the style of “{}”',
  category: 'You often look at {}',
  hint: 'Because you look for {}',
  popular: 'Popular in this shop',
  seen: 'You looked at this',
  again: 'Time to buy again?',
  'chosen-for-you': 'Chosen for you',
  picked: 'Picked by the shop',
};

const texts: Partial<Record<ReasonLanguage, Texts>> = { en: ENGLISH };

/**
 * Loads the texts of all other languages, once, if the language needs them. Until then, and where it rejects, their reasons
 * are in English.
 * @param lang a language tag; default English
 */
export async function loadReasons(lang = 'en'): Promise<void> {
  if (texts[reasonLanguage(lang)]) return;
  const { REASON_LOCALES } = await import('./reason-locales');
  const others: Required<Omit<typeof texts, 'en'>> = REASON_LOCALES;
  Object.assign(texts, others);
}

/** Age from which a choice is an earlier one, ms: a week. */
const EARLIER = 7 * 24 * 3600 * 1000;

/** The language of a tag such as `de-AT`, `AR` or `zh`; English for a language without texts. */
export function reasonLanguage(tag: string): ReasonLanguage {
  const primary = tag.toLowerCase().split(/[-_]/)[0];
  return REASON_LANGUAGES.find((language) => language === primary) ?? 'en';
}

/**
 * The reason as one sentence for the shopper, without a full stop; empty for `none`. A choice of the last seven days, or of a time that is
 * not known, is told without its time.
 * @param lang a language tag; default English
 * @param now milliseconds since the epoch; default 0
 * @param shown the item that is named, as the shopper reads it; default: as it is
 */
export function reasonText(
  reason: ReasonKind,
  { lang = 'en', now = 0, shown = (item) => item }: { lang?: string; now?: number; shown?: Shown } = {},
): string {
  if (reason.kind === 'none') return '';
  const language = reasonLanguage(lang);
  const own = texts[language];
  const time = reason.kind === 'looked-at-earlier' && now - (reason.time ?? now) >= EARLIER ? reason.time : null;
  const kind = reason.kind === 'looked-at-earlier' && time === null ? 'looked-at' : reason.kind;
  const when = time === null ? '' : whenText(time, now, own ? language : 'en');
  const orders = 'orders' in reason ? reason.orders.toLocaleString(language) : '';
  const text = (own ?? ENGLISH)[kind].replace('{when}', when).replace('{orders}', orders);
  const plain = nameIn(reason, shown);
  if (plain === null) return text;
  // Isolated: in text that runs right to left, a left-to-right title would turn the quotation marks round it.
  const name = language === 'ar' ? `\u2068${plain}\u2069` : plain;
  // A function, because a replacement string would interpret `$&` in a title.
  return text.replace('{}', () => name);
}

/** What a reason names, as the shopper reads it; null where it names nothing. */
function nameIn(reason: ReasonKind, shown: Shown): string | null {
  if ('name' in reason) return reason.name;
  if (!('about' in reason)) return null;
  const about = shown(reason.about);
  return reason.kind === 'category' ? categoryName(about) : about.title;
}

/** The narrowest name of an item's first category; empty without one. */
export const categoryName = ({ category }: Item): string => categoryPaths(category)[0]?.split('/').at(-1) ?? '';

/** When something was, by the shopper's calendar: `this month`, `last month`, `in March`, or `in March 2024` of another year. */
function whenText(time: number, now: number, language: ReasonLanguage): string {
  const [then, today] = [new Date(time), new Date(now)];
  const years = today.getFullYear() - then.getFullYear();
  const months = 12 * years + today.getMonth() - then.getMonth();
  if (months <= 1) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-months, 'month');
  const year = years === 0 ? undefined : 'numeric';
  return (texts[language] ?? ENGLISH)['in-month'].replace(
    '{}',
    new Intl.DateTimeFormat(language, { month: 'long', year }).format(then),
  );
}
