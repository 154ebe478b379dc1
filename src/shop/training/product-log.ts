import type { Bundle, Demand } from '../../core/catalog';
import { counted } from '../../core/common/text';
import { invalidInput } from '../../error';
import { type EventLog, endOfPast, inQuotes, isPurchase, itemNames, type LogEvent, titlesNote } from '../logs';
import { type Choices, choiceCounts, choicesFrom, type Interaction, recentPopularity } from './interactions';
import { repeatShareOf } from './repeats';

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
export function interactionsOf(
  log: Pick<EventLog, 'events'>,
  { items }: Bundle,
): { interactions: Interaction[]; unknown: number } {
  const interactions = onItems(log.events, items);
  const unknown = log.events.length - interactions.length;
  if (interactions.length === 0) {
    const [ours, theirs] = [items.slice(0, NAMED_IDS).map(({ id }) => id), unknownIds(log, items)].map(inQuotes);
    throw invalidInput(
      `No event is about an item of this bundle; do events and catalogue use the same item ids? The log has ${theirs}, the bundle ${ours}.`,
    );
  }
  return { interactions, unknown };
}

function onItems(events: readonly LogEvent[], items: Bundle['items']): Interaction[] {
  const rows = new Map(items.map(({ id }, row) => [id, row]));
  return events.flatMap(({ user, item, time }): Interaction[] => {
    const row = rows.get(item);
    return row === undefined ? [] : [{ user, row, time }];
  });
}

/** Maximum number of unknown ids named in a note. */
const NAMED_IDS = 3;

/** The most frequent ids that the bundle lacks. */
function unknownIds(log: Pick<EventLog, 'events'>, items: Bundle['items']): string[] {
  const known = new Set(items.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const { item } of log.events) if (!known.has(item)) counts.set(item, (counts.get(item) ?? 0) + 1);
  const ids = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
  return ids.slice(0, NAMED_IDS);
}

/** A note about events omitted because the bundle lacks their items, with some of the ids; null if no event is omitted. */
export function unknownText(log: EventLog, { items }: Bundle, unknown: number): string | null {
  if (unknown === 0) return null;
  const about = unknown === 1 ? '1 event is' : `${unknown} events are`;
  return `${about} about items that are not in the bundle, such as ${inQuotes(unknownIds(log, items))}; left out`;
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

/** What a training learns from: the choices of a log on the products of a bundle. */
export interface ShopChoices extends ReturnType<typeof byProduct> {
  choices: Choices;
  unknown: number;
  /** A note about these events, as in `unknownText`. */
  unknownNote: string | null;
  notes: string[];
}

/** Number of events below which little can be learned: docs/tutorials/train-on-your-log.md names this number. */
const MIN_RELIABLE_EVENTS = 2000;

/** The choices of the past of a log. @throws SidestreamError `runtime/invalid-input` if none is about an item of the bundle */
export function shopChoices(full: Bundle, whole: EventLog, past = 1): ShopChoices {
  const { bundle, log: all, products, byTitle } = byProduct(full, whole);
  const end = endOfPast(all.events, past);
  const log = { ...all, events: all.events.filter(({ time }) => time < end) };
  const { interactions, unknown } = interactionsOf(log, bundle);
  const notes = [
    ...(byTitle > 0 ? [titlesNote(byTitle)] : []),
    ...(interactions.length < MIN_RELIABLE_EVENTS ? [fewEvents(interactions.length)] : []),
  ];
  return {
    bundle,
    log,
    products,
    byTitle,
    choices: choicesFrom(interactions),
    unknown,
    unknownNote: unknownText(log, bundle, unknown),
    notes,
  };
}

const fewEvents = (count: number): string =>
  `Warning: ${counted(count, 'event')}; from fewer than ${MIN_RELIABLE_EVENTS.toLocaleString('en')}, the result is mostly chance. It is written anyway: before you publish it, train on a longer log, or compare the lists.`;
