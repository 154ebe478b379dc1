import * as v from 'valibot';
import { EVENT_TYPES } from '../../device/protocol';
import { EventSink, type Tracker } from './event-sink';
import { idSchema, isEventType, readDetails } from './field';
import {
  ancestors,
  around,
  detailsOf,
  EVENT,
  ImpressionObserver,
  ITEM,
  inOwnElement,
  itemOf,
  VIEW,
} from './marked-element';
import type { AdapterOptions } from './report';

/**
 * Tracks events that a shop's own markup declares, including elements that are added later:
 *
 * - `data-sidestream-item="ID"` on an element about an item, such as a card. A click on a link in it is a click on the item.
 * - `data-sidestream-view` (or `="ID"`) on the main element of an item's page: a view, once it has been in view for a second.
 * - `data-sidestream-event="cart"` on a button, link or form: that event when it is pressed or submitted. Any event name works.
 * - `data-sidestream-placement` or `-recommendation` on a list: its items count as impressions once half of each has been in view
 *   for a second.
 * - `data-sidestream-position`, `-quantity`, `-price`, `-currency`, `-transaction`: details, taken from the nearest element that
 *   has them. A form field named `quantity` also counts.
 *
 * Lists of `<sidestream-recs>` track by themselves and are ignored. Without a page (on a server) it does nothing. Connecting the
 * same recommender again changes nothing, for instance when a router runs a script a second time.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects
 */
export function connectAttributes(recommender: Tracker | Promise<Tracker>, options: AdapterOptions = {}): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const sink = new EventSink(recommender, options);

  const onEvent = (name: string, chain: Element[], quantity: unknown = null): void => {
    const [payload] = chain;
    const found = itemOf(chain);
    const received = { source: 'attributes' as const, event: name, itemId: found, payload };
    if (!isEventType(name)) {
      sink.drop(received, 'invalid-field', `${EVENT} is not an event: ${EVENT_TYPES.join(', ')}`);
      return;
    }
    const id = v.safeParse(idSchema, found);
    if (!id.success) {
      sink.drop(received, 'no-id', 'neither it nor an enclosing element has a data-sidestream-item');
      return;
    }
    const given = detailsOf(chain);
    const details = readDetails({ ...given, quantity: given.quantity ?? quantity }, (message) =>
      sink.drop(received, 'invalid-field', message),
    );
    sink.track({ ...received, type: name, itemId: id.output, details });
  };

  const ended = new AbortController();
  // In the capture phase: a page that stops propagation must not hide the event.
  const listening = { capture: true, signal: ended.signal };
  const onClick = (event: Event): void => {
    const pressed = pressedIn(event as MouseEvent);
    if (pressed) onEvent(pressed.name, pressed.chain);
  };
  // The document survives a router that replaces its body.
  document.addEventListener('click', onClick, listening);
  document.addEventListener('auxclick', onClick, listening);
  document.addEventListener(
    'submit',
    (event) => {
      const chain = around(event);
      const [form] = chain;
      if (!(form instanceof HTMLFormElement) || !form.hasAttribute(EVENT) || inOwnElement(chain)) return;
      onEvent(form.getAttribute(EVENT) ?? '', chain, new FormData(form).get('quantity'));
    },
    listening,
  );
  const impressions = new ImpressionObserver((element, type) => onEvent(type, ancestors(element)));
  return sink.connect(document, 'attributes', () => {
    ended.abort();
    impressions.stop();
  });
}

/** The event for a click: the event that the pressed control declares, or a click on the item whose link was pressed. */
function pressedIn(event: MouseEvent): { name: string; chain: Element[] } | null {
  // A middle click opens a tab and counts too; other buttons open menus.
  if (event.type === 'auxclick' && event.button !== 1) return null;
  const path = around(event);
  if (inOwnElement(path)) return null;
  const control = path.find((element) => element.hasAttribute(EVENT));
  if (control) {
    const name = control.getAttribute(EVENT) ?? '';
    // Forms count when they are submitted; a middle click does not press a button.
    const ignored = control instanceof HTMLFormElement || (event.type === 'auxclick' && name !== 'click');
    return ignored ? null : { name, chain: path.slice(path.indexOf(control)) };
  }
  const link = path.findIndex((element) => element instanceof HTMLAnchorElement && element.hasAttribute('href'));
  if (link < 0) return null;
  const chain = path.slice(link);
  const item = chain.find((element) => element.hasAttribute(ITEM) || element.hasAttribute(VIEW));
  // Links in the main element of an item's page lead away from the item.
  return item && !item.hasAttribute(VIEW) ? { name: 'click', chain } : null;
}
