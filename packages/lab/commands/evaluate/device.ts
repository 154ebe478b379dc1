import { popularityNow } from '../../../../src/core/catalog';
import type { LogEvent } from '../../../shop/logs';
import { demandOf, purchasesOf } from '../../../shop/training';
import { DEVICE_RANKED } from '../../evaluate/device';
import { listQuality } from '../../evaluate/list-quality';
import type { MethodRanks } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import {
  basketQualities,
  coldStartQuality,
  lnRankChange,
  meanQuality,
  type Quality,
  type RankedChoice,
  sharedSeconds,
  streamQualities,
  thirds,
} from '../../evaluate/quality';
import { purchaseStreams, rankRepeats, repeatShare } from '../../evaluate/repeat-ranks';
import type { ProtocolRun, ResultTable } from '../../evaluate/result';
import type { Shopper } from '../../evaluate/shoppers';
import { coldHalf, coldText, type EvaluateInput, popularityOf } from './input';
import { METHOD_NAMES, REFERENCE } from './methods';
import type { Protocol } from './runs';
import { COLD_EVENTS, rankedStreams, tableOf } from './streams';

const { from: FROM, to: TO } = DEVICE_RANKED;

/**
 * The device protocol on shoppers without an event in the past: each event is ranked before it is learned. Tables:
 * `device`, against present popularity, with the content of the lists (`listQuality`) as figures of each method; `old
 * items` and `new items`, the same on items chosen in the past and on all others; `baskets`, the same with the events of
 * one second as one choice; `experts` against the personal terms without them; `one expert`, against the learner with only
 * one expert; `popularity-now` against popularity; `again`, the repeat purchases of the same shoppers, all their events,
 * each ranked among the items that they had bought before, with `hr5` as a figure. Figures: `repeats`, the share of the
 * shoppers' first 110 events that repeat an earlier choice; `sharedSecond`, the share of ranked events that share their
 * second with another event; `ndcgOverEase`, a ratio of NDCG@10; `newOverOld`, HR@10 of `sidestream` on items without a
 * choice in the past over that on older ones as popular in the whole log, `newOverOldLater` as popular after the past (the
 * older ones were then more popular before it); `experts …`, the change of ln rank by the experts, for groups of shoppers
 * and on old and new items.
 */
export const deviceProtocol: Protocol = (input) => {
  wantedMethods(input, METHOD_NAMES);
  const { past, shoppers } = coldHalf(input, COLD_EVENTS);
  return rankedStreams(input, shoppers, 'Shoppers', (measured) => {
    const popularity = popularityOf(input, past);
    const later = popularityOf(input, input.events.slice(past.length));
    const { tables, figures } = findings(measured, { shoppers, popularity, later });
    return {
      setting: `${coldText(input, `${shoppers.length} shoppers`)}, events ${FROM + 1} to ${TO}, ranked one by one, those of one time in an order drawn by chance; in the table baskets, all events of one second are ranked as one choice, by the scores before the first of them, if that is event ${FROM + 1} or later; old items were chosen in the past, new ones never`,
      tables: [...tables, ...repeatTables(input, past, shoppers)],
      figures: { repeats: repeatShare(shoppers, TO), ...figures },
    };
  });
};

function repeatTables(input: EvaluateInput, past: LogEvent[], shoppers: readonly Shopper[]): ResultTable[] {
  const { bundle, events, rowOf } = input;
  const demand = demandOf({ events: past }, bundle);
  if (!demand.repeats) return [];
  const streams = purchaseStreams(shoppers, purchasesOf(events), rowOf);
  const methods = rankRepeats(popularityNow(demand), streams).map(({ hr5, ...run }) => ({ ...run, figures: { hr5 } }));
  return [{ ...about('again', 'recency'), methods }];
}

interface Shop {
  shoppers: readonly Shopper[];
  /** [items] choices in the past, and after it. */
  popularity: Float32Array;
  later: Float32Array;
}

function findings(measured: readonly MethodRanks[], shop: Shop): Pick<ProtocolRun, 'tables' | 'figures'> {
  const { shoppers, popularity } = shop;
  const isNew = (row: number): boolean => popularity[row] === 0;
  const onAll = ({ streams }: MethodRanks): Quality[] => streamQualities(streams, shoppers);
  const onOld = ({ streams }: MethodRanks): Quality[] => streamQualities(streams, shoppers, (row) => !isNew(row));
  const onNew = ({ streams }: MethodRanks): Quality[] => streamQualities(streams, shoppers, isNew);
  const find = (name: string): MethodRanks | undefined => measured.find((method) => method.name === name);
  const [terms, sidestream, ease] = ['terms', 'sidestream', 'ease'].map(find);
  const against = (name: string, unitsOf = onAll): ResultTable => tableOf(about(name, REFERENCE), measured, unitsOf);
  const pair = (name: string, reference: string, method: string): ResultTable[] => {
    const both = [reference, method].flatMap((one) => find(one) ?? []);
    return both.length === 2 ? [tableOf(about(name, reference), both, onAll)] : [];
  };
  const device = against('device');
  const methods = device.methods.map((method, n) => {
    const { listed } = measured[n];
    return { ...method, figures: { ...listQuality(listed, rowsOf(measured[n], shoppers), popularity) } };
  });
  const tables = [
    { ...device, methods },
    against('old items', onOld),
    against('new items', onNew),
    against('baskets', ({ streams }) => basketQualities(streams, shoppers, FROM)),
    ...pair('experts', 'terms', 'sidestream'),
    ...pair('one expert', 'one-expert', 'sidestream'),
    ...pair('adapters', 'fixed-adapters', 'sidestream'),
    ...pair('shared places', 'by-score', 'sidestream'),
    ...pair('popularity-now', 'popularity', 'popularity-now'),
  ];
  return {
    tables,
    figures: {
      sharedSecond: sharedSeconds(measured[0].streams, shoppers),
      ...(ease && sidestream ? { ndcgOverEase: ndcg10(onAll(sidestream)) / ndcg10(onAll(ease)) } : {}),
      ...(sidestream ? coldStartFigures(sidestream, shop) : {}),
      ...(terms && sidestream
        ? {
            ...changesByGroup(onAll(sidestream), onAll(terms), shoppers, popularity),
            ...changeFigures('experts old items', onOld(sidestream), onOld(terms)),
            ...changeFigures('experts new items', onNew(sidestream), onNew(terms)),
          }
        : {}),
    },
  };
}

const rowsOf = ({ streams }: MethodRanks, shoppers: readonly Shopper[]): number[] =>
  streams.flatMap(({ places }, n) => places.map((place) => shoppers[n].rows[place]));

function coldStartFigures(method: MethodRanks, { shoppers, popularity, later }: Shop): Record<string, number> {
  const rows = rowsOf(method, shoppers);
  const ranked = method.streams.flatMap(({ ranks }) => ranks).map((rank, n) => ({ rank, row: rows[n] }));
  const asPopularIn = (chosen: Float32Array): RankedChoice[] =>
    ranked.map(({ rank, row }) => ({ rank, isNew: popularity[row] === 0, chosen: chosen[row] }));
  const { fresh, old } = coldStartQuality(asPopularIn(later.map((chosen, row) => chosen + popularity[row])));
  const against = coldStartQuality(asPopularIn(later));
  return {
    matchedNewHr10: fresh.hr10,
    matchedOldHr10: old.hr10,
    newOverOld: fresh.hr10 / old.hr10,
    newOverOldLater: against.fresh.hr10 / against.old.hr10,
  };
}

const about = (name: string, reference: string) => ({ name, unit: 'shopper' as const, reference });

const ndcg10 = (units: readonly Quality[]): number => meanQuality(units, (quality) => quality.ndcg10);

/** The effect of the experts on ln rank, for all shoppers and for thirds of them, each with its standard error. */
function changesByGroup(
  experts: readonly Quality[],
  terms: readonly Quality[],
  shoppers: readonly Shopper[],
  popularity: Float32Array,
): Record<string, number> {
  // By all their events, because many shoppers have more than the ranked ones.
  const [few, some, many] = thirds(shoppers.map(({ rows }) => rows.length));
  const [rare, mixed, popular] = thirds(
    shoppers.map(({ rows }) => {
      const ranked = rows.slice(FROM, TO);
      return ranked.reduce((sum, row) => sum + Math.log1p(popularity[row]), 0) / ranked.length;
    }),
  );
  const groups = {
    'all shoppers': [...shoppers.keys()],
    'few events': few,
    'some events': some,
    'many events': many,
    'rare items': rare,
    'mixed items': mixed,
    'popular items': popular,
  };
  const figures = Object.entries(groups).map(([name, group]) =>
    changeFigures(`experts ${name}`, experts, terms, group),
  );
  return Object.fromEntries(figures.flatMap(Object.entries<number>));
}

/** Change of ln rank with its standard error, by name; empty if no unit was ranked. */
function changeFigures(
  name: string,
  units: readonly Quality[],
  reference: readonly Quality[],
  group?: readonly number[],
): Record<string, number> {
  const { mean, se } = lnRankChange(units, reference, group);
  return Number.isNaN(mean) ? {} : { [name]: mean, [`${name} se`]: se };
}
