import type { Item } from '../../../../src/core/catalog';
import type { Recommendation } from '../../../../src/device/protocol';
import { metered } from '../../../shop/pipeline';
import { joinStreams, streamsOfPart } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import { qualityOf } from '../../evaluate/quality';
import type { MethodRun } from '../../evaluate/result';
import type { Shopper } from '../../evaluate/shoppers';
import { type BundleHost, type Downloads, hostBundle, type Page } from './bundle-host';
import { coldHalf, coldText, type EvaluateInput } from './input';
import type { Protocol } from './runs';

export const AS_PAGE = 'as-page';
/** The methods: a page that loads what a browser would load, and one with all products loaded. */
const [PAGE, WHOLE] = ['page', 'whole'];
/** Length of a page's lists, and number of choices after which downloads are reported. */
const TEN = 10;
/** Maximum number of replayed choices of a shopper. */
const MAX_CHOICES = 30;
/** Length of the list in which the next choice is looked for: the longest that a page may request. */
const LIST = 100;
/** Number of the first products of ranking all that should be loaded. */
const TOP = 50;

/** Moments of a visit at which downloads are counted. */
const MOMENTS = ['first list', 'first personal list', 'ten choices', 'all choices'] as const;

/** One next choice: its places, and whether it was in ten places of `complement`, on a page and among all products. */
interface Choice {
  ranks: [page: number, all: number];
  complement: [page: boolean, all: boolean];
  loaded: boolean;
  /** Share of the first 50 products of ranking all that the page had loaded. */
  top: number;
}
type Visit = Awaited<ReturnType<typeof visit>>;

/**
 * Visits of shoppers without an event in the past, on pages that load what a browser would load. Each next choice is ranked among
 * the products not chosen before, then clicked. Table: `as-page`, against the same recommender with all products loaded; with
 * `complementHr10`, and for a page `loaded` and `topLoaded`, as figures. Figures: `requests`, `raw` and `gzip` (bytes), means over
 * the shoppers, from the start of the visit to each moment.
 */
export const asPageProtocol: Protocol = (input) => {
  wantedMethods(input, [PAGE, WHOLE]);
  const { shoppers } = coldHalf(input, TEN + 1);
  return {
    async measure(part) {
      const own = streamsOfPart(shoppers, part);
      const host = await hostBundle(input.folder);
      try {
        const all = await host.open(true);
        const visits = await metered(input.meter, 'Shoppers', own.length, async (advance) => {
          const done: Visit[] = [];
          for (const shopper of own) {
            done.push(await visit(host, all, shopper, input));
            advance(1);
          }
          return done;
        });
        const everything = all.downloads();
        await all.engine.close();
        return { visits, everything };
      } finally {
        host.close();
      }
    },

    report(parts: readonly { visits: Visit[]; everything: Downloads }[]) {
      const visits = joinStreams(parts.map((part) => part.visits));
      const [{ everything }] = parts;
      return {
        setting: `${coldText(input, `${shoppers.length} shoppers`)}, their first ${MAX_CHOICES} choices, each on a page of a new visitor and with all products loaded; the ${LIST} products of a list have a place, and all others share the mean of the remaining places`,
        tables: [{ name: AS_PAGE, unit: 'shopper', reference: WHOLE, methods: methodsOf(visits) }],
        figures: Object.fromEntries([
          ...MOMENTS.flatMap((moment, at) =>
            downloadFigures(
              moment,
              visits.map(({ downloads }) => downloads[at]),
            ),
          ),
          ...downloadFigures('everything', [everything]),
        ]),
      };
    },
  };
};

/** @param all a page with all products, whose shopper is forgotten first */
async function visit(host: BundleHost, all: Page, { rows, times }: Shopper, { bundle }: EvaluateInput) {
  const page = await host.open();
  await all.engine.reset();
  const downloads: Downloads[] = [];
  const note = (): void => void downloads.push(page.downloads());
  const list = async ({ engine }: Page, request: Parameters<Page['engine']['recommend']>[0]) =>
    (await engine.recommend(request)).items;
  await list(page, { limit: TEN });
  note();
  const choices: Choice[] = [];
  const chosen = new Set<number>();
  const replayed = rows.slice(0, MAX_CHOICES);
  for (const [place, row] of replayed.entries()) {
    const { id } = bundle.items[row];
    chosen.add(row);
    const both = [page, all];
    for (const { engine } of both) await engine.track('click', id, {}, times[place]);
    for (const one of both) await one.settled();
    const lists = [await list(page, { limit: LIST }), await list(all, { limit: LIST })];
    if (place === 0) note();
    const next = replayed[place + 1];
    // A repeated choice is not a discovery.
    const wanted = next === undefined || chosen.has(next) ? null : bundle.items[next];
    const top = lists[1].slice(0, TOP).map(({ item }) => item.id);
    const loaded = new Set(await page.engine.loaded([...top, ...(wanted ? [wanted.id] : [])]));
    const complement = [];
    for (const one of both) complement.push(await list(one, { placement: 'complement', itemId: id, limit: TEN }));
    if (wanted !== null) {
      const competing = bundle.items.length - chosen.size;
      const [ownRank, allRank] = lists.map((places) => placeIn(places, wanted, competing));
      const [own, other] = complement.map((places) => places.some(({ item }) => isVariant(item, wanted)));
      choices.push({
        ranks: [ownRank, allRank],
        complement: [own, other],
        loaded: loaded.has(wanted.id),
        top: top.filter((one) => loaded.has(one)).length / Math.max(1, top.length),
      });
    }
    if (place === TEN - 1) note();
  }
  note();
  await page.engine.close();
  return { choices, downloads };
}

/** Whether two items are variants of one product. A list shows one of them. */
const isVariant = (item: Pick<Item, 'id' | 'group'>, other: Pick<Item, 'id' | 'group'>): boolean =>
  item.id === other.id || (item.group !== undefined && item.group === other.group);

/**
 * Place of a product in a list, from 1. Products of one score share the mean of their places; those outside the list share the mean
 * of the remaining places.
 * @param competing number of products that the list could contain
 */
export function placeIn(
  list: readonly (Pick<Recommendation, 'score'> & { item: Pick<Item, 'id' | 'group'> })[],
  wanted: Pick<Item, 'id' | 'group'>,
  competing: number,
): number {
  const found = list.find(({ item }) => isVariant(item, wanted));
  if (!found) return (list.length + 1 + Math.max(competing, list.length + 1)) / 2;
  const places = list.flatMap(({ score }, at) => (score === found.score ? [at + 1] : []));
  return places.reduce((sum, place) => sum + place, 0) / places.length;
}

/** Both methods of the table. */
function methodsOf(visits: readonly Visit[]): MethodRun[] {
  const own = visits.filter(({ choices }) => choices.length > 0);
  const mean = (pick: (choice: Choice) => number): number =>
    meanOf(own.map(({ choices }) => meanOf(choices.map(pick))));
  const foremost = visits.flatMap(({ choices }) => choices.filter(({ ranks }) => ranks[1] <= TOP));
  const [page, whole] = ([0, 1] as const).map((at) => ({
    name: at === 0 ? PAGE : WHOLE,
    units: visits.map(({ choices }) => qualityOf(choices.map(({ ranks }) => ranks[at]))),
    figures: { complementHr10: mean(({ complement }) => Number(complement[at])) },
  }));
  const figures = {
    ...page.figures,
    loaded: mean(({ loaded }) => Number(loaded)),
    topLoaded: mean(({ top }) => top),
    foremostLoaded: meanOf(foremost.map(({ loaded }) => Number(loaded))) || 0,
  };
  return [whole, { ...page, figures }];
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const downloadFigures = (moment: string, all: readonly Downloads[]): [string, number][] =>
  (['requests', 'raw', 'gzip'] as const).map((kind) => [`${kind} ${moment}`, meanOf(all.map((one) => one[kind]))]);
