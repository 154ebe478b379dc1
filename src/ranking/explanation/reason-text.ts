/** Why an item is recommended. `name` is a title or a category, as the shop wrote it. */
export type ReasonKind =
  /** `time` of the choice, milliseconds since the epoch; null where it is not known. */
  | { kind: 'looked-at-earlier'; name: string; time: number | null }
  | { kind: 'looked-at' | 'chosen-with' | 'goes-with' | 'similar' | 'style' | 'category'; name: string }
  | { kind: 'popular' | 'catalog' | 'seen' | 'chosen-for-you' | 'picked' };

type Kind = ReasonKind['kind'];

/** Languages that have texts. */
export const REASON_LANGUAGES = ['en', 'ja', 'de', 'fr', 'es', 'ar'] as const;
export type ReasonLanguage = (typeof REASON_LANGUAGES)[number];

/** `{}` stands for the name, `{when}` for the time of a choice. */
const REASON_TEXTS: Record<ReasonLanguage, Record<Kind, string>> = {
  en: {
    'looked-at': 'Because you looked at “{}”',
    'looked-at-earlier': 'Like “{}”, which you looked at {when}',
    'chosen-with': 'Others chose it with “{}”',
    'goes-with': 'Goes with “{}”',
    similar: 'Similar to “{}”',
    style: 'In the style of “{}”',
    category: 'You often look at {}',
    popular: 'Popular in this shop',
    catalog: 'From the catalogue',
    seen: 'You looked at this',
    'chosen-for-you': 'Chosen for you',
    picked: 'Picked by the shop',
  },
  ja: {
    'looked-at': '「{}」をご覧になったため',
    'looked-at-earlier': '{when}ご覧になった「{}」に似た商品です',
    'chosen-with': '「{}」と一緒に選ばれています',
    'goes-with': '「{}」に合う商品です',
    similar: '「{}」に似た商品です',
    style: '「{}」と似たテイストの商品です',
    category: '{}をよくご覧になっています',
    popular: 'このショップで人気の商品です',
    catalog: 'カタログの商品です',
    seen: '以前ご覧になった商品です',
    'chosen-for-you': 'あなたへのおすすめです',
    picked: 'ショップのおすすめです',
  },
  de: {
    'looked-at': 'Weil Sie „{}“ angesehen haben',
    'looked-at-earlier': 'Wie „{}“, {when} von Ihnen angesehen',
    'chosen-with': 'Von anderen zusammen mit „{}“ gewählt',
    'goes-with': 'Passt zu „{}“',
    similar: 'Ähnlich wie „{}“',
    style: 'Im Stil von „{}“',
    category: 'Sie sehen sich oft {} an',
    popular: 'Beliebt in diesem Shop',
    catalog: 'Aus dem Sortiment',
    seen: 'Von Ihnen angesehen',
    'chosen-for-you': 'Für Sie ausgewählt',
    picked: 'Vom Shop ausgewählt',
  },
  fr: {
    'looked-at': 'Parce que vous avez regardé « {} »',
    'looked-at-earlier': 'Comme « {} », que vous avez regardé {when}',
    'chosen-with': 'Choisi par d’autres avec « {} »',
    'goes-with': 'Va bien avec « {} »',
    similar: 'Semblable à « {} »',
    style: 'Dans le style de « {} »',
    category: 'Vous regardez souvent {}',
    popular: 'Populaire dans cette boutique',
    catalog: 'Dans le catalogue',
    seen: 'Vous l’avez déjà regardé',
    'chosen-for-you': 'Choisi pour vous',
    picked: 'Sélectionné par la boutique',
  },
  es: {
    'looked-at': 'Porque has visto «{}»',
    'looked-at-earlier': 'Como «{}», que viste {when}',
    'chosen-with': 'Otros lo eligieron con «{}»',
    'goes-with': 'Combina con «{}»',
    similar: 'Parecido a «{}»',
    style: 'En el estilo de «{}»',
    category: 'Miras a menudo {}',
    popular: 'Popular en esta tienda',
    catalog: 'Del catálogo',
    seen: 'Ya lo has visto',
    'chosen-for-you': 'Elegido para ti',
    picked: 'Seleccionado por la tienda',
  },
  ar: {
    'looked-at': 'لأنك شاهدت «{}»',
    'looked-at-earlier': 'مثل «{}» الذي شاهدته {when}',
    'chosen-with': 'اختاره آخرون مع «{}»',
    'goes-with': 'يتناسب مع «{}»',
    similar: 'مشابه لـ «{}»',
    style: 'بأسلوب «{}»',
    category: 'كثيرًا ما تتصفح {}',
    popular: 'رائج في هذا المتجر',
    catalog: 'من الكتالوج',
    seen: 'شاهدت هذا المنتج من قبل',
    'chosen-for-you': 'اخترناه لك',
    picked: 'من اختيار المتجر',
  },
};

/** `{}` stands for a month, which may be followed by a year. */
const IN_MONTH: Record<ReasonLanguage, string> = {
  en: 'in {}',
  ja: '{}に',
  de: 'im {}',
  fr: 'en {}',
  es: 'en {}',
  ar: 'في {}',
};

/** Age from which a choice is an earlier one, ms: a week. */
const EARLIER = 7 * 24 * 3600 * 1000;

/** The language of a tag such as `de-AT`, `AR` or `zh`; English for a language without texts. */
export function reasonLanguage(tag: string): ReasonLanguage {
  const primary = tag.toLowerCase().split(/[-_]/)[0];
  return REASON_LANGUAGES.find((language) => language === primary) ?? 'en';
}

/**
 * The reason as one sentence for the shopper, without a full stop. A choice of the last seven days, or of a time that is
 * not known, is told without its time.
 * @param lang a language tag; default English
 * @param now milliseconds since the epoch; default 0
 */
export function reasonText(reason: ReasonKind, { lang = 'en', now = 0 }: { lang?: string; now?: number } = {}): string {
  const language = reasonLanguage(lang);
  const time = reason.kind === 'looked-at-earlier' && now - (reason.time ?? now) >= EARLIER ? reason.time : null;
  const kind = reason.kind === 'looked-at-earlier' && time === null ? 'looked-at' : reason.kind;
  const text = REASON_TEXTS[language][kind].replace('{when}', time === null ? '' : whenText(time, now, language));
  if (!('name' in reason)) return text;
  // Isolated: in text that runs right to left, a left-to-right title would turn the quotation marks round it.
  const name = language === 'ar' ? `\u2068${reason.name}\u2069` : reason.name;
  // A function, because a replacement string would interpret `$&` in a title.
  return text.replace('{}', () => name);
}

/** When something was, by the shopper's calendar: `this month`, `last month`, `in March`, or `in March 2024` of another year. */
function whenText(time: number, now: number, language: ReasonLanguage): string {
  const [then, today] = [new Date(time), new Date(now)];
  const years = today.getFullYear() - then.getFullYear();
  const months = 12 * years + today.getMonth() - then.getMonth();
  if (months <= 1) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-months, 'month');
  const year = years === 0 ? undefined : 'numeric';
  return IN_MONTH[language].replace('{}', new Intl.DateTimeFormat(language, { month: 'long', year }).format(then));
}
