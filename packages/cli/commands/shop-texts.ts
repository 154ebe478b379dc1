import { escaped } from '../../../src/core/common/text';

const ENGLISH = {
  shop: 'My shop',
  cart: 'Cart',
  products: 'All products',
  product: 'Product',
  noProduct: 'This product does not exist.',
  addToCart: 'Add to cart',
  emptyCart: 'Your cart is empty.',
  remove: 'Remove',
  order: 'Order',
  ordered: 'Thank you. This is a demo: nothing was ordered.',
  /** Heading of the list in the cart. */
  withCart: 'Goes with your cart',
  /** The heading while the cart is empty. */
  forYou: 'For you',
  privacyChoices: 'Privacy choices',
  question: 'Remember what I like on this device?',
  explanation: 'This shop learns from what you look at, here in your browser. Nothing is sent anywhere, either way.',
  yes: 'Yes',
  no: 'No',
};

/** The texts of a new shop's pages, except for the lists, which have their own texts. */
export type ShopTexts = typeof ENGLISH;

/** By the first part of a language tag: the languages of the lists, and Italian. */
const TEXTS: Record<string, ShopTexts> = {
  en: ENGLISH,
  de: {
    shop: 'Mein Shop',
    cart: 'Warenkorb',
    products: 'Alle Produkte',
    product: 'Produkt',
    noProduct: 'Dieses Produkt gibt es nicht.',
    addToCart: 'In den Warenkorb',
    emptyCart: 'Ihr Warenkorb ist leer.',
    remove: 'Entfernen',
    order: 'Bestellen',
    ordered: 'Vielen Dank. Dies ist eine Demo: Es wurde nichts bestellt.',
    withCart: 'Passt zu Ihrem Warenkorb',
    forYou: 'Für Sie',
    privacyChoices: 'Datenschutz-Einstellungen',
    question: 'Auf diesem Gerät merken, was mir gefällt?',
    explanation:
      'Dieser Shop lernt aus dem, was Sie sich ansehen, hier in Ihrem Browser. Es wird nichts versendet, wie auch immer Sie antworten.',
    yes: 'Ja',
    no: 'Nein',
  },
  fr: {
    shop: 'Ma boutique',
    cart: 'Panier',
    products: 'Tous les produits',
    product: 'Produit',
    noProduct: 'Ce produit n’existe pas.',
    addToCart: 'Ajouter au panier',
    emptyCart: 'Votre panier est vide.',
    remove: 'Retirer',
    order: 'Commander',
    ordered: 'Merci. Ceci est une démonstration : rien n’a été commandé.',
    withCart: 'Va bien avec votre panier',
    forYou: 'Pour vous',
    privacyChoices: 'Choix de confidentialité',
    question: 'Retenir sur cet appareil ce qui me plaît ?',
    explanation:
      'Cette boutique apprend de ce que vous regardez, ici, dans votre navigateur. Rien n’est envoyé, quelle que soit votre réponse.',
    yes: 'Oui',
    no: 'Non',
  },
  es: {
    shop: 'Mi tienda',
    cart: 'Carrito',
    products: 'Todos los productos',
    product: 'Producto',
    noProduct: 'Este producto no existe.',
    addToCart: 'Añadir al carrito',
    emptyCart: 'Tu carrito está vacío.',
    remove: 'Quitar',
    order: 'Comprar',
    ordered: 'Gracias. Esto es una demostración: no se ha comprado nada.',
    withCart: 'Combina con tu carrito',
    forYou: 'Para ti',
    privacyChoices: 'Opciones de privacidad',
    question: '¿Recordar en este dispositivo lo que me gusta?',
    explanation:
      'Esta tienda aprende de lo que miras, aquí, en tu navegador. No se envía nada, respondas lo que respondas.',
    yes: 'Sí',
    no: 'No',
  },
  it: {
    shop: 'Il mio negozio',
    cart: 'Carrello',
    products: 'Tutti i prodotti',
    product: 'Prodotto',
    noProduct: 'Questo prodotto non esiste.',
    addToCart: 'Aggiungi al carrello',
    emptyCart: 'Il tuo carrello è vuoto.',
    remove: 'Rimuovi',
    order: 'Ordina',
    ordered: 'Grazie. Questa è una demo: non è stato ordinato nulla.',
    withCart: 'Si abbina al tuo carrello',
    forYou: 'Per te',
    privacyChoices: 'Scelte sulla privacy',
    question: 'Ricordare su questo dispositivo ciò che mi piace?',
    explanation:
      'Questo negozio impara da ciò che guardi, qui nel tuo browser. Qualunque sia la risposta, non viene inviato nulla.',
    yes: 'Sì',
    no: 'No',
  },
  ja: {
    shop: 'マイショップ',
    cart: 'カート',
    products: 'すべての商品',
    product: '商品',
    noProduct: 'この商品は見つかりません。',
    addToCart: 'カートに入れる',
    emptyCart: 'カートに商品はありません。',
    remove: '削除',
    order: '注文する',
    ordered: 'ありがとうございます。これはデモのため、注文は行われていません。',
    withCart: 'カートの商品に合う商品',
    forYou: 'あなたへのおすすめ',
    privacyChoices: 'プライバシーの設定',
    question: 'お好みをこの端末に保存しますか？',
    explanation:
      'このショップは、ご覧になった商品からお使いのブラウザーの中で学びます。どちらを選んでも、情報が外部に送信されることはありません。',
    yes: 'はい',
    no: 'いいえ',
  },
  ar: {
    shop: 'متجري',
    cart: 'السلة',
    products: 'كل المنتجات',
    product: 'المنتج',
    noProduct: 'هذا المنتج غير موجود.',
    addToCart: 'أضف إلى السلة',
    emptyCart: 'سلتك فارغة.',
    remove: 'إزالة',
    order: 'اطلب',
    ordered: 'شكرًا لك. هذا عرض تجريبي: لم يُطلب شيء.',
    withCart: 'يتماشى مع سلتك',
    forYou: 'لك',
    privacyChoices: 'خيارات الخصوصية',
    question: 'هل نتذكّر على هذا الجهاز ما يعجبك؟',
    explanation: 'يتعلّم هذا المتجر مما تتصفّحه، هنا في متصفحك. لا يُرسَل شيء إلى أي مكان، أيًّا كان جوابك.',
    yes: 'نعم',
    no: 'لا',
  },
};

export const SHOP_LANGUAGES = Object.keys(TEXTS);

const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** First part of a language tag. */
const primaryOf = (tag: string): string => tag.replace(/[-_].*/s, '').toLowerCase();

export const hasTexts = (tag: string): boolean => SHOP_LANGUAGES.includes(primaryOf(tag));

/** The texts in a language, or in English if the language has no texts. @param tag BCP 47 tag; only its first part counts */
export const shopTexts = (tag: string): ShopTexts => (hasTexts(tag) && TEXTS[primaryOf(tag)]) || ENGLISH;

export function textsFile(texts: ShopTexts): string {
  const lines = Object.entries(texts).map(([name, text]) => `  ${name}: ${JSON.stringify(text)},`);
  return `/** Texts that the script writes. The pages have their other words in their HTML. */\nexport const texts = {\n${lines.join('\n')}\n};\n`;
}

/** A page of the starter in a language. @throws Error for a name without a text: page and code belong to one package */
export function filledPage(html: string, texts: ShopTexts, language: string): string {
  const values = new Map(Object.entries(texts));
  const direction = RIGHT_TO_LEFT.has(primaryOf(language)) ? ' dir="rtl"' : '';
  return html
    .replace('<html lang="en">', `<html lang="${escaped(language)}"${direction}>`)
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const text = values.get(name);
      if (text === undefined) throw new Error(`A page of the shop names {{${name}}}, for which there is no text.`);
      return escaped(text);
    });
}
