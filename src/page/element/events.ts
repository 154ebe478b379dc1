import { LitElement } from 'lit';
import type { Item, Placement, Progress, Recommendation } from '../../device/protocol';
import { SidestreamError } from '../../error';

/** Detail of `itemclick`. The event is cancelable: `preventDefault()` stops the link, but the click is still tracked. */
export interface RecsClickDetail {
  item: Recommendation['item'];
  /** 0-based position in the list. */
  position: number;
  placement: Placement;
  /** Id of the response that contained the item; pass it to `track` to attribute a later cart event or purchase. */
  recommendationId: string;
}

/** Detail of `addtocart`. The event is cancelable: after `preventDefault()`, nothing is tracked or confirmed. */
export interface RecsAddToCartDetail {
  items: {
    item: Item;
    /** Number of pieces to add. */
    quantity: number;
    /** Id of the response that contained the item; absent for the main item of a bundle. */
    recommendationId?: string;
    placement: Placement;
    /** 0-based position in the list; absent for the main item of a bundle. */
    position?: number;
  }[];
  /** Sum of price times quantity, in the shop's currency; null if a price is unknown. */
  total: number | null;
}

/** Detail of `recommend`: a new list, or the empty state, is in the page. */
export interface RecsRenderDetail {
  placement: Placement;
  recommendationId: string;
  /** In the order shown; empty when the empty state is shown. */
  items: Recommendation[];
}

/** Detail of `error`. The event is cancelable: `preventDefault()` keeps the error out of the console. */
export interface RecsErrorDetail {
  error: SidestreamError;
}

/** Detail of every event of `<sidestream-recs>`, by its name. */
export interface RecsEventDetails {
  recommend: RecsRenderDetail;
  itemclick: RecsClickDetail;
  addtocart: RecsAddToCartDetail;
  error: RecsErrorDetail;
  progress: Progress;
}

/** Detail of `sidestream-find-select`. The event is cancelable: `preventDefault()` stops the link, but the click is still tracked. */
export interface FindDetail {
  item: Item;
  /** 0-based position among the results. */
  position: number;
  placement: 'find';
  /** Id of the response that contained the item; pass it to `track` to attribute a later cart event or purchase. */
  recommendationId: string;
}

/** Detail of `sidestream-find-submit`. The event is cancelable: `preventDefault()` keeps the form from being sent. */
export interface FindSubmitDetail {
  /** The words in the field. */
  text: string;
}

/** Detail of every event that elements dispatch by `emit`, by its name. */
interface EventDetails extends RecsEventDetails {
  'sidestream-find-select': FindDetail;
  'sidestream-find-submit': FindSubmitDetail;
}

/** Every event of `<sidestream-recs>`, by its name. */
export type SidestreamRecsEventMap = { [K in keyof RecsEventDetails]: CustomEvent<RecsEventDetails[K]> };

/**
 * Dispatches an event from an element; returns false when a listener called `preventDefault()`. `recommend`, `itemclick`, `addtocart`
 * and those of a search bubble: one listener can serve the whole page. `error` and `progress` do not bubble, like the events of images
 * and videos: an error listener on the window would take ours for a crash of the page.
 */
export function emit<K extends keyof EventDetails>(target: EventTarget, type: K, detail: EventDetails[K]): boolean {
  const bubbles = type !== 'error' && type !== 'progress';
  return target.dispatchEvent(new CustomEvent(type, { detail, bubbles, composed: bubbles, cancelable: true }));
}

/** Errors already in the console: every list of a recommender receives its errors, and the console needs each only once. */
const logged = new WeakSet<SidestreamError>();

/**
 * Reports each error of an element once, as an `error` event and in the console. Calls that fail because the worker died reject with the
 * same error object as the recommender's own `error` event.
 */
export function errorReporter(element: Element): (thrown: unknown) => void {
  const reported = new WeakSet<SidestreamError>();
  /** Lines that this element has written to the console: the same failure recurs at every retry. */
  const lines = new Set<string>();
  return (thrown) => {
    const error = SidestreamError.from(thrown);
    if (reported.has(error)) return;
    reported.add(error);
    if (!emit(element, 'error', { error }) || logged.has(error)) return;
    logged.add(error);
    const line = `sidestream-recs: ${error.code}: ${error.message}`;
    if (lines.has(line)) return;
    lines.add(line);
    console.warn(line, element);
  };
}

/** Events of an element of ours, by their names. */
interface Events extends Omit<HTMLElementEventMap, keyof SidestreamRecsEventMap>, SidestreamRecsEventMap {}

/** Adds or removes listeners of the list's own events, typed like the listeners of built-in elements. */
interface Listening {
  <K extends keyof Events>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  (type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

interface ListeningElement extends LitElement {
  addEventListener: Listening;
  removeEventListener: Listening;
}

/** Lit's element; only the types of its listeners are new. */
export const TypedLitElement: Omit<typeof LitElement, never> & (abstract new () => ListeningElement) = LitElement;

declare global {
  interface GlobalEventHandlersEventMap {
    recommend: SidestreamRecsEventMap['recommend'];
    itemclick: SidestreamRecsEventMap['itemclick'];
    addtocart: SidestreamRecsEventMap['addtocart'];
    'sidestream-find-select': CustomEvent<FindDetail>;
    'sidestream-find-submit': CustomEvent<FindSubmitDetail>;
  }
}
