import { contentBlend } from '../../../src/core/catalog';
import type { EventType, LoggedEvent } from '../../../src/core/events';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { catalogIndex } from '../../../src/device/ranking';
import { topicContent } from '../../../src/testing/topics';

/** Choices between two dismissals. */
const DISMISS_EVERY = 10;
/** Items of a topic, about. */
const TOPIC = 150;

/** A synthetic catalogue with content vectors of the size that real ones have. */
export async function agingCatalog(items: number): Promise<LearnerCatalog> {
  const content = await topicContent({ items, topics: Math.ceil(items / TOPIC), dim: 128, taps: 3 });
  const { text, image } = content.encoders;
  const blend = contentBlend({ modalities: { text, image } });
  return { index: catalogIndex(content.items, content.features, blend), table: content.features, blend };
}

/** The same catalogue as a page that was just opened has it: nothing is computed yet. */
export const opened = (catalog: LearnerCatalog): LearnerCatalog => ({
  ...catalog,
  index: catalogIndex(catalog.index.items, catalog.table, catalog.blend),
});

/** Gives the row of the next item that a shopper chooses. @param fresh whether it must be one that was not chosen before */
export type Taste = (choice: number, fresh: boolean) => number;

/** Other items all the time, as far as there are some: every one comes once before any comes again. */
export const anything = ({ index }: LearnerCatalog): Taste => {
  const { length } = index.items;
  return (choice) => (617 * (choice + 1)) % length;
};

/** Of so many choices one is of an item that was not chosen before. */
const NEW_EVERY = 4;

/**
 * Tastes that change: some choices of one topic, then some of the next, so that experts are kept. A topic comes again after all
 * others. Most choices are of items that the shopper knows, so that there are enough others however long it goes on.
 * @param spell choices of one topic before the next
 */
export function changing({ index }: LearnerCatalog, spell: number): Taste {
  const byTopic = new Map<string, number[]>();
  for (const [row, { category }] of index.items.entries()) {
    const rows = byTopic.get(category) ?? [];
    byTopic.set(category, [...rows, row]);
  }
  const topics = [...byTopic.values()];
  const taken = topics.map(() => 0);
  return (choice, fresh) => {
    const topic = Math.floor(choice / spell) % topics.length;
    const rows = topics[topic];
    if (taken[topic] > 0 && !fresh && choice % NEW_EVERY > 0) return rows[choice % taken[topic]];
    return rows[taken[topic]++ % rows.length];
  };
}

/** A shopper of a synthetic catalogue, who now and then dismisses an item. */
export class Shopper {
  readonly learner: Learner;
  readonly #catalog: LearnerCatalog;
  readonly #taste: Taste;
  #events = 0;
  #choices = 0;

  constructor(catalog: LearnerCatalog, taste: Taste) {
    this.#catalog = catalog;
    this.#taste = taste;
    this.learner = new Learner(catalog, { experts: true });
  }

  /** Events so far. */
  get events(): number {
    return this.#events;
  }

  #event(type: EventType, fresh = false): LoggedEvent {
    const { id: itemId } = this.#catalog.index.items[this.#taste(this.#choices++, fresh)];
    return { id: ++this.#events, type, itemId, time: 1_700_000_000_000 + 60_000 * this.#events };
  }

  /** Chooses an item for the first time, and learns from it. */
  choose(): void {
    this.learner.observe(this.#event('click', true));
  }

  /** Learns events one by one until there are so many, every tenth of them a dismissal. */
  learn(events: number): void {
    while (this.#events < events) {
      this.learner.observe(this.#event(this.#events % DISMISS_EVERY === DISMISS_EVERY - 1 ? 'dismiss' : 'click'));
      // A page shows a list after each.
      void this.learner.terms;
    }
  }

  /** Choices that are remembered but, to save time, not learned one by one. */
  live(choices: number): void {
    const { history } = this.learner;
    const { rowOf } = this.#catalog.index;
    const remember = (event: LoggedEvent): void => void history.add(event, rowOf.get(event.itemId) ?? 0);
    while (history.total < choices) {
      remember(this.#event('click'));
      if (history.total % DISMISS_EVERY === 0) remember(this.#event('dismiss'));
    }
  }
}
