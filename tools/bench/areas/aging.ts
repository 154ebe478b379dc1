import { loadKernel } from '../../../src/core/kernel';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { encodeProfile } from '../../../src/device/learner/profile';
import { catalogIndex, listsInView, rank } from '../../../src/device/ranking';
import { contentCatalog, FOR_YOU, rowsByTopic, START } from '../catalogs';
import { type Area, atMost, type Say } from '../kept';
import { median, type Timed, timed } from '../timing';

const ITEMS = 10_000;
/** Number of events of the two shoppers. */
const [YOUNG, OLD] = [100, 10_000];
/** Number of choices of one taste before the next. */
const SPELL = 12;
/** One in this many choices is of an item that was not chosen before. */
const NEW_EVERY = 4;
/** Number of choices between two dismissals. */
const DISMISS_EVERY = 10;
/** The bar: within 20 %. */
const MAX_RATIO = 1.2;
/** Number of measured choices of each, after some that are not measured. */
const [ROUNDS, WARM_UP] = [60, 5];

export const area: Area = {
  title: 'Flat over time',
  async measure(say) {
    await loadKernel();
    await listsInView();
    const catalog = await contentCatalog(ITEMS);
    const old = lived(catalog, OLD, say);
    const young = lived(catalog, YOUNG, say, old.shopper);
    const both = [young, old];
    const times = await alternating(both.map(({ shopper }) => shopper));
    const profiles = both.map(async ({ shopper }) => (await encodeProfile(shopper.learner.save())).length / 1e3);
    const about = (unit: string, [one, other]: number[]): string =>
      `${one.toFixed(1)} ${unit} after ${YOUNG} events, ${other.toFixed(1)} after ${OLD.toLocaleString('en')}`;
    const bar = (what: string, pair: number[], unit: string) =>
      atMost(
        `${what} after 10,000 events over ${what === 'memory' ? 'that' : 'one'} after 100`,
        ...ratioOf(pair),
        about(unit, pair),
      );
    return {
      bars: [
        bar('a list', times.list.map(middle), 'ms'),
        bar('an update', times.update.map(middle), 'ms'),
        bar(
          'memory',
          both.map(({ bytes }) => bytes / 1e6),
          'MB',
        ),
      ],
      figures: [
        {
          name: 'experts',
          measured: `${both.map(({ shopper }) => shopper.experts).join('; ')}; the younger shopper has the older one's experts`,
        },
        { name: 'stored profile', measured: about('kB', await Promise.all(profiles)) },
        {
          name: 'processor time for all events, including the terms of a list after each',
          measured: `${(old.seconds / 60).toFixed(1)} min for ${OLD.toLocaleString('en')} events, ${((1000 * old.seconds) / OLD).toFixed(1)} ms each`,
        },
      ],
    };
  },
};

const ratioOf = ([one, other]: number[]): [bar: number, ratio: number] => [MAX_RATIO, other / one];
const middle = ({ processor }: Timed): number => median(processor);

/**
 * A shopper whose tastes change: some choices of one topic, then some of the next, so that experts are kept. Most choices are of
 * items that the shopper knows, so that enough others remain however long the run is. The catalogue is not shared, so
 * that the memory of each can be measured.
 */
class Shopper {
  readonly learner: Learner;
  readonly #catalog: LearnerCatalog;
  readonly #topics: number[][];
  readonly #taken: number[];
  #events = 0;
  #choices = 0;

  constructor({ index, table, blend }: LearnerCatalog) {
    this.#catalog = { index: catalogIndex(index.items, table, blend), table, blend };
    this.learner = new Learner(this.#catalog, { experts: true });
    this.#topics = rowsByTopic(index);
    this.#taken = this.#topics.map(() => 0);
  }

  get experts(): string {
    const { experts } = this.learner.status;
    const kept = experts.filter(({ state }) => state !== 'candidate').length;
    return `${kept} kept and ${experts.length - kept} candidates after ${this.#events} events`;
  }

  list(): void {
    rank(this.#catalog.index, this.learner.stateAt(), FOR_YOU);
  }

  /** @param fresh whether the item must not have been chosen before */
  choose(type: 'click' | 'dismiss' = 'click', fresh = true): void {
    const choice = this.#choices++;
    const topic = Math.floor(choice / SPELL) % this.#topics.length;
    const [rows, taken] = [this.#topics[topic], this.#taken[topic]];
    const known = taken > 0 && !fresh && choice % NEW_EVERY > 0;
    const row = known ? rows[choice % taken] : rows[this.#taken[topic]++ % rows.length];
    const { id: itemId } = this.#catalog.index.items[row];
    this.learner.observe({ id: ++this.#events, type, itemId, time: START + 60_000 * this.#events });
  }

  /** Learns events one by one up to the given number; every tenth is a dismissal. */
  learn(events: number): void {
    while (this.#events < events) {
      this.choose(this.#events % DISMISS_EVERY === DISMISS_EVERY - 1 ? 'dismiss' : 'click', false);
      // A page shows a list after each event.
      void this.learner.terms;
    }
  }
}

/**
 * Lets a shopper experience the given number of events.
 * @param taught whose experts the shopper then takes over: after 100 events few have proved right, and both shoppers should have all the experts of their
 *   budget
 * @returns memory of the shopper
 */
function lived(catalog: LearnerCatalog, events: number, say: Say, taught?: Shopper) {
  const before = inUse();
  const shopper = new Shopper(catalog);
  const { learner } = shopper;
  const used = process.cpuUsage();
  for (let done = 0; done < events; ) {
    done = Math.min(events, done + 1000);
    shopper.learn(done);
    if (taught && done === events) {
      learner.restore({ ...learner.save(), experts: taught.learner.save().experts });
    }
    shopper.list();
    if (events > 1000) say(`${done} of ${events} events learned`);
  }
  const { user, system } = process.cpuUsage(used);
  return { shopper, seconds: (user + system) / 1e6, bytes: inUse() - before };
}

/** Times of updates and lists, with the shoppers in turn, so that the load of the machine is the same for all. */
async function alternating(shoppers: Shopper[]): Promise<Record<'update' | 'list', Timed[]>> {
  const times = { update: shoppers.map(() => timed()), list: shoppers.map(() => timed()) };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [n, shopper] of shoppers.entries()) {
      await (round < WARM_UP ? timed() : times.update[n]).of(() => shopper.choose());
      await (round < WARM_UP ? timed() : times.list[n]).of(() => shopper.list());
    }
  }
  return times;
}

/** Bytes in use by this process after garbage collection. */
function inUse(): number {
  if (!globalThis.gc) throw new Error('Run it by `npm run bench`, which lets it collect garbage.');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
