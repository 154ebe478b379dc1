import { LitElement } from 'lit';
import type { Item, Placement, Progress, Recommendation } from '../../device/protocol';
import type { SidestreamError } from '../../error';

/** Detail of `itemclick`. The event is cancelable: `preventDefault()` stops the link, the click is tracked all the same. */
export interface RecsClickDetail {
  item: Recommendation['item'];
  /** 0-based place in the list. */
  position: number;
  placement: Placement;
  /** Id of the response the item came with; pass it to `track` to attribute a later cart or purchase. */
  recommendationId: string;
}

/** Detail of `addtocart`. The event is cancelable: after `preventDefault()` nothing is tracked and nothing confirmed. */
export interface RecsAddToCartDetail {
  items: {
    item: Item;
    /** Pieces to add. */
    quantity: number;
    /** Id of the response the item came with; absent for the item that a bundle is about. */
    recommendationId?: string;
    placement: Placement;
    /** 0-based place in the list; absent for the item that a bundle is about. */
    position?: number;
  }[];
  /** Sum of price times quantity, in the shop's currency; null where a price is not known. */
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

/** Every event of `<sidestream-recs>`, by its name. */
export type SidestreamRecsEventMap = { [K in keyof RecsEventDetails]: CustomEvent<RecsEventDetails[K]> };

/**
 * Dispatches an event from a list; returns false when a listener called `preventDefault()`. `recommend`, `itemclick` and
 * `addtocart` bubble, so that one listener serves a page. `error` and `progress` do not, as those of images and videos do
 * not: a listener for errors at the window would take ours for a crash of the page.
 */
export function emit<K extends keyof RecsEventDetails>(
  target: EventTarget,
  type: K,
  detail: RecsEventDetails[K],
): boolean {
  const bubbles = type !== 'error' && type !== 'progress';
  return target.dispatchEvent(new CustomEvent(type, { detail, bubbles, composed: bubbles, cancelable: true }));
}

/** Errors in the console already: all lists of a recommender receive its errors, and the console needs each once. */
const logged = new WeakSet<SidestreamError>();

/**
 * Reports the errors of one `<sidestream-recs>` by the event `error` and in the console, each once. Calls that fail because
 * the worker died reject with the very error that the recommender's own event `error` carries.
 */
export class ErrorReporter {
  readonly #element: Element;
  readonly #reported = new WeakSet<SidestreamError>();
  /** Lines that this element wrote to the console: the same failure comes again at every retry. */
  readonly #lines = new Set<string>();

  constructor(element: Element) {
    this.#element = element;
  }

  report(error: SidestreamError): void {
    if (this.#reported.has(error)) return;
    this.#reported.add(error);
    if (!emit(this.#element, 'error', { error }) || logged.has(error)) return;
    logged.add(error);
    const line = `sidestream-recs: ${error.code}: ${error.message}`;
    if (this.#lines.has(line)) return;
    this.#lines.add(line);
    console.warn(line, this.#element);
  }
}

/** Adds or removes listeners of the list's own events, typed as those of the platform's elements are. */
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
export const TypedLitElement: Omit<typeof LitElement, never> & (abstract new () => ListeningElement) = LitElement;

declare global {
  interface GlobalEventHandlersEventMap {
    recommend: SidestreamRecsEventMap['recommend'];
    itemclick: SidestreamRecsEventMap['itemclick'];
    addtocart: SidestreamRecsEventMap['addtocart'];
  }
}
