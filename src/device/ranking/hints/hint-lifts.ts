import type { Item } from '../../../core/catalog';
import { itemFilter } from '../rules/item-filter';
import type { FieldHint, ParsedHints } from './parse-hints';

/** How likely the next choice fits a hint, before any choice of the visit. See docs/results/measured.md for how it was chosen. */
export const RELIABILITY = 0.5;

/** Most words of a search that are looked for. */
const MAX_WORDS = 12;

/** What hints say of the items of a catalogue. */
export interface HintLifts {
  /** [items] log-odds by which each item fits, at least 0. */
  lifts: Float32Array;
  /** Name of the hint that says most of an item; null where it has no name. */
  nameOf(row: number): string | null;
}

/** One hint over all items: how far each fits, 0..1, and what the item fits in words. */
interface HintFit {
  fit: Float32Array;
  nameOf(item: Item): string | null;
}

/**
 * How far every item fits the hints, as log-odds: of a hint that the next choice fits with probability `reliability`, and a
 * share b of the catalogue, an item that fits has logit(reliability) - logit(b), and one that fits in part that part of it.
 * Hints add up, as if they were independent. One that fits most of the catalogue says nothing.
 */
export function hintLifts(items: readonly Item[], hints: ParsedHints, reliability = RELIABILITY): HintLifts {
  const fits = [...hints.fields.map((hint) => fieldFit(items, hint)), ...searchFit(items, hints.search)];
  const parts = fits.map(({ fit, nameOf }) => {
    const share = fit.reduce((sum, value) => sum + value, 0) / Math.max(1, items.length);
    const gap = share > 0 ? Math.max(0, logit(reliability) - logit(share)) : 0;
    return { nameOf, lift: fit.map((value) => gap * value) };
  });
  return {
    lifts: Float32Array.from(items, (_, row) => parts.reduce((sum, { lift }) => sum + lift[row], 0)),
    nameOf(row) {
      const [most] = parts.filter(({ lift }) => lift[row] > 0).sort((a, b) => b.lift[row] - a.lift[row]);
      return most?.nameOf(items[row]) ?? null;
    },
  };
}

/** A share of 1 counts as nearly so. */
const logit = (share: number): number => Math.log(share / Math.max(1e-9, 1 - share));

function fieldFit(items: readonly Item[], { field, options }: FieldHint): HintFit {
  const tests = options.map(({ filter, value }) => ({ value, fits: itemFilter(filter) }));
  return {
    fit: Float32Array.from(items, (item) => (tests.some(({ fits }) => fits(item)) ? 1 : 0)),
    nameOf(item) {
      const value = tests.find(({ fits }) => fits(item))?.value ?? null;
      if (value === null) return null;
      if (field === 'category') return String(value).split('/').at(-1) ?? null;
      // A size "M" or a "true" says nothing on its own.
      const name = field.replace('attributes.', '');
      return typeof value === 'string' && value.length > 2 ? value : `${name} ${value}`;
    },
  };
}

/** The share of the search's words that each item has in title or category. */
function searchFit(items: readonly Item[], search: string): HintFit[] {
  const words = [...new Set(folded(search).split(/\s+/).filter(Boolean))].slice(0, MAX_WORDS);
  if (words.length === 0) return [];
  const fit = Float32Array.from(items, (item) => {
    const text = textOf(item);
    return words.filter((word) => text.includes(word)).length / words.length;
  });
  return [{ fit, nameOf: () => search }];
}

const texts = new WeakMap<Item, string>();

/** Title and category, as words are compared. */
function textOf(item: Item): string {
  const text = texts.get(item) ?? folded(`${item.title} ${item.category}`);
  texts.set(item, text);
  return text;
}

/** Without differences of case, width and accents. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
