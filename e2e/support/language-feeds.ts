import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sidestream } from './commands';

/** Languages of the shop; the first is the language of the main feed. */
export const LANGUAGES = ['en', 'de', 'ja', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

const NOUNS: Record<string, Record<Language, string>> = {
  teapot: { en: 'Teapot', de: 'Teekanne', ja: 'ティーポット', ar: 'إبريق شاي' },
  shoe: { en: 'Running shoes', de: 'Laufschuhe', ja: 'ランニングシューズ', ar: 'حذاء جري' },
  pack: { en: 'Backpack', de: 'Rucksack', ja: 'リュックサック', ar: 'حقيبة ظهر' },
  lamp: { en: 'Desk lamp', de: 'Schreibtischlampe', ja: 'デスクランプ', ar: 'مصباح مكتب' },
};
const COLORS: Record<string, Record<Language, string>> = {
  red: { en: 'red', de: 'rot', ja: '赤', ar: 'أحمر' },
  blue: { en: 'blue', de: 'blau', ja: '青', ar: 'أزرق' },
  green: { en: 'green', de: 'grün', ja: '緑', ar: 'أخضر' },
  black: { en: 'black', de: 'schwarz', ja: '黒', ar: 'أسود' },
  white: { en: 'white', de: 'weiß', ja: '白', ar: 'أبيض' },
  yellow: { en: 'yellow', de: 'gelb', ja: '黄', ar: 'أصفر' },
};
const SHOP: Record<Language, string> = { en: 'Shop', de: 'Laden', ja: 'ショップ', ar: 'متجر' };
const PRICES: Partial<Record<Language, [string, (price: number) => number]>> = {
  en: ['USD', (price) => price],
  de: ['EUR', (price) => price - 0.05],
  ja: ['JPY', (price) => price * 150],
};

/** A product in a language. */
export const titleOf = (noun: string, color: string, language: Language): string =>
  `${NOUNS[noun][language]}, ${COLORS[color][language]}`;

/** Product that the German feed lacks. */
export const UNSOLD = 'lamp-yellow';

/** Rows of a feed: id, title, category, price with its currency. */
function rowsOf(language: Language): string[][] {
  const [currency, convert] = PRICES[language] ?? ['', (price: number) => price];
  return Object.keys(NOUNS).flatMap((noun, n) =>
    Object.keys(COLORS).map((color, c) => {
      const price = convert(10 * (n + 1) + c);
      const category = `${SHOP[language]} > ${NOUNS[noun][language]}`;
      return [`${noun}-${color}`, titleOf(noun, color, language), category, currency && `${price} ${currency}`];
    }),
  );
}

/** Writes the feeds of the shop, each in another format, and builds one bundle of them. @returns the output of the build */
export function buildInLanguages(folder: string, bundle: string): string {
  mkdirSync(folder, { recursive: true });
  const xml = (rows: string[][], language: string): string => {
    const items = rows.map(
      ([id, title, category, price]) =>
        `<item><g:id>${id}</g:id><title>${title}</title><g:product_type>${category.replaceAll('>', '&gt;')}</g:product_type><g:price>${price}</g:price></item>`,
    );
    return `<rss xmlns:g="http://base.google.com/ns/1.0"><channel><language>${language}</language>${items.join('\n')}</channel></rss>`;
  };
  const csv = (rows: string[][]): string =>
    [['id', 'title', 'category', 'price'], ...rows].map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');
  const jsonl = (rows: string[][]): string =>
    rows.map(([id, title, category]) => JSON.stringify({ id, title, category })).join('\n');
  const feeds: Record<string, string> = {
    'en.xml': xml(rowsOf('en'), 'en'),
    'de.xml': xml(
      rowsOf('de').filter(([id]) => id !== UNSOLD),
      'de-DE',
    ),
    'ja.csv': csv(rowsOf('ja')),
    'ar.jsonl': jsonl(rowsOf('ar')),
  };
  for (const [name, text] of Object.entries(feeds)) writeFileSync(join(folder, name), text);
  const [main, ...others] = Object.keys(feeds).map((name) => join(folder, name));
  const locales = others.flatMap((path, n) => ['--locale', `${LANGUAGES[n + 1]}=${path}`]);
  return sidestream('build', main, ...locales, '--out', bundle, '--no-encoders');
}
