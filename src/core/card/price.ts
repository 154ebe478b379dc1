const formats = new Map<string, Intl.NumberFormat>();

/** A format of numbers in the reader's language, created once: creating the first one takes 20 ms. */
export function numberFormat(language: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language ?? ''} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(canonical(language), options);
  formats.set(key, format);
  return format;
}

/**
 * A price in the reader's language: `1.299,00 €`. Without a currency, or with one that is not a three-letter code, the plain
 * number with two decimals.
 */
export function formatPrice(price: number, currency?: string, language?: string): string {
  const code = currency && /^[a-z]{3}$/i.test(currency) ? currency.toUpperCase() : '';
  const options: Intl.NumberFormatOptions = code
    ? { style: 'currency', currency: code }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return numberFormat(language, options).format(price);
}

/** Pages write `en_US` or worse into `lang`, and Intl throws on it; the browser's language is used then. */
export function canonical(language: string | undefined): string | undefined {
  if (!language) return undefined;
  try {
    return Intl.getCanonicalLocales(language.replace('_', '-'))[0];
  } catch {
    return undefined;
  }
}
