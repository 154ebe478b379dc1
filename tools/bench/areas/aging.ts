import { loadKernel } from '../../../src/core/kernel';
import type { LearnerCatalog } from '../../../src/device/learner';
import { encodeProfile } from '../../../src/device/learner/profile-file';
import { listsInView, type RankRequest, rank } from '../../../src/device/ranking';
import { agingCatalog, changing, opened, Shopper } from '../aging/shopper';
import { type Area, type AreaResult, atMost } from '../bars';
import { spread, type Timed, timed } from '../timing';

const ITEMS = 10_000;
/** Events of the two shoppers. */
const [YOUNG, OLD] = [100, 10_000];
/** Choices of one taste before the next. */
const SPELL = 12;
/** The bar: within 20 %. */
const MAX_RATIO = 1.2;
/** Choices measured of each, after some that are not. */
const ROUNDS = 60;
const WARM_UP = 5;

/** A shopper on a page of their own: nothing is shared, so that the memory of each can be told. */
interface Page {
  catalog: LearnerCatalog;
  shopper: Shopper;
}

/** A list for the shopper, reasons included. */
const forYou: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };
const list = ({ catalog, shopper }: Page): unknown => rank(catalog.index, shopper.learner.state, forYou);

export const area: Area = {
  title: 'Flat over time',
  async measure(say): Promise<AreaResult> {
    await loadKernel();
    await listsInView();
    const catalog = await agingCatalog(ITEMS);
    const old = lived(catalog, OLD, say);
    const young = lived(catalog, YOUNG, say, old.page);
    const times = await alternating(young.page, old.page);
    const profiles = await Promise.all(
      [young, old].map(async ({ page }) => (await encodeProfile(page.shopper.learner.save())).length),
    );
    const kept = [young, old].map(({ page }) => experts(page));
    const about = (unit: string, [one, other]: number[], digits = 1): string =>
      `${one.toFixed(digits)} ${unit} after ${YOUNG} events, ${other.toFixed(digits)} after ${OLD.toLocaleString('en')}`;
    const pairs = {
      list: times.list.map(middle),
      update: times.update.map(middle),
      memory: [young, old].map(({ bytes }) => bytes / 1e6),
      profile: profiles.map((bytes) => bytes / 1e3),
    };
    const bar = (name: string, pair: number[], unit: string) =>
      atMost(name, MAX_RATIO, pair[1] / pair[0], about(unit, pair));
    return {
      bars: [
        bar('a list after 10,000 events over one after 100', pairs.list, 'ms'),
        bar('an update after 10,000 events over one after 100', pairs.update, 'ms'),
        bar('memory after 10,000 events over that after 100', pairs.memory, 'MB'),
      ],
      figures: [
        { name: 'experts', measured: `${kept.join('; ')}; the younger shopper has those of the older one` },
        { name: 'stored profile', measured: about('kB', pairs.profile) },
        {
          name: 'processor time to live through it, the terms of a list after each event included',
          measured: `${(old.seconds / 60).toFixed(1)} min for ${OLD.toLocaleString('en')} events, ${((1000 * old.seconds) / OLD).toFixed(1)} ms each`,
        },
      ],
    };
  },
};

/**
 * Lets a shopper live through so many events, as they come.
 * @param taught whose experts the shopper then takes over: after 100 events few have proved right, and both are to be at their
 *   budget
 * @returns what page and shopper take in memory
 */
function lived(catalog: LearnerCatalog, events: number, say: (line: string) => void, taught?: Page) {
  const before = inUse();
  const own = opened(catalog);
  const page: Page = { catalog: own, shopper: new Shopper(own, changing(own, SPELL)) };
  const used = process.cpuUsage();
  for (let done = 0; done < events; ) {
    done = Math.min(events, done + 1000);
    page.shopper.learn(done);
    if (taught && done === events) takeExperts(page.shopper, taught.shopper);
    list(page);
    if (events > 1000) say(`${done} of ${events} events learned`);
  }
  const { user, system } = process.cpuUsage(used);
  return { page, seconds: (user + system) / 1e6, bytes: inUse() - before };
}

function takeExperts({ learner }: Shopper, taught: Shopper): void {
  learner.restore({ ...learner.save(), experts: taught.learner.save().experts }, []);
}

/** Processor times of updates and lists, young and old by turns: the load of the machine is the same for both. */
async function alternating(...pages: Page[]): Promise<Record<'update' | 'list', Timed[]>> {
  const times = { update: pages.map(() => timed()), list: pages.map(() => timed()) };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [n, page] of pages.entries()) {
      const update = async () => page.shopper.choose();
      if (round < WARM_UP) {
        await update();
        list(page);
        continue;
      }
      await times.update[n].of(update);
      await times.list[n].of(async () => list(page));
    }
  }
  return times;
}

const middle = ({ processor }: Timed): number => spread(processor).middle;

/** Bytes that this process has in use, garbage collected. */
function inUse(): number {
  if (!globalThis.gc) throw new Error('Run it by `npm run bench`, which lets it collect garbage.');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function experts({ shopper }: Page): string {
  const { experts: all } = shopper.learner.status;
  const kept = all.filter(({ state }) => state !== 'candidate').length;
  return `${kept} kept and ${all.length - kept} candidates after ${shopper.events} events`;
}
