import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { openFolder } from '../../../packages/cli/bundler';
import { loadKernel } from '../../../src/core/kernel';
import { WordIndex } from '../../../src/device/ranking';
import { serveContent } from '../../../testing/served-shop';
import { rowsFound, searchable, wordyContent } from '../find/catalogues';
import { photoTimes, requireDemo } from '../find/photo-times';
import { photosFound } from '../find/photos-found';
import { titleQueries } from '../find/queries';
import { tasteOfSearches } from '../find/taste';
import { type Area, type AreaResult, atLeast, type Given, inParts, type Say, within } from '../kept';
import { spread, type Timed, timed } from '../timing';

const ITEMS = 10_000;
/** Number of queries of a catalogue, half of them with a typing error. */
const QUERIES = 200;
/** Length of a list, and share of the queries whose item must be in it. */
const [LIMIT, MIN_FOUND] = [10, 0.95];
/** Number of queries that are typed letter by letter. */
const TYPED = 40;
/** Number of choices of the shopper who types. */
const CHOICES = 100;

const high = ({ work }: Timed): number => spread(work).high;

export const area: Area = {
  title: 'Finding by words and photos',
  async measure(say, given): Promise<AreaResult> {
    requireDemo();
    await loadKernel();
    const catalogues = (given.catalog ?? []).map(found);
    return inParts(say, keystrokes, building, photoTimes, ...catalogues, ...photos(given), ...taste(given));
  },
};

/** From a letter to the list, as the worker answers it: parsing, words, taste, reasons and the copy for the page included. */
async function keystrokes(say: Say): Promise<AreaResult> {
  say('a shopper types 40 queries');
  const content = await wordyContent(ITEMS);
  const shop = await serveContent(content);
  const engine = await shop.open({ consent: 'pending' });
  for (let n = 0; n < CHOICES; n++) await engine.track('click', `item-${(n * 617) % ITEMS}`, {});
  await engine.settled();
  const [first, keys, letters] = [timed(), timed(), timed()];
  const find = async (text: string) => structuredClone(await engine.find({ text }));
  await first.of(() => find('a first search'));
  for (const { text } of titleQueries(content.items, TYPED, false, 1)) {
    for (let length = 1; length <= text.length; length++) {
      const typed = text.slice(0, length).trim();
      await keys.of(() => find(typed));
      if (length === 1) await letters.of(() => find(typed));
    }
  }
  await engine.close();
  await shop.close();
  return {
    bars: [within('from a keystroke to the list, 10,000 items', 15, high(keys), 'ms', `p95; ${keys}`)],
    figures: [
      { name: 'the first letter of a query', measured: `${letters}` },
      { name: 'the first search, which makes the index', measured: `${first}` },
    ],
  };
}

async function building(say: Say): Promise<AreaResult> {
  say('the index of 10,000 items');
  const { items } = await wordyContent(ITEMS);
  const whole = timed();
  const turns: number[] = [];
  for (let round = 0; round < 5; round++) {
    let began = performance.now();
    const index = new WordIndex('en', async () => {
      turns.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    });
    await whole.of(() => index.update(items, (item) => item));
  }
  return {
    bars: [within('index of the words of 10,000 items', 1500, spread(whole.work).middle, 'ms', `${whole}`)],
    figures: [
      {
        name: 'time before a waiting list has its turn',
        measured: `${spread(turns)}, longest ${Math.max(...turns).toFixed(1)} ms`,
      },
    ],
  };
}

/** How often the item of a query is among the first ten, for a new shopper. */
const found =
  (folder: string) =>
  async (say: Say): Promise<AreaResult> => {
    say(`queries from the titles of ${folder}`);
    const shop = await searchable(await openFolder(folder));
    const state = shop.learner().stateAt();
    const rate = (typo: boolean): { share: number; of: number; missed: string[] } => {
      const queries = titleQueries(shop.index.items, QUERIES / 2, typo, 7);
      const missed = queries.filter(({ text, row }) => !rowsFound(shop, state, text, LIMIT).includes(row));
      const lines = missed.map(({ text, row }) => `"${text}" for "${shop.index.items[row].title}"`);
      return { share: 1 - missed.length / queries.length, of: queries.length, missed: lines };
    };
    const [plain, typo] = [rate(false), rate(true)];
    for (const line of [...plain.missed, ...typo.missed]) say(`not among the first ten: ${line}`);
    const share = (plain.share * plain.of + typo.share * typo.of) / (plain.of + typo.of);
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    const measured = `two words of a title ${percent(plain.share)} of ${plain.of}, with a typing error ${percent(typo.share)} of ${typo.of}`;
    return {
      bars: [
        atLeast(
          `item among the first ten, ${shop.index.items.length} items of ${basename(folder)}`,
          MIN_FOUND,
          share,
          measured,
        ),
      ],
    };
  };

/** With a log: what taste adds. */
const taste = ({ catalog = [], events }: Given): ((say: Say) => Promise<AreaResult>)[] =>
  events && existsSync(events) && catalog.length > 0
    ? [(say) => tasteOfSearches(say, catalog[catalog.length - 1], events)]
    : [];

/** With pictures: how often a product is found by a photo of it. */
const photos = ({ catalog = [], images }: Given): ((say: Say) => Promise<AreaResult>)[] => {
  const [folder] = catalog;
  return images !== undefined && folder !== undefined ? [(say) => photosFound(say, folder, images)] : [];
};
