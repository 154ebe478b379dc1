import { Intake, type Tracker } from './event-sink';
import { type Ga4Event, type Ga4Options, readGa4 } from './ga4-event';
import type { AdapterOptions } from './report';
import { wordsOf } from './thrown';

/** How to listen to a data layer. */
export interface DataLayerOptions extends AdapterOptions, Ga4Options {
  /** Its name on `window`, or the array itself. Default `dataLayer`. */
  dataLayer?: string | unknown[];
}

/** What of a data layer was heard for a recommender: connecting again must not count it twice. */
const heardFor = new WeakMap<object, WeakSet<object>>();

/**
 * Tracks what a shop pushes to its data layer for GA4: `view_item`, `view_item_list`, `select_item`, `add_to_cart`,
 * `remove_from_cart` and `purchase`, as `dataLayer.push({ event, ecommerce: { items } })` and as `gtag('event', name, { items })`, what was pushed
 * before included. The pushes reach Google Tag Manager, whether it is loaded before or after, as they are. Without a page
 * (on a server) it does nothing.
 * @param recommender what it becomes, when it is still starting
 * @returns disconnects
 */
export function connectDataLayer(recommender: Tracker | Promise<Tracker>, options: DataLayerOptions = {}): () => void {
  const { dataLayer: given = 'dataLayer' } = options;
  if (typeof document === 'undefined' && !Array.isArray(given)) return () => undefined;
  const layer = Array.isArray(given) ? given : layerNamed(given);
  const intake = new Intake(recommender, options);
  const entries = new EntryReader();
  const heard = heardFor.get(recommender) ?? new WeakSet();
  heardFor.set(recommender, heard);
  let connected = true;

  const hear = (entry: unknown): void => {
    if (!connected || typeof entry !== 'object' || entry === null) return;
    const known = heard.has(entry);
    heard.add(entry);
    try {
      const event = entries.read(entry);
      if (!event || known) return;
      for (const found of readGa4(event, options)) {
        if ('type' in found) intake.offer(found);
        else intake.drop(found, found.reason, found.message);
      }
    } catch (thrown) {
      // Of the page's functions and getters: the push itself has to go on.
      intake.drop({ source: 'data-layer', event: '', itemId: null, payload: entry }, 'failed', wordsOf(thrown));
    }
  };

  for (const entry of [...layer]) hear(entry);
  const push = layer.push;
  const wrapped = (...pushed: unknown[]): number => {
    const result = push.apply(layer, pushed);
    for (const entry of pushed) hear(entry);
    return result;
  };
  layer.push = wrapped;
  return () => {
    connected = false;
    intake.close();
    // Somebody who wrapped it after us goes on calling ours, which then only passes on.
    if (layer.push === wrapped) layer.push = push;
  };
}

function layerNamed(name: string): unknown[] {
  const known: unknown = Reflect.get(globalThis, name);
  if (Array.isArray(known)) return known;
  const layer: unknown[] = [];
  Reflect.set(globalThis, name, layer);
  return layer;
}

/** Reads the entries of a data layer in their order, as Tag Manager understands them. */
class EntryReader {
  /** Pushed without an event, for the events that come without one of their own. */
  #ecommerce: unknown = null;

  /** @returns null for what is no event */
  read(entry: object): Ga4Event | null {
    // Not whatever has a length: that may be a field of the shop's.
    if (Array.isArray(entry) || Object.prototype.toString.call(entry) === '[object Arguments]') return gtagEvent(entry);
    const { event: name, ecommerce, items } = entry as { event?: unknown; ecommerce?: unknown; items?: unknown };
    if (ecommerce === null) this.#ecommerce = null;
    if (typeof name !== 'string') {
      if (ecommerce) this.#ecommerce = ecommerce;
      return null;
    }
    const own = Boolean(ecommerce ?? items);
    const params = ecommerce ?? (own ? entry : this.#ecommerce);
    return { source: 'data-layer', name, params, own, payload: entry };
  }
}

/** `gtag()` pushes the arguments that it was called with. */
function gtagEvent(entry: object): Ga4Event | null {
  const { 0: command, 1: name, 2: params } = entry as { 0?: unknown; 1?: unknown; 2?: unknown };
  if (command !== 'event' || typeof name !== 'string') return null;
  const own = typeof params === 'object' && params !== null && 'items' in params;
  return { source: 'gtag', name, params, own, payload: entry };
}
