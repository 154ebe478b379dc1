import { EventSink, type Tracker } from './event-sink';
import { type Ga4Event, type Ga4Options, readGa4 } from './ga4-event';
import { type Command, isCommand, readEntries } from './pushed-entries';
import { type AdapterOptions, messageOf } from './report';

/** Options of `connectDataLayer`. */
export interface DataLayerOptions extends AdapterOptions, Ga4Options {
  /** Its name on `window`, or the array itself. Default `dataLayer`. */
  dataLayer?: string | unknown[];
}

/** Entries that were read for a recommender: connecting again must not count them twice. */
const readFor = new WeakMap<object, WeakSet<object>>();

/**
 * Tracks the events that a shop pushes to its data layer for GA4: `view_item`, `view_item_list`, `select_item`, `add_to_cart`,
 * `remove_from_cart` and `purchase`, as `dataLayer.push({ event, ecommerce: { items } })` and as
 * `gtag('event', name, { items })`, including earlier pushes. Google Tag Manager, loaded before or after, gets all pushes
 * unchanged. Without a page (on a server) it does nothing.
 * @param recommender or a promise of it while it starts
 * @returns a function that disconnects
 */
export function connectDataLayer(recommender: Tracker | Promise<Tracker>, options: DataLayerOptions = {}): () => void {
  const { dataLayer: given = 'dataLayer' } = options;
  if (typeof document === 'undefined' && !Array.isArray(given)) return () => undefined;
  const sink = new EventSink(recommender, options);
  const entries = new EntryReader();
  const alreadyRead = readFor.get(recommender) ?? new WeakSet();
  readFor.set(recommender, alreadyRead);

  const onEntry = (entry: object): void => {
    const known = alreadyRead.has(entry);
    alreadyRead.add(entry);
    try {
      const event = entries.read(entry);
      if (!event || known) return;
      for (const found of readGa4(event, options)) {
        if ('type' in found) sink.track(found);
        else sink.drop(found, found.reason, found.message);
      }
    } catch (thrown) {
      // Functions and getters of the page may throw; the push itself must go on.
      sink.drop({ source: 'data-layer', event: '', itemId: null, payload: entry }, 'failed', messageOf(thrown));
    }
  };

  const stop = readEntries(given, onEntry);
  return () => {
    stop();
    sink.close();
  };
}

/** Reads the entries of a data layer in their order, as Tag Manager does. */
class EntryReader {
  /** The `ecommerce` object that was pushed without an event; events without one of their own use it. */
  #ecommerce: unknown = null;

  /** @returns null for an entry that is no event */
  read(entry: object): Ga4Event | null {
    if (isCommand(entry)) return gtagEvent(entry);
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

/** The event of a `gtag()` call, which pushes its arguments object. */
function gtagEvent(entry: Command): Ga4Event | null {
  const { 0: command, 1: name, 2: params } = entry;
  if (command !== 'event' || typeof name !== 'string') return null;
  const own = typeof params === 'object' && params !== null && 'items' in params;
  return { source: 'gtag', name, params, own, payload: entry };
}
