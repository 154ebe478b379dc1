import { expect, it, vi } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { LABEL_LANGUAGES } from '../../../../testing/languages';
import { loadReasons, type ReasonKind, reasonText } from './reason-text';

const named = (title: string) => makeItem('tea', { title, category: `Kitchen/${title}` });

const NAMED = ['looked-at', 'chosen', 'chosen-with', 'goes-with', 'similar', 'style', 'category'] as const;
const PLAIN = ['popular', 'seen', 'again', 'chosen-for-you', 'picked'] as const;

/** Noon of the 20th of a month, 1 to 12, by the clock of the machine. */
const at = (year: number, month: number, day = 20): number => new Date(year, month - 1, day, 12).getTime();

it('has only English until another language is requested', async () => {
  // Other tests have loaded languages.
  vi.resetModules();
  const { loadReasons, reasonText } = await import('./reason-text');
  for (const other of [undefined, 'nl', 'fr-CA']) {
    await loadReasons(other);
    expect(reasonText({ kind: 'again' }, { lang: 'de' })).toBe('Time to buy again?');
  }
  expect(reasonText({ kind: 'again' }, { lang: 'fr' })).toBe('Le moment d’en racheter ?');
  await loadReasons('de-AT');
  expect(reasonText({ kind: 'again' }, { lang: 'de' })).toBe('Zeit, das wieder zu kaufen?');
});

it.each(LABEL_LANGUAGES)('has a different text for every kind in %s, with names inserted as they are', async (lang) => {
  await loadReasons(lang);
  const kinds: ReasonKind[] = [
    { kind: 'looked-at-earlier', about: named('Tea $& {title} pot'), time: at(2026, 1) },
    { kind: 'bought-with', about: named('Tea $& {title} pot'), orders: 37 },
    ...NAMED.map((kind) => ({ kind, about: named('Tea $& {title} pot') })),
    ...PLAIN.map((kind) => ({ kind })),
  ];
  const texts = kinds.map((kind) => reasonText(kind, { lang, now: at(2026, 6) }));
  expect(new Set(texts).size).toBe(kinds.length);
  for (const text of texts.slice(0, NAMED.length + 2)) expect(text).toContain('Tea $& {title} pot');
  for (const text of texts.slice(NAMED.length + 2)) expect(text).not.toMatch(/[{}]/);
});

it('is empty without a reason', () => {
  expect(LABEL_LANGUAGES.map((lang) => reasonText({ kind: 'none' }, { lang }))).toEqual(LABEL_LANGUAGES.map(() => ''));
});

it('uses the language of a tag, and English for unknown ones', async () => {
  await loadReasons('de');
  expect(reasonText({ kind: 'popular' }, { lang: 'DE_at' })).toBe('Beliebt in diesem Shop');
  expect(reasonText({ kind: 'popular' }, { lang: 'zh' })).toBe('Popular in this shop');
  expect(reasonText({ kind: 'popular' })).toBe('Popular in this shop');
});

it('says in how many orders two products were together, in the digits of the language', async () => {
  await Promise.all(LABEL_LANGUAGES.map(loadReasons));
  const told = (lang: string, orders = 1234): string =>
    reasonText({ kind: 'bought-with', about: named('Tea'), orders }, { lang });
  expect(['en', 'ja', 'de-AT', 'fr', 'es'].map((lang) => told(lang).replace(/\s/g, ' '))).toEqual([
    'Bought with “Tea” in 1,234 orders',
    '「Tea」と一緒に購入された注文：1,234件',
    'In 1.234 Bestellungen zusammen mit „Tea“ gekauft',
    'Acheté avec « Tea » dans 1 234 commandes',
    'Comprado con «Tea» en 1234 pedidos',
  ]);
  expect(told('ar', 37)).toBe(`يُشترى مع «\u2068Tea\u2069» (عدد الطلبات: ${(37).toLocaleString('ar')})`);
});

it('isolates a left-to-right title in Arabic', async () => {
  await loadReasons('ar');
  expect(reasonText({ kind: 'similar', about: named('Tee') }, { lang: 'ar' })).toContain('«\u2068Tee\u2069»');
});

it('includes the time of an earlier choice, but not within the last seven days or if unknown', async () => {
  await Promise.all(LABEL_LANGUAGES.map(loadReasons));
  const told = (time: number | null, lang = 'en', now = at(2026, 6)): string =>
    reasonText({ kind: 'looked-at-earlier', about: named('Tea'), time }, { lang, now });
  const plain = 'Because you looked at “Tea”';
  expect([null, at(2026, 6, 14), at(2027, 1)].map((time) => told(time))).toEqual([plain, plain, plain]);
  expect(told(at(2026, 5), 'en', 0)).toBe(plain);
  const times = [at(2026, 6, 13), at(2026, 6, 1), at(2026, 5, 31), at(2026, 4), at(2025, 4)];
  expect(times.map((time) => told(time))).toEqual(
    ['this month', 'this month', 'last month', 'in April', 'in April 2025'].map(
      (when) => `Like “Tea”, which you looked at ${when}`,
    ),
  );
  expect(told(at(2025, 12, 1), 'en', at(2026, 1))).toContain('last month');
  expect(told(at(2025, 11), 'en', at(2026, 1))).toContain('in November 2025');
  expect(['ja', 'de-AT', 'fr', 'es', 'ar'].map((lang) => told(at(2026, 3), lang))).toEqual([
    '3月にご覧になった「Tea」に似た商品です',
    'Wie „Tea“, im März von Ihnen angesehen',
    'Comme « Tea », que vous avez regardé en mars',
    'Como «Tea», que viste en marzo',
    'مثل «\u2068Tea\u2069» الذي شاهدته في مارس',
  ]);
});

it('names the item as the shopper reads it', () => {
  const about = makeItem('tea', { title: 'Teapot', category: 'Kitchen/Pots|Gifts' });
  const shown = () => ({ ...about, title: 'Teekanne', category: 'Küche/Kannen|Geschenke' });
  expect(reasonText({ kind: 'similar', about }, { shown })).toBe('Similar to “Teekanne”');
  expect(reasonText({ kind: 'category', about }, { shown })).toBe('You often look at Kannen');
  expect(reasonText({ kind: 'category', about })).toBe('You often look at Pots');
});
