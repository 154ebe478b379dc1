import { loadKernel } from '../../../src/core/kernel';
import { type Area, type AreaResult, within } from '../bars';
import { benchBundle } from '../retrieval-bundle';
import { sessionTimes } from '../retrieval-session';
import { listTimes, similarTimes } from '../scoring/lists';
import { profileSize } from '../scoring/profile-size';
import { rerankTimes } from '../scoring/rerank-times';
import { searchResult } from '../scoring/search';
import { sideShop } from '../scoring/side-shop';
import { updateTimes } from '../scoring/updates';
import { spread, type Timed } from '../timing';

const HISTORIES = [0, 100, 1_000, 10_000];
/** Items in view of a long list of similar ones. */
const ANCHORS = [1, 20];

const high = ({ work }: Timed): number => spread(work).high;
const middle = ({ work }: Timed): number => spread(work).middle;

export const area: Area = {
  title: 'Scoring a catalogue',
  async measure(say) {
    await loadKernel();
    const parts = [lists, retrieval, updates, profiles, rerank, searchResult];
    const results: AreaResult[] = [];
    for (const part of parts) results.push(await part(say));
    return {
      bars: results.flatMap(({ bars }) => bars),
      figures: results.flatMap(({ figures = [] }) => figures),
      series: Object.assign({}, ...results.map(({ series = {} }) => series)),
    };
  },
};

type Say = (line: string) => void;

/** Lists of 10,000 items for shoppers with short and long histories. */
async function lists(say: Say): Promise<AreaResult> {
  say('lists of 10,000 items');
  const catalog = await sideShop(10_000);
  const result: Required<AreaResult> = { bars: [], figures: [], series: {} };
  const values: { name: string; value: number }[] = [];
  for (const history of HISTORIES) {
    const { choices, list, update, experts } = await listTimes(catalog, history);
    const name = `list after a choice, 10,000 items, ${choices.toLocaleString('en')} choices before`;
    result.bars.push(within(name, 5, high(list), 'ms', `p95; ${list}`));
    result.figures.push({
      name: `learning that choice, ${choices.toLocaleString('en')} before, ${experts} experts`,
      measured: `${update}`,
    });
    values.push({ name: `${choices.toLocaleString('en')} choices`, value: middle(list) });
  }
  result.series['list after a choice, 10,000 items'] = { unit: 'ms', values };
  for (const anchors of ANCHORS) {
    const time = await similarTimes(catalog, anchors);
    const name = `list similar to ${anchors} of 10,000 items`;
    result.figures.push({ name, measured: `${time}` });
  }
  return result;
}

/** Lists of 100,000 items: retrieval, then ranking of what it found. */
async function retrieval(say: Say): Promise<AreaResult> {
  say('100,000 items in clusters; making them takes minutes the first time');
  const { folder } = await benchBundle(100_000);
  const { after, again, lines, failures } = await sessionTimes(folder);
  if (failures.length > 0) throw new Error(failures[0]);
  // Retrieval and ranking are in the turn that learns the choice; a page waits for both.
  return {
    bars: [within('list after a choice, 100,000 items', 40, high(after), 'ms', `p95; ${after}`)],
    figures: [
      { name: '100,000 items, a list with nothing new', measured: `${again}` },
      ...lines.map((line) => ({ name: '100,000 items', measured: line })),
    ],
  };
}

async function updates(say: Say): Promise<AreaResult> {
  say('updates of the experts');
  const { columns, six, one } = await updateTimes(await sideShop(10_000));
  const name = `update of six experts, 10,000 items, ${columns} columns`;
  return {
    bars: [within(name, 2, high(six), 'ms', `p95, scores after it included; ${six}`)],
    figures: [{ name: 'the same of one expert', measured: `${one}` }],
  };
}

async function profiles(say: Say): Promise<AreaResult> {
  say('a stored profile');
  const shop = await sideShop(2_000);
  const [usual, shown] = [await profileSize(shop, 110), await profileSize(shop, 110, true)];
  const name = 'stored profile of 110 choices, shop with a side model';
  return {
    bars: [within(name, 8, usual.bytes / 1000, 'kB', `${usual.experts} experts, copies included`)],
    figures: [
      { name: 'the same with eight items shown before each choice', measured: `${(shown.bytes / 1000).toFixed(1)} kB` },
    ],
  };
}

async function rerank(say: Say): Promise<AreaResult> {
  say('a list of the shop');
  const [{ length, call, afterChoice, plain }] = await rerankTimes([1_000]);
  const sort = middle(plain);
  return {
    bars: [within(`rerank of ${length} ids, 10,000 items`, 10, high(call), 'ms', `p95; ${call}`)],
    figures: [
      {
        name: 'rerank against a plain sort of precomputed scores',
        measured: `${(middle(call) / sort).toFixed(1)} times its ${sort.toFixed(2)} ms; after a choice ${afterChoice}`,
      },
    ],
  };
}
