/** The texts of `<sidestream-pick>`; its property `labels` replaces some or all of them. */
export interface PickLabels {
  heading: string;
  /** Below the heading. */
  hint: string;
  /** How many are picked, for screen readers. */
  count: (picked: number, of: number) => string;
  skip: string;
  /** In place of the products once all are picked. */
  thanks: string;
  loading: string;
  empty: string;
  error: string;
  retry: string;
}

/** A line in parts. */
type Words = [string, string, string, string, string, string, string, string, string];

/** In the order of the interface; `{n}` and `{of}` stand for numbers. */
const ENGLISH =
  'What do you like?|Pick {of}, and the lists on this page follow your taste.|{n} of {of} picked|Skip|Thank you. The lists on this page follow your choice now.|Finding products|There is nothing to pick from yet.|Products are not available at the moment.|Try again';
const LINES: Record<string, string> = {
  en: ENGLISH,
  ja: 'お好みを教えてください|{of}点選ぶと、このページのおすすめに反映されます。|{of}点中{n}点を選択中|スキップ|ありがとうございます。このページのおすすめに反映しました。|商品を探しています|選べる商品がまだありません。|現在、商品を表示できません。|再試行',
  de: 'Was gefällt Ihnen?|Wählen Sie {of} aus, dann richten sich die Listen dieser Seite nach Ihrem Geschmack.|{n} von {of} gewählt|Überspringen|Danke. Die Listen dieser Seite richten sich jetzt nach Ihrer Wahl.|Produkte werden gesucht|Es gibt noch nichts zur Auswahl.|Die Produkte sind gerade nicht verfügbar.|Erneut versuchen',
  fr: 'Qu’aimez-vous ?|Choisissez-en {of} : les listes de cette page suivront vos goûts.|{n} sur {of} choisis|Passer|Merci. Les listes de cette page suivent maintenant votre choix.|Recherche de produits|Il n’y a encore rien à choisir.|Les produits ne sont pas disponibles pour le moment.|Réessayer',
  es: '¿Qué te gusta?|Elige {of} y las listas de esta página seguirán tus gustos.|{n} de {of} elegidos|Omitir|Gracias. Las listas de esta página siguen ahora tu elección.|Buscando productos|Todavía no hay nada que elegir.|Los productos no están disponibles en este momento.|Reintentar',
  ar: 'ما الذي يعجبك؟|اختر {of} لتتبع قوائم هذه الصفحة ذوقك.|تم اختيار {n} من {of}|تخطٍّ|شكرًا لك. تتبع قوائم هذه الصفحة اختيارك الآن.|جارٍ البحث عن المنتجات|لا يوجد ما يمكن اختياره بعد.|المنتجات غير متاحة حاليًا.|إعادة المحاولة',
};

/**
 * The given labels, and the built-in ones of the language for the rest.
 * @param language a tag; default: the browser's language; others than the six are in English
 * @param of how many are to be picked
 */
export function pickLabels(labels: Partial<PickLabels>, language = navigator.language, of = 3): PickLabels {
  const code = language.toLowerCase().replace(/[-_].*/s, '');
  const known = Object.hasOwn(LINES, code);
  const line = (known && LINES[code]) || ENGLISH;
  const number = (n: number): string => n.toLocaleString(known ? language : 'en');
  const [heading, hint, count, skip, thanks, loading, empty, error, retry] = line
    .replaceAll('{of}', () => number(of))
    .split('|') as Words;
  return {
    ...{ heading, hint, skip, thanks, loading, empty, error, retry },
    count: (picked) => count.replace('{n}', () => number(picked)),
    ...labels,
  };
}
