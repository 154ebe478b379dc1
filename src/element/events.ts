import type { SidestreamError } from '../error';
import type { Placement, Progress, Recommendation } from '../protocol';

/** Detail of `itemclick`. The event is cancelable: `preventDefault()` stops the link, the click is tracked all the same. */
export interface RecsClickDetail {
  item: Recommendation['item'];
  /** 0-based place in the list. */
  position: number;
  placement: Placement;
  /** Id of the response the item came with; pass it to `track` to attribute a later cart or purchase. */
  recommendationId: string;
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
  error: RecsErrorDetail;
  progress: Progress;
}

/** Every event of `<sidestream-recs>`, by its name. */
export type SidestreamRecsEventMap = { [K in keyof RecsEventDetails]: CustomEvent<RecsEventDetails[K]> };

/**
 * Dispatches an event from a list; returns false when a listener called `preventDefault()`. `recommend` and `itemclick`
 * bubble, so that one listener serves a page. `error` and `progress` do not, as those of pictures and videos do not:
 * whoever listens at the window for what goes wrong in the page would take ours for a crash.
 */
export function emit<K extends keyof RecsEventDetails>(
  target: EventTarget,
  type: K,
  detail: RecsEventDetails[K],
): boolean {
  const bubbles = type === 'recommend' || type === 'itemclick';
  return target.dispatchEvent(new CustomEvent(type, { detail, bubbles, composed: bubbles, cancelable: true }));
}

declare global {
  interface GlobalEventHandlersEventMap {
    recommend: SidestreamRecsEventMap['recommend'];
    itemclick: SidestreamRecsEventMap['itemclick'];
  }
}
