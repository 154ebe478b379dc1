import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Placement, Recommendation } from '../../protocol';
import { languageOf } from '../dom';

/** The built-in texts of a list itself. */
export interface ListLabels {
  headings: Record<Placement, string>;
  /** Heading over products of which nothing is known. */
  products: string;
  loading: string;
  empty: string;
  error: string;
  retry: string;
  /** Name of the "not interested" button of a card. */
  dismiss: (title: string) => string;
  /** Shown at the place of a dismissed card, and announced to screen readers. */
  dismissed: (title: string) => string;
  undo: string;
  /** Announced to screen readers once a dismissal was taken back. */
  restored: (title: string) => string;
  back: string;
  forward: string;
  outOfStock: string;
  /** Texts of a bundle; the built-in ones are loaded with it. */
  bundle?: Partial<BundleLabels>;
}

/** Texts of `layout="bundle"`. */
export interface BundleLabels {
  /** Reason of the item that the bundle is about. */
  thisItem: string;
  /** Name of the group of check boxes, for screen readers. */
  choose: string;
  /** Before the price of what is checked. */
  total: string;
  /** Button while all boxes are checked. */
  addAll: string;
  /** Button while some are not. */
  addSelected: string;
  /** In place of both afterwards. */
  added: string;
}

/** The built-in texts of what only some cards show; they are loaded with the code that shows it. */
export interface CardLabels {
  /** Price of a product whose other variants cost more. */
  from: (price: string) => string;
  /** Badge of a reduced product. */
  sale: string;
  /** Badge of a new product. */
  new: string;
  /** Badge of a product of which few pieces are left. */
  lowStock: (quantity: number) => string;
  /** Read by screen readers in place of the two prices. */
  reduced: (listPrice: string, price: string) => string;
  /** Name of the stars, from 0 to 5. */
  rating: (value: number) => string;
  /** Second part of that name. */
  ratings: (count: number) => string;
  addToCart: string;
  /** The button's text for a moment once it was pressed. */
  added: string;
  /** Announced to screen readers then. */
  addedToCart: (title: string) => string;
}

/** The texts of a list. The property `labels` replaces some or all of them. */
export interface RecsLabels extends ListLabels, CardLabels {}

/**
 * The labels of a language. In order: headings of `for-you`, `similar`, `complement`, `trending`, `recent` and `again`, and of
 * products of which nothing is known; loading; empty; error; retry; dismiss; dismissed; undo; restored; back; forward; sold out. `{}` stands for a product's title. A
 * line, not an object: pages load it, and the property names would weigh as much as the texts.
 */
const ENGLISH =
  'Recommended for you|Similar products|Goes well with it|Popular right now|Recently viewed|Buy again|From our range|Finding recommendations|Nothing to recommend yet. Look around a little and this list will follow.|Recommendations are not available at the moment.|Try again|Not interested in {}|{} will not be shown again.|Undo|{} is back in the list.|Scroll back|Scroll forward|Sold out';

type Five = [string, string, string, string, string];
/** A line in parts. */
type Words = [...Five, ...Five, ...Five, string, string, string];

const lines: Record<string, string> = { en: ENGLISH };
/** Languages that can be loaded. */
const others = new Set(['ar', 'de', 'es', 'fr', 'ja']);
let loading: Promise<void> | undefined;

const codeOf = (language = globalThis.navigator?.language ?? ''): string =>
  language.replace(/[-_].*/s, '').toLowerCase();

/** Whether a language's labels are built in but not loaded yet. */
export const labelsMissing = (language?: string): boolean => others.has(codeOf(language));

/** Loads the labels of all other languages, once. When it rejects, those pages get English. */
export function loadLabels(): Promise<void> {
  loading ??= import('./locales')
    .then(({ LOCALES }) => void Object.assign(lines, LOCALES))
    .finally(() => others.clear());
  return loading;
}

/**
 * The built-in labels in a language: English, Japanese, German, French, Spanish or Arabic; English for any other. While
 * they are not loaded, English without headings: those are seen at once, and would change while they are read.
 * @param language a BCP 47 tag; only its first part counts. Default: the browser's language.
 */
export function labelsIn(language?: string): ListLabels {
  const code = codeOf(language);
  const words = ((Object.hasOwn(lines, code) && lines[code]) || ENGLISH).split('|') as Words;
  if (others.has(code)) words.fill('', 0, 7);
  const [forYou, similar, complement, trending, recent, again, products, ...rest] = words;
  const [wait, empty, error, retry, ...actions] = rest;
  const [dismiss, dismissed, undo, restored, back, forward, outOfStock] = actions;
  // A replacer function, because `$&` in a title would be a pattern of a replacement text.
  const about = (sentence: string) => (title: string) => sentence.replace('{}', () => title);
  return {
    headings: { 'for-you': forYou, similar, complement, trending, recent, again },
    products,
    loading: wait,
    empty,
    error,
    retry,
    dismiss: about(dismiss),
    dismissed: about(dismissed),
    undo,
    restored: about(restored),
    back,
    forward,
    outOfStock,
  };
}

/** The given labels, and the built-in ones of the language for the rest. */
export function completeLabels(labels: Partial<RecsLabels>, language?: string): ListLabels & Partial<CardLabels> {
  const builtIn = labelsIn(language);
  return { ...builtIn, ...labels, headings: { ...builtIn.headings, ...labels.headings } };
}

/**
 * The heading of a list by what its items are: one that fell back to other products than its placement asks for must not
 * claim them. What the shop pinned says nothing.
 * @param items none while they are not known
 */
export function headingOf(placement: Placement, items: readonly Recommendation[], labels: ListLabels): string {
  const { headings, products } = labels;
  const sources = new Set(items.map(({ source, contributions }) => ('hint' in contributions ? 'personal' : source)));
  sources.delete('pinned');
  const [source] = sources.size === 1 ? sources : [];
  if (source === 'catalog') return products;
  if (placement === 'similar' || placement === 'complement') {
    if (source === 'popularity') return headings.trending;
    if (source === 'content') return headings.similar;
  }
  return headings[placement];
}

/** Observes the language of an element and of the page, and renders the element again when the labels are loaded. */
export class LanguageObserver implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #failed: (thrown: unknown) => void;
  readonly #observer: MutationObserver | undefined;

  /**
   * @param changed called when the language may have changed
   * @param failed called when the labels could not be loaded; the element uses English then
   */
  constructor(host: ReactiveControllerHost & Element, changed: () => void, failed: (thrown: unknown) => void) {
    this.#host = host;
    this.#failed = failed;
    // None where elements are rendered without a browser.
    this.#observer =
      globalThis.MutationObserver &&
      new MutationObserver(() => {
        host.requestUpdate();
        changed();
      });
    host.addController(this);
  }

  hostUpdate(): void {
    if (!labelsMissing(languageOf(this.#host))) return;
    loadLabels()
      .catch(this.#failed)
      .finally(() => this.#host.requestUpdate());
  }

  hostConnected(): void {
    for (const holder of [this.#host, document.documentElement])
      this.#observer?.observe(holder, { attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }
}
