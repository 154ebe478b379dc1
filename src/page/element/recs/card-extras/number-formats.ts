/** Formats of numbers on a card, by kind. */
interface NumberFormats {
  /** Ratings and counts: `4.5`, `1,204`. */
  decimal: Intl.NumberFormat;
  percent: Intl.NumberFormat;
  /** Numbers of the catalog, without digit grouping: they may be years. */
  plain: Intl.NumberFormat;
}

const known = new Map<string | undefined, NumberFormats>();

/** The formats of a language, created once. @param language a canonical tag; default: the browser's */
export function numberFormats(language: string | undefined): NumberFormats {
  const formats = known.get(language) ?? {
    decimal: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }),
    percent: new Intl.NumberFormat(language, { style: 'percent' }),
    plain: new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 6 }),
  };
  known.set(language, formats);
  return formats;
}
