import { canonical } from '../../../core/card';
import { ENGLISH, fill, formOf, type PageTexts } from '../../../core/labels';
import type { Placement, Recommendation } from '../../../device/protocol';
import { PAGE_TEXTS } from '../labels';

/** The built-in texts of a list itself. */
export interface ListLabels extends Omit<PageTexts['list'], 'headings' | 'dismiss' | 'dismissed' | 'restored'> {
  /** Heading over a list, by its placement. */
  headings: Record<Placement, string>;
  /** Name of the "not interested" button of a card. */
  dismiss: (title: string) => string;
  /** Shown at the place of a dismissed card, and announced to screen readers. */
  dismissed: (title: string) => string;
  /** Announced to screen readers once a dismissal was undone. */
  restored: (title: string) => string;
  /** Texts of a bundle. */
  bundle?: Partial<BundleLabels>;
}

/** The built-in texts of a bundle. */
export interface BundleLabels extends Pick<PageTexts['bundle'], keyof PageTexts['bundle']> {}

type Filled = 'from' | 'lowStock' | 'reduced' | 'rating' | 'ratings' | 'addedToCart';

/** The built-in texts of the parts that only some cards have. */
export interface CardLabels extends Omit<PageTexts['cards'], Filled> {
  /** Price of a product whose other variants cost more. */
  from: (price: string) => string;
  /** Badge of a product with low stock. */
  lowStock: (quantity: number) => string;
  /** Read by screen readers instead of the two prices. */
  reduced: (listPrice: string, price: string) => string;
  /** Name of the stars, from 0 to 5. */
  rating: (value: number) => string;
  /** Second part of that name. */
  ratings: (count: number) => string;
  /** Announced to screen readers after the button was pressed. */
  addedToCart: (title: string) => string;
}

/** The texts of a list. The property `labels` replaces some or all of them. */
export interface RecsLabels extends ListLabels, CardLabels {}

/** All texts of a list. */
export type CompleteLabels = RecsLabels & { bundle: BundleLabels };

/** Headings are visible at once and would change while being read. */
const NO_HEADINGS: Partial<Record<Placement, string>> = Object.fromEntries(
  Object.keys(ENGLISH.list.headings).map((placement) => [placement, '']),
);

/**
 * The given labels, completed with the built-in ones in a language: English, Japanese, German, French, Spanish or Arabic; English for any
 * other. Until they are loaded, English without headings.
 * @param language a BCP 47 tag; except for the digits, only its first part counts. Default: the browser's language.
 */
export function completeLabels(given: Partial<RecsLabels>, language?: string): CompleteLabels {
  const texts = PAGE_TEXTS.in(language);
  const { list, cards, bundle } = texts ?? ENGLISH;
  const { lowStock, ratings } = cards;
  const number = (value: number): string => value.toLocaleString(canonical(language), { maximumFractionDigits: 1 });
  return {
    ...list,
    ...cards,
    ...(texts ? {} : { products: '', similarStyle: '' }),
    dismiss: (title) => fill(list.dismiss, { title }),
    dismissed: (title) => fill(list.dismissed, { title }),
    restored: (title) => fill(list.restored, { title }),
    from: (price) => fill(cards.from, { price }),
    lowStock: (quantity) => fill(formOf(lowStock, quantity === 1), { quantity: number(quantity) }),
    reduced: (listPrice, price) => fill(cards.reduced, { listPrice, price }),
    rating: (value) => fill(cards.rating, { value: number(value) }),
    ratings: (count) => fill(formOf(ratings, count === 1), { count: number(count) }),
    addedToCart: (title) => fill(cards.addedToCart, { title }),
    ...given,
    headings: { ...list.headings, ...(texts ? {} : NO_HEADINGS), ...given.headings },
    bundle: { ...bundle, ...given.bundle },
  };
}

/**
 * The heading of a list, depending on its items: a list that fell back to products other than its placement's must not claim
 * those. Pinned items do not count.
 * @param items empty until they are known
 */
export function headingOf(
  placement: Placement,
  items: readonly Pick<Recommendation, 'source' | 'contributions'>[],
  labels: ListLabels,
): string {
  const { headings, products } = labels;
  const sources = new Set(items.map(({ source, contributions }) => ('hint' in contributions ? 'personal' : source)));
  sources.delete('pinned');
  const [source] = sources.size === 1 ? sources : [];
  if (source === 'catalog') return products;
  if (placement === 'for-you' && source === 'popularity') return headings.trending;
  if (placement === 'similar' || placement === 'complement') {
    if (source === 'popularity') return headings.trending;
    if (source === 'content') return headings.similar;
    if (source === 'style') return labels.similarStyle;
  }
  return headings[placement];
}
