/**
 * Measures what a list costs a shopper who has chosen more and more: choices of 0 to 10,000, catalogues of 1,000 to
 * 20,000 synthetic items with content vectors of the size that real ones have. Run it with `npm run bench:aging`, sizes
 * after it; the numbers are kept as JSON in `.cache/bench/aging.json`. Fails when a list, or what is learned from a
 * choice, takes more than twice as long as after 50 choices.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { type CatalogIndex, listsInView, type Placement, type RankRequest, rank } from '../../../src/device/ranking';
import { explain } from '../../../src/device/ranking/explanation/explain';
import { spread, type Timed, timed } from '../timing';
import { agingCatalog, anything, opened, Shopper } from './shopper';

const SIZES = [1_000, 10_000, 20_000];
const CHOICES = [0, 10, 50, 200, 1_000, 10_000];
/** From here on a list should take as long as it ever will. */
const SETTLED = 50;
const MAX_RATIO = 2;
/** Choices measured at each point, after some that are not. */
const ROUNDS = 15;
const WARM_UP = 3;
const PLACEMENTS: Placement[] = ['similar', 'complement', 'trending', 'recent'];
const OUT = fileURLToPath(new URL('../../../.cache/bench/aging.json', import.meta.url));

/** Medians of processor time in ms, which other work on the machine changes least, after a number of choices. */
interface Point {
  items: number;
  choices: number;
  /** Learning from a choice. */
  update: number;
  /** The list for you after it, reasons included. */
  list: number;
  /** The slowest of the other placements. */
  others: number;
  /** The explanation of its first item. */
  explanation: number;
  /** The first list of a page that has just read the profile. */
  reload: number;
}

const { aboutItems } = await listsInView();

function request(index: CatalogIndex, placement: Placement, row: number | null): RankRequest {
  const plain = { placement, row: null, limit: 8, exclude: new Set<number>() };
  return row === null ? plain : aboutItems(index, plain, [index.items[row].id]);
}

async function measured(catalog: LearnerCatalog, choices: number): Promise<Point> {
  const { index } = catalog;
  const shopper = new Shopper(catalog, anything(catalog));
  shopper.live(choices);
  const [update, list, explanation, reload] = [timed(), timed(), timed(), timed()];
  const others = PLACEMENTS.map(() => timed());
  const { learner } = shopper;
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const counts = round >= WARM_UP;
    const time = async (by: Timed, work: () => unknown): Promise<void> => {
      if (counts) await by.of(async () => work());
      else work();
    };
    // A list is measured after a choice, but for a shopper without any.
    if (choices > 0) await time(update, () => shopper.choose());
    let first = 0;
    await time(list, () => {
      first = rank(index, learner.state, request(index, 'for-you', null))[0].row;
    });
    await time(explanation, () => explain(index, learner.state, request(index, 'for-you', null), first));
    for (const [n, placement] of PLACEMENTS.entries()) {
      await time(others[n], () =>
        rank(index, learner.state, request(index, placement, (31 * round) % index.items.length)),
      );
    }
  }
  const profile = learner.save();
  for (let round = 0; round < 3; round++) {
    // An index of its own, as a page that was just opened has it.
    const page = opened(catalog);
    const next = new Learner(page, { experts: true });
    next.restore(profile, []);
    await reload.of(async () => rank(page.index, next.state, request(index, 'for-you', null)));
  }
  const middle = ({ processor }: Timed): number => (processor.length === 0 ? 0 : spread(processor).middle);
  return {
    items: index.items.length,
    choices,
    update: middle(update),
    list: middle(list),
    others: Math.max(...others.map(middle)),
    explanation: middle(explanation),
    reload: middle(reload),
  };
}

const FIGURES = ['update', 'list', 'others', 'explanation', 'reload'] as const;

/** How many times as long something takes as after 50 choices, at most. */
function worstRatio(points: readonly Point[], of: 'list' | 'update'): number {
  const settled = points.find(({ choices }) => choices === SETTLED);
  if (!settled) return Number.NaN;
  return Math.max(...points.filter(({ choices }) => choices > SETTLED).map((point) => point[of] / settled[of]));
}

async function main(sizes: readonly number[]): Promise<void> {
  const all: Point[] = [];
  console.log('processor time, median ms');
  console.log(['items', 'choices', ...FIGURES].map((name) => name.padStart(12)).join(''));
  for (const items of sizes) {
    const catalog = await agingCatalog(items);
    const points: Point[] = [];
    for (const choices of CHOICES) {
      const point = await measured(catalog, choices);
      points.push(point);
      const cells = [point.items, point.choices, ...FIGURES.map((name) => point[name].toFixed(1))];
      console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
    }
    for (const of of ['list', 'update'] as const) {
      const ratio = worstRatio(points, of);
      console.log(`${items} items, ${of}: at most ${ratio.toFixed(2)} times what it takes after ${SETTLED} choices`);
      if (!(ratio <= MAX_RATIO)) process.exitCode = 1;
    }
    all.push(...points);
  }
  mkdirSync(dirname(OUT), { recursive: true });
  writeFileSync(OUT, `${JSON.stringify({ load: loadavg()[2], points: all }, null, 2)}\n`);
  console.log(`load of the machine over the last 15 minutes: ${loadavg()[2].toFixed(1)}; written to ${OUT}`);
}

const sizes = process.argv.slice(2).map(Number);
await main(sizes.length > 0 ? sizes : SIZES);
