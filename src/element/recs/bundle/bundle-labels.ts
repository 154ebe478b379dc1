import type { BundleLabels } from '../labels';

const ENGLISH: BundleLabels = {
  thisItem: 'This item',
  choose: 'Choose what to add to the cart',
  total: 'Total price',
  addAll: 'Add all to cart',
  addSelected: 'Add selection to cart',
  added: 'Added to cart',
};

/** The built-in texts of a bundle. All languages: they come with the bundle's code alone. */
const LABELS: Record<string, BundleLabels> = {
  en: ENGLISH,
  ja: {
    thisItem: 'この商品',
    choose: 'カートに入れる商品を選ぶ',
    total: '合計',
    addAll: 'まとめてカートに入れる',
    addSelected: '選んだ商品をカートに入れる',
    added: 'カートに入れました',
  },
  de: {
    thisItem: 'Dieses Produkt',
    choose: 'Auswählen, was in den Warenkorb kommt',
    total: 'Gesamtpreis',
    addAll: 'Alle in den Warenkorb',
    addSelected: 'Auswahl in den Warenkorb',
    added: 'Im Warenkorb',
  },
  fr: {
    thisItem: 'Ce produit',
    choose: 'Choisir ce qui va dans le panier',
    total: 'Prix total',
    addAll: 'Tout ajouter au panier',
    addSelected: 'Ajouter la sélection au panier',
    added: 'Ajouté au panier',
  },
  es: {
    thisItem: 'Este producto',
    choose: 'Elegir qué añadir al carrito',
    total: 'Precio total',
    addAll: 'Añadir todo al carrito',
    addSelected: 'Añadir la selección al carrito',
    added: 'Añadido al carrito',
  },
  ar: {
    thisItem: 'هذا المنتج',
    choose: 'اختر ما يُضاف إلى السلة',
    total: 'السعر الإجمالي',
    addAll: 'أضف الكل إلى السلة',
    addSelected: 'أضف المحدد إلى السلة',
    added: 'أُضيف إلى السلة',
  },
};

/**
 * The texts of a bundle in a language; English for any other than those of the lists.
 * @param language a BCP 47 tag; only its first part counts. Default: the browser's language
 * @param given the page's own, which replace single ones
 */
export function bundleLabels(
  language = globalThis.navigator?.language ?? '',
  given?: Partial<BundleLabels>,
): BundleLabels {
  const code = language.replace(/[-_].*/s, '').toLowerCase();
  return { ...((Object.hasOwn(LABELS, code) && LABELS[code]) || ENGLISH), ...given };
}

/** Languages with texts. */
export const BUNDLE_LANGUAGES = Object.keys(LABELS);
