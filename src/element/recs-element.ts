import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Placement, Recommender } from '../recommender';
import type { SidestreamRecsEventMap } from './events';
import type { RecsLabels } from './labels';

/** Frameworks hand in a new object at every render; only another content makes another request. */
const changedContent = (now: unknown, before: unknown): boolean => JSON.stringify(now) !== JSON.stringify(before);
/** What a page can say to `<sidestream-recs>`, and hear from it. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are inherited, only their types are new.
export abstract class RecsElement extends LitElement {
  /** Which recommendations to show. */
  @property() placement: Placement = 'for-you';
  /** The item being looked at; `similar` and `complement` need it. */
  @property({ attribute: 'item-id' }) itemId = '';
  /** How many to show, 1 to 100. */
  @property({ type: Number }) limit = 8;
  /** Address of the bundle folder. Elements with the same catalogue and namespace share one recommender. */
  @property() catalog = '';
  /** Which items may be shown: a JSON object, or its text in the attribute. Passed on to `recommend()`. */
  @property({ hasChanged: changedContent }) filter: unknown = null;
  /** Loads nothing before the list is about to be scrolled into view. */
  @property({ type: Boolean }) lazy = false;
  /** The heading; by default one that fits the placement. */
  @property() heading = '';
  /** Level of the heading in the page's outline, 2 to 6. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 2;
  /** Separates profiles of shops on one origin. */
  @property() namespace = 'default';
  /** A grid that wraps, or one row that scrolls. */
  @property({ reflect: true }) layout: 'grid' | 'row' = 'grid';
  /** Address of an item's page with `{id}` in it: `#/product/{id}`. By default the item's own `url`. */
  @property({ attribute: 'href-template' }) hrefTemplate = '';
  /** Three-letter currency code of the prices. */
  @property() currency = '';
  /** Gives every card a "not interested" button, which removes the product from all lists and can be taken back. */
  @property({ type: Boolean }) dismissible = false;
  /** A recommender made by the page; takes the place of `catalog`. */
  @property({ attribute: false }) recommender: Recommender | null = null;
  /** Ids never shown, because the page shows them elsewhere. */
  @property({ attribute: false, hasChanged: changedContent }) exclude: string[] = [];
  /** Words that take the place of the built-in ones. */
  @property({ attribute: false }) labels: Partial<RecsLabels> = {};
}

/** Listeners of the list's own events, typed as those of the platform's elements are. */
interface Listening {
  <K extends keyof SidestreamRecsEventMap>(
    type: K,
    listener: (event: SidestreamRecsEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  <K extends Exclude<keyof HTMLElementEventMap, keyof SidestreamRecsEventMap>>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  (type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

export interface RecsElement {
  addEventListener: Listening;
  removeEventListener: Listening;
}
