import { kept } from '../../core/common/grouped';
import { EventSink, type Tracker } from './event-sink';
import { type Ga4Event, type Ga4Options, readGa4 } from './ga4-event';
import { type Command, isCommand, layerOf, readEntries } from './pushed-entries';
import { type AdapterOptions, messageOf } from './report';

/** Options of `connectDataLayer`. */
export interface DataLayerOptions extends AdapterOptions, Ga4Options {
  /** Name of the data layer on `window`, or the array itself. Default `dataLayer`. */
  dataLayer?: string | unknown[];
}

/** Which connection read an entry for the recommender with a given core: connecting again must not count the entry twice. */
const readFor = new WeakMap<object, WeakMap<object, object>>();

/**
 * Tracks the GA4 events that a shop pushes to its data layer: `view_item`, `view_item_list`, `select_item`, `add_to_cart`,
 * `remove_from_cart` and `purchase`, as `dataLayer.push({ event, ecommerce: { items } })` and as `gtag('event', name, { items
 * })`, including earlier pushes. Google Tag Manager still receives all pushes unchanged, whether it loads before or after.
 * Without a page (on a server) it does nothing. Connecting the same array and recommender again changes nothing.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects
 */
export function connectDataLayer(recommender: Tracker | Promise<Tracker>, options: DataLayerOptions = {}): () => void {
  const { dataLayer: given = 'dataLayer' } = options;
  if (typeof document === 'undefined' && !Array.isArray(given)) return () => undefined;
  const sink = new EventSink(recommender, options);
  const read = entryReader();
  const isNew = (entry: object, core: object): boolean =>
    kept(
      kept(readFor, core, () => new WeakMap<object, object>()),
      entry,
      () => read,
    ) === read;

  const onEntry = (entry: object): void => {
    try {
      const event = read(entry);
      if (!event) return;
      for (const found of readGa4(event, options)) {
        if ('type' in found) sink.track(found, (core) => isNew(entry, core));
        else sink.drop(found, found.reason, found.message);
      }
    } catch (thrown) {
      // Functions and getters of the page may throw; the push itself must still succeed.
      sink.drop({ source: 'data-layer', event: '', itemId: null, payload: entry }, 'failed', messageOf(thrown));
    }
  };

  const layer = layerOf(given);
  return sink.connect(layer, 'data-layer', readEntries(given, onEntry));
}

/**
 * Reads the entries of a data layer in order, as Tag Manager does.
 * @returns a function that returns null for an entry that is not an event
 */
function entryReader(): (entry: object) => Ga4Event | null {
  /** The `ecommerce` object that was pushed without an event; events that lack their own use it. */
  let earlier: unknown = null;
  return (entry) => {
    if (isCommand(entry)) return gtagEvent(entry);
    const { event: name, ecommerce, items } = entry as { event?: unknown; ecommerce?: unknown; items?: unknown };
    if (ecommerce === null) earlier = null;
    if (typeof name !== 'string') {
      if (ecommerce) earlier = ecommerce;
      return null;
    }
    const own = Boolean(ecommerce ?? items);
    return { source: 'data-layer', name, params: ecommerce ?? (own ? entry : earlier), own, payload: entry };
  };
}

/** The event of a `gtag()` call, which pushes its arguments object. */
function gtagEvent(entry: Command): Ga4Event | null {
  const { 0: command, 1: name, 2: params } = entry;
  if (command !== 'event' || typeof name !== 'string') return null;
  const own = typeof params === 'object' && params !== null && 'items' in params;
  return { source: 'gtag', name, params, own, payload: entry };
}
