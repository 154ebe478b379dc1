import type { SidestreamError } from '../error';
import type { Placement, Recommendation } from '../recommender';

/** Detail of `sidestream-click`. The event is cancelable: `preventDefault()` stops the link, the click is tracked all the same. */
export interface RecsClickDetail {
  item: Recommendation['item'];
  /** 0-based place in the list. */
  position: number;
  placement: Placement;
  /** Id of the response the item came with; pass it to `track` to attribute a later cart or purchase. */
  recommendationId: string;
}

/** Detail of `sidestream-render`: a new list is in the page. */
export interface RecsRenderDetail {
  placement: Placement;
  recommendationId: string;
  /** In the order shown; empty when the empty state is shown. */
  items: Recommendation[];
}

/** Detail of `sidestream-error`. The event is cancelable: `preventDefault()` keeps the error out of the console. */
export interface RecsErrorDetail {
  error: SidestreamError;
}

/** Name to detail of every event the elements dispatch; all of them bubble and cross shadow roots. */
export interface RecsEventDetails {
  'sidestream-click': RecsClickDetail;
  'sidestream-render': RecsRenderDetail;
  'sidestream-error': RecsErrorDetail;
}

/** Dispatches one of the package's events from `target`; returns false when a listener called `preventDefault()`. */
export function emit<K extends keyof RecsEventDetails>(
  target: EventTarget,
  type: K,
  detail: RecsEventDetails[K],
): boolean {
  return target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true }));
}

declare global {
  interface GlobalEventHandlersEventMap {
    'sidestream-click': CustomEvent<RecsClickDetail>;
    'sidestream-render': CustomEvent<RecsRenderDetail>;
    'sidestream-error': CustomEvent<RecsErrorDetail>;
  }
}
