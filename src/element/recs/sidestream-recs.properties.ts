import { LitElement, type PropertyDeclarations } from 'lit';
import type { Placement, Recommender } from '../../protocol';
import type { SidestreamRecsEventMap } from '../events';
import type { RecsLabels } from './labels';

/** Frameworks hand in a new object at every render; only another content makes another request. */
const changedContent = (now: unknown, before: unknown): boolean => JSON.stringify(now) !== JSON.stringify(before);
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

interface ListeningElement extends LitElement {
  addEventListener: Listening;
  removeEventListener: Listening;
}

/** Lit's element; only the types of its listeners are new. */
const Base: Omit<typeof LitElement, never> & (abstract new () => ListeningElement) = LitElement;

/** Properties and events of `<sidestream-recs>`. */
export abstract class RecsElement extends Base {
  /** @internal Not decorators: their code would be on every page for this one class. */
  static override properties: PropertyDeclarations = {
    placement: {},
    itemId: { attribute: 'item-id' },
    limit: { type: Number },
    catalog: {},
    filter: { hasChanged: changedContent },
    lazy: { type: Boolean },
    heading: {},
    headingLevel: { type: Number, attribute: 'heading-level' },
    namespace: {},
    layout: { reflect: true },
    hrefTemplate: { attribute: 'href-template' },
    currency: {},
    dismissible: { type: Boolean },
    recommender: { attribute: false },
    exclude: { attribute: false, hasChanged: changedContent },
    labels: { attribute: false },
  };

  /** Which recommendations to show: `for-you`, `similar`, `complement`, `trending` or `recent`. */
  placement: Placement = 'for-you';
  /** Id of the item being looked at; `similar` and `complement` need it, and are hidden without. */
  itemId = '';
  /** How many to show, a whole number from 1 to 100. */
  limit = 8;
  /** Address of the bundle folder. Elements with the same catalogue and namespace share one recommender. */
  catalog = '';
  /**
   * Which items may be shown: a JSON object, or its text in the attribute. Passed on to `recommend()`. One that is no object
   * hides the list.
   */
  filter: unknown = null;
  /** Loads nothing before the list is about to be scrolled into view. */
  lazy = false;
  /** The heading; by default one that fits the placement. */
  heading = '';
  /** Level of the heading in the page's outline, 2 to 6. */
  headingLevel = 2;
  /** Separates profiles of shops on one origin; with `catalog` only. */
  namespace = 'default';
  /** A grid that wraps, or one row that scrolls. */
  layout: 'grid' | 'row' = 'grid';
  /** Address of an item's page with `{id}`, `{title}` or `{category}` in it: `#/product/{id}`. By default the item's own `url`. */
  hrefTemplate = '';
  /** Three-letter currency code of the prices; without one they are plain numbers. */
  currency = '';
  /** Gives every card a "not interested" button, which removes the product from all lists and can be taken back. */
  dismissible = false;
  /** A recommender made by the page; takes the place of `catalog`. */
  recommender: Recommender | null = null;
  /** Ids never shown, because the page shows them elsewhere. */
  exclude: string[] = [];
  /** Words that take the place of the built-in ones. */
  labels: Partial<RecsLabels> = {};
}
