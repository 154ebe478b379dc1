import type { Bundle, Demand } from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import {
  type EventLog,
  foreignLog,
  isPurchase,
  itemNames,
  type LogEvent,
  NAMED_IDS,
  strengthOf,
  titlesNote,
  unknownText,
} from '../logs';
import { choiceCounts, choicesFrom, type Interaction, recentPopularity } from './interactions';

/** Bundle and log by product: a model learned from a log does not distinguish the variants of a product. */
export function byProduct(bundle: Bundle, log: EventLog) {
  const names = itemNames(bundle.items);
  const { products } = names;
  const events = log.events.map(({ title, ...event }) => ({ ...event, item: names.productOf(event.item, title) }));
  return {
    /** With only the first variant of every product. */
    bundle: { ...bundle, items: products.items, features: products.pick(bundle.features) },
    /** Each event assigned to that variant, whichever variant the log names. */
    log: { ...log, events },
    products,
    /** Number of events whose item was found by its title. */
    byTitle: names.byTitle,
  };
}

/** The events on items of the bundle, as rows of its catalogue, and the number of omitted events. */
export function interactionsOf(log: Pick<EventLog, 'events'>, { items }: Bundle) {
  const interactions = onItems(log.events, items);
  const unknown = log.events.length - interactions.length;
  if (interactions.length === 0) throw foreignLog(unknownIds(log, items), items);
  return { interactions, unknown };
}

function onItems(events: readonly LogEvent[], items: Bundle['items']): Interaction[] {
  const rows = new Map(items.map(({ id }, row) => [id, row]));
  return events.flatMap(({ user, item, time, type }): Interaction[] => {
    const row = rows.get(item);
    return row === undefined ? [] : [{ user, row, time, strength: strengthOf(type) }];
  });
}

/** The most frequent ids that the bundle lacks. */
function unknownIds(log: Pick<EventLog, 'events'>, items: Bundle['items']): string[] {
  const known = new Set(items.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const { item } of log.events) if (!known.has(item)) counts.set(item, (counts.get(item) ?? 0) + 1);
  const ids = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
  return ids.slice(0, NAMED_IDS);
}

/** Purchases, by their type, or all events of a log without types. Repeated views and clicks mean less. */
export function purchasesOf(events: readonly LogEvent[]): LogEvent[] {
  if (events.every(({ type }) => type === undefined)) return [...events];
  return events.filter(({ type }) => isPurchase(type));
}

/** Counts the demand for the items. @param log sorted by time */
export function demandOf(log: Pick<EventLog, 'events'>, bundle: Bundle): Demand {
  const { items } = bundle;
  const choices = choicesFrom(interactionsOf(log, bundle).interactions);
  const repeats = repeatShareOf(onItems(purchasesOf(log.events), items));
  return {
    choices: choiceCounts(choices, items.length),
    recent: recentPopularity(choices, items.length),
    repeats,
  };
}

/** Purchases of one item within this time count as one purchase, ms: the pause that ends a visit. */
const VISIT = 30 * 60 * 1000;

/**
 * Share of the purchases in a log that repeat an earlier one of the same shopper; undefined if nobody bought an item twice.
 * @param purchases sorted by time; not views or clicks, whose repetition means less
 */
export function repeatShareOf(purchases: readonly Interaction[]): number | undefined {
  let [count, repeats] = [0, 0];
  const last = new Map<string, number>();
  for (const { user, row, time } of purchases) {
    const key = `${row} ${user}`;
    const before = last.get(key);
    last.set(key, time);
    if (before !== undefined && time - before <= VISIT) continue;
    count++;
    if (before !== undefined) repeats++;
  }
  return repeats > 0 ? repeats / count : undefined;
}

/** Input of a training: the choices of a log on the products of a bundle. */
export type ShopChoices = ReturnType<typeof shopChoices>;

/** Number of events below which little can be learned: docs/tutorials/train-on-your-log.md names this number. */
const MIN_RELIABLE_EVENTS = 2000;

/** The choices of a log. @throws SidestreamError `runtime/invalid-input` if none is about an item of the bundle */
export function shopChoices(full: Bundle, whole: EventLog) {
  const own = byProduct(full, whole);
  const { bundle, log, byTitle } = own;
  const { interactions, unknown } = interactionsOf(log, bundle);
  const notes = [...(byTitle > 0 ? [titlesNote(byTitle)] : []), fewEventsText(interactions.length) ?? []].flat();
  return {
    ...own,
    choices: choicesFrom(interactions),
    unknown,
    /** A note about these events. */
    unknownNote: unknownText(unknown, unknownIds(log, bundle.items)),
    notes,
  };
}

/** A warning about a log from which little can be learned; null for others. */
export function fewEventsText(count: number): string | null {
  if (count >= MIN_RELIABLE_EVENTS) return null;
  return `Warning: ${counted(count, 'event')}; from fewer than ${MIN_RELIABLE_EVENTS.toLocaleString('en')}, the result is mostly chance. It is written anyway: before you publish it, train on a longer log, or compare the lists.`;
}
