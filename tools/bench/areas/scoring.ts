import { seededRandom } from '../../../src/core/common/random';
import type { EventType, LoggedEvent } from '../../../src/core/events';
import { loadKernel } from '../../../src/core/kernel';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { storedProfile } from '../../../src/device/learner/profile';
import { listsInView, rank } from '../../../src/device/ranking';
import { serveContent } from '../../../testing/served-shop';
import { FOR_YOU, rowsByTopic, START, sideShop, syntheticContent, withAdapters } from '../catalogs';
import { type Area, type AreaResult, inParts, type Say, within } from '../kept';
import { searchResult } from '../scoring/search';
import { updateTimes } from '../scoring/updates';
import { spread, type Timed, timed } from '../timing';

const ITEMS = 10_000;
const HISTORIES = [0, 100, 1_000, 10_000];
/** Number of measured choices after each history, and of choices before them that are not measured. */
const [ROUNDS, WARM_UP] = [100, 20];
/** Number of items outside all histories, which are chosen during the measurement. */
const KEPT_BACK = 1000;
/** Number of choices between two dismissals. */
const DISMISS_EVERY = 10;
/** Number of items in view for a list about many items. */
const ANCHORS = [1, 20];

const high = ({ work }: Timed): number => spread(work).high;
const middle = ({ work }: Timed): number => spread(work).middle;

export const area: Area = {
  title: 'Scoring a catalogue',
  async measure(say) {
    await loadKernel();
    return inParts(say, lists, updates, profiles, rerank, searchResult);
  },
};

/** Lists of 10,000 items for shoppers with short and long histories. */
async function lists(say: Say): Promise<AreaResult> {
  say('lists of 10,000 items');
  const catalog = await sideShop(ITEMS);
  const result: Required<AreaResult> = { bars: [], figures: [], series: {} };
  const values: { name: string; value: number }[] = [];
  for (const history of HISTORIES) {
    const { list, update, experts } = await listTimes(catalog, history);
    const choices = history.toLocaleString('en');
    const name = `list after a choice, 10,000 items, ${choices} choices before`;
    result.bars.push(within(name, 5, high(list), 'ms', `p95; ${list}`));
    result.figures.push({ name: `learning that choice, ${choices} before, ${experts} experts`, measured: `${update}` });
    values.push({ name: `${choices} choices`, value: middle(list) });
  }
  result.series['list after a choice, 10,000 items'] = { unit: 'ms', values };
  for (const anchors of ANCHORS) {
    const measured = `${await similarTimes(catalog, anchors)}`;
    result.figures.push({ name: `list similar to ${anchors} of 10,000 items`, measured });
  }
  return result;
}

/** The list for a shopper after one more choice than the given number, with all terms, ranks and reasons, and the time to learn that choice. */
async function listTimes(catalog: LearnerCatalog, choices: number) {
  const { index } = catalog;
  const learner = new Learner(catalog, { experts: true });
  const remembered = index.items.length - KEPT_BACK;
  let events = 0;
  const event = (type: EventType, row: number): LoggedEvent => {
    return { id: ++events, type, itemId: index.items[row].id, time: START + 60_000 * events };
  };
  // To save time, these are remembered but not learned one by one.
  for (let n = 1; learner.history.total < choices; n++) {
    const row = (617 * n) % remembered;
    learner.history.add(event(n % DISMISS_EVERY === 0 ? 'dismiss' : 'click', row), row);
  }
  const [list, update] = [timed(), timed()];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const row = remembered + ((617 * round) % KEPT_BACK);
    const measured = round >= WARM_UP ? { list, update } : { list: timed(), update: timed() };
    await measured.update.of(() => {
      learner.observe(event('click', row));
      // The experts' scores are part of their update.
      learner.contributionsOf(row);
    });
    await measured.list.of(() => rank(index, learner.stateAt(), FOR_YOU));
  }
  return { list, update, experts: learner.status.experts.length };
}

/** A list similar to the given number of items in view, none of which was in view before. */
async function similarTimes(catalog: LearnerCatalog, anchors: number): Promise<Timed> {
  const { index } = catalog;
  const { aboutItems } = await listsInView();
  const time = timed();
  const state = new Learner(catalog, { experts: false }).stateAt();
  for (let round = 0; round < 24; round++) {
    const ids = Array.from({ length: anchors }, (_, n) => index.items[(31 * n + 997 * round) % index.items.length].id);
    const request = aboutItems(index, { ...FOR_YOU, placement: 'similar' }, ids);
    await (round < 4 ? timed() : time).of(() => rank(index, state, request));
  }
  return time;
}

async function updates(say: Say): Promise<AreaResult> {
  say('updates of the experts');
  const shop = await sideShop(ITEMS);
  const { columns, six, one } = await updateTimes(shop);
  const name = `update of six experts, 10,000 items, ${columns} columns`;
  // Each with an index of its own, whose caches the other does not fill.
  const [without, adapted] = await choiceTimes([await sideShop(ITEMS), withAdapters(await sideShop(ITEMS))]);
  const cost = middle(adapted) - middle(without);
  return {
    bars: [
      within(name, 2, high(six), 'ms', `p95, scores after it included; ${six}`),
      within('what two adapters add to a choice, 10,000 items', 0.3, cost, 'ms', `${adapted} instead of ${without}`),
    ],
    figures: [{ name: 'the same for one expert', measured: `${one}` }],
  };
}

/** Learning a choice, by new shoppers of some shops in turn. */
async function choiceTimes(shops: readonly LearnerCatalog[]): Promise<Timed[]> {
  const learners = shops.map((shop) => ({ shop, learner: new Learner(shop), time: timed() }));
  for (let round = 0; round < 2 * (WARM_UP + ROUNDS); round++) {
    const row = (617 * round) % ITEMS;
    for (const { shop, learner, time } of learners) {
      await (round < 2 * WARM_UP ? timed() : time).of(() => {
        learner.observe({
          id: round + 1,
          type: 'click',
          itemId: shop.index.items[row].id,
          time: START + 60_000 * round,
        });
        learner.contributionsOf(row);
      });
    }
  }
  return learners.map(({ time }) => time);
}

async function profiles(say: Say): Promise<AreaResult> {
  say('a stored profile');
  const shop = await sideShop(2_000);
  const [usual, shown] = [await profileSize(shop, false), await profileSize(shop, true)];
  const name = 'stored profile of 110 choices, shop with a side model';
  return {
    bars: [within(name, 8, usual.bytes / 1000, 'kB', `${usual.experts} experts, copies included`)],
    figures: [
      { name: 'the same with eight items shown before each choice', measured: `${(shown.bytes / 1000).toFixed(1)} kB` },
    ],
  };
}

/** Choices of one topic before the next, and mean time between two choices, ms. */
const [SPELL, PAUSE] = [15, 6 * 3600 * 1000];

/**
 * Bytes and experts of the profile of a shopper who turns from one topic to another and back in 110 choices.
 * @param shown whether a list is shown before every choice, so that the profile contains impressions
 */
async function profileSize(catalog: LearnerCatalog, shown: boolean): Promise<{ bytes: number; experts: number }> {
  const { index } = catalog;
  const random = seededRandom(1);
  const tastes = rowsByTopic(index)
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 2);
  const learner = new Learner(catalog);
  const taken = tastes.map(() => 0);
  let [events, time] = [0, START];
  for (let n = 0; n < 110; n++) {
    const taste = Math.floor(n / SPELL) % tastes.length;
    time += Math.round(-PAUSE * Math.log(1 - random()));
    const observe = (type: 'impression' | 'click', row: number): void =>
      learner.observe({ id: ++events, type, itemId: index.items[row].id, time });
    if (shown) for (const { row } of rank(index, learner.stateAt(), FOR_YOU)) observe('impression', row);
    observe('click', tastes[taste][taken[taste]++]);
  }
  const profile = learner.save();
  const { bytes } = await storedProfile(profile);
  const { members } = profile.experts;
  return { bytes: bytes.length, experts: members.length + members.flatMap(({ trial }) => trial?.before ?? []).length };
}

/** Orders 1,000 of the shop's ids for a shopper with 200 choices, compared with a plain sort by known scores. */
async function rerank(say: Say): Promise<AreaResult> {
  say('a list of the shop');
  const shop = await serveContent(await syntheticContent(ITEMS));
  const engine = await shop.open({ consent: 'pending' });
  let chosen = 0;
  const choose = () => engine.track('click', `item-${(++chosen * 617) % ITEMS}`, {});
  for (let n = 0; n < 200; n++) await choose();
  await engine.settled();
  const ids = Array.from({ length: 1000 }, (_, n) => `item-${(n * 7919) % ITEMS}`);
  /** Arguments and answer are cloned. */
  const ask = async () =>
    structuredClone(await engine.rerank(structuredClone(ids), structuredClone({ strength: 0.7 })));
  const scores = new Map(ids.map((id, n) => [id, Math.sin(n * 12.9898)]));
  const sort = () => ids.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
  const [call, plain, afterChoice] = [timed(), timed(), timed()];
  for (let round = 0; round < 230; round++) {
    await (round < 30 ? timed() : call).of(ask);
    await (round < 30 ? timed() : plain).of(sort);
  }
  for (let round = 0; round < 20; round++) {
    await choose();
    // As after a click: the worker learns the choice while the next page loads.
    await engine.settled();
    await afterChoice.of(ask);
  }
  await engine.close();
  await shop.close();
  const own = middle(plain);
  return {
    bars: [within(`rerank of ${ids.length} ids, 10,000 items`, 10, high(call), 'ms', `p95; ${call}`)],
    figures: [
      {
        name: 'rerank against a plain sort of precomputed scores',
        measured: `${(middle(call) / own).toFixed(1)} times its ${own.toFixed(2)} ms; after a choice ${afterChoice}`,
      },
    ],
  };
}
