/** Why an item is recommended. `name` is a title or a category, as the shop wrote it. */
export type ReasonKind =
  | { kind: 'looked-at' | 'chosen-with' | 'goes-with' | 'similar' | 'style' | 'category'; name: string }
  | { kind: 'popular' | 'catalog' | 'seen' | 'again' | 'chosen-for-you' | 'picked' };

type Kind = ReasonKind['kind'];

/** Languages that have texts. */
export const REASON_LANGUAGES = ['en', 'ja', 'de', 'fr', 'es', 'ar'] as const;
export type ReasonLanguage = (typeof REASON_LANGUAGES)[number];

/** `{}` stands for the name. */
const REASON_TEXTS: Record<ReasonLanguage, Record<Kind, string>> = {
  en: {
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
  },
  ja: {
    'looked-at': '「{}」をご覧になったため',
    'chosen-with': '「{}」と一緒に選ばれています',
    'goes-with': '「{}」に合う商品です',
    similar: '「{}」に似た商品です',
    style: '「{}」と似たテイストの商品です',
    category: '{}をよくご覧になっています',
    popular: 'このショップで人気の商品です',
    catalog: 'カタログの商品です',
    seen: '以前ご覧になった商品です',
    again: 'そろそろ買い足しの時期ですか？',
    'chosen-for-you': 'あなたへのおすすめです',
    picked: 'ショップのおすすめです',
  },
  de: {
    'looked-at': 'Weil Sie „{}“ angesehen haben',
    'chosen-with': 'Von anderen zusammen mit „{}“ gewählt',
    'goes-with': 'Passt zu „{}“',
    similar: 'Ähnlich wie „{}“',
    style: 'Im Stil von „{}“',
    category: 'Sie sehen sich oft {} an',
    popular: 'Beliebt in diesem Shop',
    catalog: 'Aus dem Sortiment',
    seen: 'Von Ihnen angesehen',
    again: 'Zeit, das wieder zu kaufen?',
    'chosen-for-you': 'Für Sie ausgewählt',
    picked: 'Vom Shop ausgewählt',
  },
  fr: {
    'looked-at': 'Parce que vous avez regardé « {} »',
    'chosen-with': 'Choisi par d’autres avec « {} »',
    'goes-with': 'Va bien avec « {} »',
    similar: 'Semblable à « {} »',
    style: 'Dans le style de « {} »',
    category: 'Vous regardez souvent {}',
    popular: 'Populaire dans cette boutique',
    catalog: 'Dans le catalogue',
    seen: 'Vous l’avez déjà regardé',
    again: 'Le moment d’en racheter ?',
    'chosen-for-you': 'Choisi pour vous',
    picked: 'Sélectionné par la boutique',
  },
  es: {
    'looked-at': 'Porque has visto «{}»',
    'chosen-with': 'Otros lo eligieron con «{}»',
    'goes-with': 'Combina con «{}»',
    similar: 'Parecido a «{}»',
    style: 'En el estilo de «{}»',
    category: 'Miras a menudo {}',
    popular: 'Popular en esta tienda',
    catalog: 'Del catálogo',
    seen: 'Ya lo has visto',
    again: '¿Toca volver a comprarlo?',
    'chosen-for-you': 'Elegido para ti',
    picked: 'Seleccionado por la tienda',
  },
  ar: {
    'looked-at': 'لأنك شاهدت «{}»',
    'chosen-with': 'اختاره آخرون مع «{}»',
    'goes-with': 'يتناسب مع «{}»',
    similar: 'مشابه لـ «{}»',
    style: 'بأسلوب «{}»',
    category: 'كثيرًا ما تتصفح {}',
    popular: 'رائج في هذا المتجر',
    catalog: 'من الكتالوج',
    seen: 'شاهدت هذا المنتج من قبل',
    again: 'هل حان وقت شرائه مجددًا؟',
    'chosen-for-you': 'اخترناه لك',
    picked: 'من اختيار المتجر',
  },
};

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
  const text = REASON_TEXTS[language][reason.kind];
  if (!('name' in reason)) return text;
  // Isolated: in text that runs right to left, a left-to-right title would turn the quotation marks round it.
  const name = language === 'ar' ? `\u2068${reason.name}\u2069` : reason.name;
  // A function, because a replacement string would interpret `$&` in a title.
  return text.replace('{}', () => name);
}
