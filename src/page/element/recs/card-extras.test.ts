import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import { LABEL_LANGUAGES } from '../../../../testing/languages';
import { formatPrice } from '../../../core/card';
import type { Recommendation } from '../../../device/protocol';
import { PAGE_TEXTS } from '../labels';
import { CardExtras, type ExtrasContext } from './card-extras';
import { completeLabels } from './labels';

// There is no browser: a root without style sheets stands for the element's. e2e/card.spec.ts tests the page.
beforeAll(async () => {
  await Promise.all(LABEL_LANGUAGES.map((language) => PAGE_TEXTS.load(language)));
  vi.stubGlobal('ShadowRoot', class {});
  vi.stubGlobal('ResizeObserver', class {});
});
afterAll(() => {
  vi.unstubAllGlobals();
});

type Item = ReturnType<typeof recommendation>['item'];
const context = (language: string, given: Partial<ExtrasContext> = {}): ExtrasContext => ({
  language,
  currency: 'EUR',
  lowStock: 5,
  labels: completeLabels({}, language),
  ...given,
});

function factsOf(
  given: Partial<Item>,
  language = 'en',
  more: Partial<ExtrasContext> = {},
  prices?: Recommendation['prices'],
) {
  const host = Object.assign(new EventTarget(), {
    renderRoot: new EventTarget(),
    addToCart: false,
    report: () => undefined,
  });
  const extras = new CardExtras({ host: host as never, track: () => undefined });
  const item: Item = { ...recommendation('a').item, ...given };
  const price = item.price === undefined ? '' : formatPrice(item.price, 'EUR', language);
  return extras.facts({ item, prices }, price, context(language, more));
}

describe('facts', () => {
  it('are in the language of the reader', () => {
    const item: Partial<Item> = { price: 48, listPrice: 60, rating: { value: 4.46, count: 1204 }, quantity: 3 };
    expect(factsOf(item)).toEqual({
      priceFrom: '',
      listPrice: '€60.00',
      saving: '−20%',
      rating: '4.5',
      ratings: '1,204',
      badge: 'low-stock',
      badgeText: 'Only 3 left',
      image2: '',
    });
    expect(factsOf(item, 'de_DE')).toMatchObject({
      listPrice: '60,00\u00a0€',
      saving: '−20\u00a0%',
      rating: '4,5',
      ratings: '1.204',
      badgeText: 'Nur noch 3 da',
    });
  });

  it('are the texts of the page if it has some', () => {
    const labels = { ...completeLabels({}, 'en'), sale: 'Deal', lowStock: (n: number) => `Last ${n}!` };
    expect(factsOf({ price: 1, listPrice: 2 }, 'en', { labels }).badgeText).toBe('Deal');
    expect(factsOf({ quantity: 2 }, 'en', { labels }).badgeText).toBe('Last 2!');
  });

  it('are empty if an item has no such value, or nothing to see', () => {
    const nothing = {
      priceFrom: '',
      listPrice: '',
      saving: '',
      rating: '',
      ratings: '',
      badge: '',
      badgeText: '',
      image2: '',
    };
    expect(factsOf({ price: 48 })).toEqual(nothing);
    expect(factsOf({ price: 48, listPrice: 48 })).toEqual(nothing);
    // Both prices read €48.00.
    expect(factsOf({ price: 48.001, listPrice: 48.004 })).toEqual(nothing);
    expect(factsOf({ listPrice: 60, quantity: 0, rating: { value: 0 }, images: [] })).toEqual(nothing);
  });

  it('say "from" with the price if the card shows the cheapest variant', () => {
    const prices = { lowest: 25, highest: 40 };
    const from = (price: number, language: string, more = prices) =>
      factsOf({ price }, language, {}, more).priceFrom.replace(/\s/g, ' ');
    expect(['en', 'ja', 'de-AT', 'fr', 'es', 'ar'].map((language) => from(25, language))).toEqual([
      'from €25.00',
      '€25.00から',
      'ab € 25,00',
      'dès 25,00 €',
      'desde 25,00 €',
      `من ${formatPrice(25, 'EUR', 'ar').replace(/\s/g, ' ')}`,
    ]);
    // The price of this variant is neither the lowest nor of the others.
    expect(from(30, 'en')).toBe('');
    // Both prices read €25.00.
    expect(from(25, 'en', { lowest: 25, highest: 25.001 })).toBe('');
    const labels = { ...completeLabels({}, 'en'), from: (price: string) => `${price}+` };
    expect(factsOf({ price: 25 }, 'en', { labels }, prices).priceFrom).toBe('€25.00+');
    expect(factsOf({ price: 25, listPrice: 50 }, 'en', {}, prices)).toMatchObject({
      listPrice: '€50.00',
      saving: '−50%',
    });
  });

  it('contain no executable address', () => {
    expect(factsOf({ images: ['javascript:alert(1)'] }).image2).toBe('');
    expect(factsOf({ images: ['/b.webp'] }).image2).toBe('/b.webp');
  });
});
