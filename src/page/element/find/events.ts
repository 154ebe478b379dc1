import type { Item } from '../../../device/protocol';

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

interface FindEvents {
  'sidestream-find-select': FindDetail;
  'sidestream-find-submit': FindSubmitDetail;
}

/** Dispatches an event; returns false when a listener called `preventDefault()`. */
export const dispatch = <Type extends keyof FindEvents>(host: Element, type: Type, detail: FindEvents[Type]): boolean =>
  host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true }));

declare global {
  interface GlobalEventHandlersEventMap {
    'sidestream-find-select': CustomEvent<FindDetail>;
    'sidestream-find-submit': CustomEvent<FindSubmitDetail>;
  }
}
