import type { CardLabels } from '../labels';

/**
 * In order: price of the cheapest variant; sale; new; low stock for one piece and for several; list price and price; rating; number of ratings for one and
 * for several; add to cart; added; announcement of an added product. A line, as in `labels.ts`.
 */
const LINES: Record<string, string> = {
  en: 'from {}|Sale|New|Only {} left|Only {} left|Before {}, now {}|{} out of 5|{} rating|{} ratings|Add to cart|Added|{} was added to the cart.',
  ja: '{}から|セール|新着|残り{}点|残り{}点|以前の価格{}、現在の価格{}|5点満点中{}点|{}件の評価|{}件の評価|カートに入れる|追加しました|{}をカートに追加しました。',
  de: 'ab {}|Reduziert|Neu|Nur noch {} da|Nur noch {} da|Vorher {}, jetzt {}|{} von 5|{} Bewertung|{} Bewertungen|In den Warenkorb|Hinzugefügt|{} liegt jetzt im Warenkorb.',
  fr: 'dès {}|Promo|Nouveau|Plus que {} en stock|Plus que {} en stock|Avant {}, maintenant {}|{} sur 5|{} avis|{} avis|Ajouter au panier|Ajouté|{} a été ajouté au panier.',
  es: 'desde {}|Rebajado|Nuevo|Solo queda {}|Solo quedan {}|Antes {}, ahora {}|{} de 5|{} valoración|{} valoraciones|Añadir al carrito|Añadido|{} se ha añadido al carrito.',
  ar: 'من {}|تخفيض|جديد|بقي {} فقط|بقي {} فقط|السعر السابق {}، الآن {}|{} من 5|عدد التقييمات: {}|عدد التقييمات: {}|أضف إلى السلة|تمت الإضافة|تمت إضافة ⁨{}⁩ إلى السلة.',
};

/** Languages that have the labels. */
export const CARD_LANGUAGES = Object.keys(LINES);

type Words = [string, string, string, string, string, string, string, string, string, string, string, string];

/**
 * The built-in labels of cards in a language; English for one that has none.
 * @param language a BCP 47 tag; only its first part counts. Default: the browser's language.
 * @param format writes a number in the language
 */
export function cardLabelsIn(language: string | undefined, format: (value: number) => string): CardLabels {
  const code = (language ?? navigator.language).replace(/[-_].*/s, '').toLowerCase();
  const line = (Object.hasOwn(LINES, code) && LINES[code]) || LINES.en || '';
  const [from, sale, fresh, lastPiece, pieces, reduced, rating, oneRating, ratings, addToCart, added, addedToCart] =
    line.split('|') as Words;
  // A replacer function, because `$&` in a title would be a pattern of a replacement text.
  const insert = (sentence: string, ...values: string[]) => sentence.replace(/\{\}/g, () => values.shift() ?? '');
  return {
    from: (price) => insert(from, price),
    sale,
    new: fresh,
    lowStock: (quantity) => insert(quantity === 1 ? lastPiece : pieces, format(quantity)),
    reduced: (listPrice, price) => insert(reduced, listPrice, price),
    rating: (value) => insert(rating, format(value)),
    ratings: (count) => insert(count === 1 ? oneRating : ratings, format(count)),
    addToCart,
    added,
    addedToCart: (title) => insert(addedToCart, title),
  };
}
