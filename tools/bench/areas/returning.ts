import { existsSync } from 'node:fs';
import { loadKernel } from '../../../src/core/kernel';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../../../src/device/learner';
import { type RankRequest, rank } from '../../../src/device/ranking';
import { demoCatalog } from '../../../testing/returning-shopper';
import { type Area, type AreaResult, atLeast } from '../kept';

/** The bar: how many of ten shoppers keep a second expert and see their taste sooner with it. */
const MIN_SOONER = 6;
/** Number of visits of each shopper. */
const VISITS = 10;
/** Length of a list, and number of items that are most of it. */
const [LIMIT, MOST] = [10, 5];
/** Number of a visit's lists that decide between equals. */
const EARLY_LISTS = 3;
/** Neighbours in a catalogue are alike: consecutive ones would be of one narrow category. */
const STRIDE = 7;
const [DAY, MINUTE, START] = [24 * 3600 * 1000, 60_000, 1_700_000_000_000];

/** A shopper with two tastes, as prefixes of categories. */
type Tastes = readonly [string, string];

interface Shop {
  name: string;
  bundle: string;
  /** Number of choices of a visit. */
  choices: number;
  tastes: readonly Tastes[];
}

const SHOPS: readonly Shop[] = [
  {
    name: 'the demo shop',
    bundle: 'public/bundle',
    choices: 8,
    tastes: [
      ['Toys', 'Food'],
      ['Food', 'Home'],
      ['Home', 'Sport'],
      ['Models', 'Clothing'],
      ['Clothing', 'Tools'],
      ['Office', 'Food'],
      ['Food', 'Models'],
      ['Home', 'Toys'],
      ['Tools', 'Office'],
      ['Sport', 'Clothing'],
    ],
  },
  {
    name: "Magento's sample shop",
    // Built from its feed; not part of the project.
    bundle: '.cache/bench/magento',
    choices: 5,
    tastes: [
      ['Women/Tops', 'Gear'],
      ['Gear', 'Women/Tops'],
      ['Men/Tops', 'Gear'],
      ['Gear', 'Men/Tops'],
      ['Women/Tops', 'Men/Tops'],
      ['Men/Tops', 'Women/Tops'],
      ['Women', 'Gear'],
      ['Men', 'Gear'],
      ['Women', 'Men'],
      ['Men', 'Women'],
    ],
  },
];

/**
 * Ten shoppers, each with two tastes that take turns over ten visits: how many experts each keeps, and after how many choices of
 * a returning taste it makes up most of the list, with several experts and with one. Where one choice is enough for both, the
 * number of its items in the visit's first three lists decides.
 */
export const area: Area = {
  title: 'A taste that returns',
  async measure(): Promise<AreaResult> {
    await loadKernel();
    const found: AreaResult = { bars: [], figures: [] };
    for (const shop of SHOPS) {
      if (existsSync(shop.bundle)) await measured(shop, found);
      else found.figures?.push({ name: shop.name, measured: `not measured, there is no bundle in ${shop.bundle}` });
    }
    return found;
  },
};

async function measured({ name, bundle, choices, tastes }: Shop, { bars, figures }: AreaResult): Promise<void> {
  const catalog = await demoCatalog(bundle);
  let [sooner, second] = [0, 0];
  const [several, single]: number[][] = [[], []];
  for (const pair of tastes) {
    const [own, one] = [visits(catalog, pair, choices), visits(catalog, pair, choices, { newborn: 0 })];
    const pairMeans = [mean(own.returns), mean(one.returns)];
    const early = [mean(own.early), mean(one.early)];
    second += Number(own.kept > 1);
    const level = pairMeans[0] === pairMeans[1];
    sooner += Number(own.kept > 1 && (level ? early[0] > early[1] : pairMeans[0] < pairMeans[1]));
    several.push(pairMeans[0]);
    single.push(pairMeans[1]);
    const [withExperts, withOne] = pairMeans.map((value) => value.toFixed(2));
    figures?.push({
      name: `${name}, ${pair.join(' and ')}`,
      measured: `${own.kept} experts; most of the list after ${withExperts} choices, with one expert after ${withOne}; at first ${early.map((value) => value.toFixed(2)).join(' and ')} items of it`,
    });
  }
  bars.push(
    atLeast(
      `${name}: shoppers who keep a second expert and see their taste sooner with it`,
      MIN_SOONER,
      sooner,
      `${sooner} of ${tastes.length}; ${second} keep one; after ${mean(several).toFixed(2)} choices, with one expert ${mean(single).toFixed(2)}`,
    ),
  );
}

/**
 * Lets a shopper visit ten times, alternating between the two tastes.
 * @param choices of each visit
 * @returns the number of kept experts, for each visit in which a taste returned, the number of choices before it made up most of the list,
 *   and the number of its items in each of the first lists of these visits
 */
function visits(
  { index, ...catalog }: LearnerCatalog,
  tastes: Tastes,
  choices: number,
  options: LearnerOptions = {},
): { kept: number; returns: number[]; early: number[] } {
  const { items } = index;
  const rowsOf = (taste: string): number[] => {
    const rows = [...items.keys()].filter((row) => `${items[row].category}/`.startsWith(`${taste}/`));
    // Visits every row once, whatever the number of rows.
    return Array.from({ length: STRIDE }, (_, from) => rows.filter((_row, n) => n % STRIDE === from)).flat();
  };
  const rows = tastes.map(rowsOf);
  const learner = new Learner({ index, ...catalog }, options);
  const forYou: RankRequest = { placement: 'for-you', row: null, limit: LIMIT, exclude: new Set() };
  const taken = [0, 0];
  const returns: number[] = [];
  const early: number[] = [];
  let events = 0;
  for (let visit = 0; visit < VISITS; visit++) {
    const taste = visit % tastes.length;
    const own = new Set(rows[taste]);
    let before: number | null = null;
    for (let choice = 0; choice < choices; choice++) {
      const listed = rank(index, learner.stateAt(), forYou).filter(({ row }) => own.has(row)).length;
      if (listed >= MOST) before ??= choice;
      if (visit >= tastes.length && choice < EARLY_LISTS) early.push(listed);
      const row = rows[taste][taken[taste]++ % rows[taste].length];
      const time = START + visit * DAY + choice * MINUTE;
      learner.observe({ id: ++events, type: 'click', itemId: items[row].id, time });
    }
    if (visit >= tastes.length) returns.push(before ?? choices);
  }
  const kept = learner.status.experts.filter(({ state }) => state !== 'candidate').length;
  return { kept, returns, early };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
