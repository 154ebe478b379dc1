import * as v from 'valibot';
import type { Item } from '../../../../src/core/catalog';
import { counted } from '../../../../src/core/common/text';
import type { Recommendation } from '../../../../src/device/protocol';
import { metered } from '../../../shop/pipeline';
import { joinStreams, parsePart, streamsOfPart } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import { qualityOf } from '../../evaluate/quality';
import { figureCell, fixed, hundredths, signed } from '../../evaluate/report-cells';
import type { MethodRun, ProtocolSummary } from '../../evaluate/result';
import type { Shopper } from '../../evaluate/shoppers';
import { type BundleHost, type Downloads, downloadsSchema, hostBundle, type Page } from './bundle-host';
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
/** The same for a page that loads everything. */
const EVERYTHING = 'everything';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** One next choice: its places, and whether it was in ten places of `complement`, on a page and among all products. */
const choiceSchema = v.object({
  ranks: v.tuple([v.number(), v.number()]),
  complement: v.tuple([v.boolean(), v.boolean()]),
  loaded: v.boolean(),
  /** Share of the first 50 products of ranking all that the page had loaded. */
  top: share,
});
type Choice = v.InferOutput<typeof choiceSchema>;
const visitSchema = v.object({ choices: v.array(choiceSchema), downloads: v.array(downloadsSchema) });
type Visit = v.InferOutput<typeof visitSchema>;
const partSchema = v.object({ visits: v.array(visitSchema), everything: downloadsSchema });

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
        return JSON.stringify({ visits, everything } satisfies v.InferInput<typeof partSchema>);
      } finally {
        host.close();
      }
    },

    report(texts) {
      const parts = texts.map((text) => parsePart(partSchema, text));
      const visits = joinStreams(parts.map((part) => part.visits));
      const everything = parts[0].everything;
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
          ...downloadFigures(EVERYTHING, [everything]),
        ]),
      };
    },
  };
};

/** @param all a page with all products, whose shopper is forgotten first */
async function visit(host: BundleHost, all: Page, { rows, times }: Shopper, { bundle }: EvaluateInput): Promise<Visit> {
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

/** The findings in words, for people. */
export function asPageText({ tables: [{ methods }], figures }: ProtocolSummary): string {
  const find = (name: string) => methods.find((method) => method.name === name) ?? methods[0];
  const [page, all] = [find(PAGE), find(WHOLE)];
  const percent = (name: string): string => `${figureCell(name, page.figures[name])} %`;
  const cost = (moment: string): string =>
    `${counted(Math.round(figures[`requests ${moment}`]), 'request')} and ${kilobytes(figures[`gzip ${moment}`])}`;
  const [first, personal, ten] = MOMENTS;
  return [
    `On a page, NDCG@10 is ${hundredths(page.ndcg10)} %, and ${hundredths(all.ndcg10)} % with all products loaded: ${signed(100 * page.ndcg10Change, 2)} ± ${hundredths(page.ndcg10Se)} points, or ${fixed((100 * page.ndcg10) / all.ndcg10, 1)} % of it.`,
    `${percent('loaded')} of the next choices were loaded before they happened. Of the next choices among the first ${TOP} of ranking all, ${percent('foremostLoaded')} were loaded, and ${percent('topLoaded')} of all its first ${TOP}.`,
    `A new visitor's first list takes ${cost(first)} (gzip), the first personal list ${cost(personal)} in all, and ten choices ${cost(ten)}; everything takes ${cost(EVERYTHING)}.`,
  ].join('\n');
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
