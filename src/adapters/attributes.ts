import * as v from 'valibot';
import { Intake, type Tracker } from './event-sink';
import { idSchema, isEventType, readDetails } from './field';
import { Sightings } from './impression-observer';
import { ancestors, around, detailsOf, EVENT, ITEM, inOwnElement, itemOf, VIEW } from './marked-element';
import type { AdapterOptions } from './report';

/** How to listen to the attributes of a page. */
export interface AttributesOptions extends AdapterOptions {
  /** Where the marked elements are. Default the document. */
  root?: Document | ShadowRoot | Element;
}

/**
 * Tracks what a shop's own markup says, also that which comes later:
 *
 * - `data-sidestream-item="ID"` on an element about an item, such as a card. A click on a link in it is a click on the item.
 * - `data-sidestream-view` (or `="ID"`) on what an item's page is about: a view, once it was in view for a second.
 * - `data-sidestream-event="cart"` on a button, link or form: that event when it is pressed or submitted. Any event's name.
 * - `data-sidestream-placement` or `-recommendation` on a list: its items are impressions, once half in view for a second.
 * - `data-sidestream-position`, `-quantity`, `-price`, `-currency`, `-transaction`: details, of the nearest element that has
 *   them. A form's field `quantity` counts as one.
 *
 * Lists of `<sidestream-recs>` track by themselves and are passed over. Without a page (on a server) it does nothing.
 * @param recommender what it becomes, when it is still starting
 * @returns disconnects
 */
export function connectAttributes(
  recommender: Tracker | Promise<Tracker>,
  options: AttributesOptions = {},
): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const { root = document } = options;
  const intake = new Intake(recommender, options);

  const hear = (word: string, chain: Element[], quantity: unknown = null): void => {
    const [payload] = chain;
    const found = itemOf(chain);
    const heard = { source: 'attributes' as const, event: word, itemId: found, payload };
    if (!isEventType(word)) {
      intake.drop(heard, 'invalid-field', `${EVENT} names no event: impression, view, click, cart, purchase, dismiss`);
      return;
    }
    const id = v.safeParse(idSchema, found);
    if (!id.success) {
      intake.drop(heard, 'no-id', 'neither it nor an element around it has a data-sidestream-item');
      return;
    }
    const given = detailsOf(chain);
    const details = readDetails({ ...given, quantity: given.quantity ?? quantity }, (message) =>
      intake.drop(heard, 'invalid-field', message),
    );
    intake.offer({ ...heard, type: word, itemId: id.output, details });
  };

  const ended = new AbortController();
  // While the event goes down: a page that stops it on its way up is heard all the same.
  const listening = { capture: true, signal: ended.signal };
  const onClick = (event: Event): void => {
    const pressed = pressedIn(event as MouseEvent);
    if (pressed) hear(pressed.word, pressed.chain);
  };
  root.addEventListener('click', onClick, listening);
  root.addEventListener('auxclick', onClick, listening);
  root.addEventListener(
    'submit',
    (event) => {
      const chain = around(event);
      const [form] = chain;
      if (!(form instanceof HTMLFormElement) || !form.hasAttribute(EVENT) || inOwnElement(chain)) return;
      hear(form.getAttribute(EVENT) ?? '', chain, new FormData(form).get('quantity'));
    },
    listening,
  );
  const sightings = new Sightings(root, (element, type) => hear(type, ancestors(element)));
  return () => {
    ended.abort();
    sightings.stop();
    intake.close();
  };
}

/** What a click says: the event of the control it was on, or a click on the item whose link it was on. */
function pressedIn(event: MouseEvent): { word: string; chain: Element[] } | null {
  // A middle click opens a tab and counts too; other buttons open menus.
  if (event.type === 'auxclick' && event.button !== 1) return null;
  const path = around(event);
  if (inOwnElement(path)) return null;
  const control = path.findIndex((element) => element.hasAttribute(EVENT));
  if (control >= 0) {
    const word = path[control].getAttribute(EVENT) ?? '';
    // Forms are heard when they are submitted; a middle click presses no button.
    const ignored = path[control] instanceof HTMLFormElement || (event.type === 'auxclick' && word !== 'click');
    return ignored ? null : { word, chain: path.slice(control) };
  }
  const link = path.findIndex((element) => element instanceof HTMLAnchorElement && element.hasAttribute('href'));
  if (link < 0) return null;
  const chain = path.slice(link);
  const item = chain.find((element) => element.hasAttribute(ITEM) || element.hasAttribute(VIEW));
  // The links of an item's own page lead away from it.
  return item && !item.hasAttribute(VIEW) ? { word: 'click', chain } : null;
}
