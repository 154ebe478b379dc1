/** Why an item is recommended. `name` is a title or a category, as the shop wrote it. */
export type ReasonKind =
  | { kind: 'looked-at' | 'chosen-with' | 'goes-with' | 'similar' | 'style' | 'category'; name: string }
  | { kind: 'popular' | 'catalog' | 'seen' | 'again' | 'chosen-for-you' | 'picked' };

type Kind = ReasonKind['kind'];

/** Languages that have texts. */
export const REASON_LANGUAGES = ['en', 'ja', 'de', 'fr', 'es', 'ar'] as const;
export type ReasonLanguage = (typeof REASON_LANGUAGES)[number];

type Texts = Record<Kind, string>;

/** `{}` stands for the name. Texts of the other languages are in `reason-locales.ts`. */
const ENGLISH: Texts = {
  'looked-at': 'Because you looked at “{}”',
  'chosen-with': 'Others chose it with “{}”',
  'goes-with': 'Goes with “{}”',
  similar: 'Similar to “{}”',
  style: 'In the style of “{}”',
  category: 'You often look at {}',
  popular: 'Popular in this shop',
  catalog: 'From the catalogue',
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

/** The language of a tag such as `de-AT`, `AR` or `zh`; English for a language without texts. */
export function reasonLanguage(tag: string): ReasonLanguage {
  const primary = tag.toLowerCase().split(/[-_]/)[0];
  return REASON_LANGUAGES.find((language) => language === primary) ?? 'en';
}

/**
 * The reason as one sentence for the shopper, without a full stop.
 * @param lang a language tag; default English
 */
export function reasonText(reason: ReasonKind, lang = 'en'): string {
  const language = reasonLanguage(lang);
  const text = (texts[language] ?? ENGLISH)[reason.kind];
  if (!('name' in reason)) return text;
  // Isolated: in text that runs right to left, a left-to-right title would turn the quotation marks round it.
  const name = language === 'ar' ? `\u2068${reason.name}\u2069` : reason.name;
  // A function, because a replacement string would interpret `$&` in a title.
  return text.replace('{}', () => name);
}
