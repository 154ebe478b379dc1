import { ARRANGEMENT_NAMES, isReturn, TASTE_CHOICES, twoTastes } from '../../../shop/training';
import { shopperPairs } from '../../evaluate/drift';
import { wantedMethods } from '../../evaluate/methods';
import type { ResultTable } from '../../evaluate/result';
import { coldText } from './input';
import { METHOD_NAMES } from './methods';
import type { Protocol } from './runs';
import { pairable, rankedStreams, streamTable } from './streams';

const TWO_TASTES_METHODS = ['one-expert', 'sidestream'];
const PAIRS = 40;

/**
 * Two tastes on one device: pairs of new shoppers, as unlike as the pairs of `drift`, whose first 30 choices alternate by visits, by long
 * runs and one by one. Tables against one expert, for each arrangement: all choices from the eleventh on, and the second to fifth choice
 * of a visit or run when a taste returned.
 */
export const twoTastesProtocol: Protocol = (asked) => {
  const input = { ...asked, methods: asked.methods ?? TWO_TASTES_METHODS };
  wantedMethods(input, METHOD_NAMES);
  const { shoppers, similarity } = pairable(input);
  const able = shoppers
    .map(({ rows, ...shopper }) => ({ ...shopper, rows: [...new Set(rows)] }))
    .filter(({ rows }) => rows.length >= TASTE_CHOICES);
  const pairs = shopperPairs(able, input.shoppers ?? PAIRS, input.seed, similarity);
  const start = input.events.at(-1)?.time ?? 0;
  const streams = ARRANGEMENT_NAMES.flatMap((name) => pairs.map((pair) => twoTastes(pair, name, start)));
  return rankedStreams(input, streams, 'Pairs', (measured) => {
    const table = (name: string, from: number, counts: (place: number) => boolean): ResultTable => {
      const unitNames = pairs.map(([x, y]) => `${x.id}, ${y.id}`);
      const own = measured.map((method) => ({ ...method, streams: method.streams.slice(from, from + pairs.length) }));
      const about = { name, unit: 'pair' as const, reference: TWO_TASTES_METHODS[0], unitNames };
      return streamTable(about, own, streams.slice(from), (_, place) => counts(place));
    };
    return {
      setting: `${coldText(input, `${pairs.length} pairs of shoppers for each seed`)}: the first ${TASTE_CHOICES} choices of each on one device, in twelve visits a day apart, in four runs of 15, and in turn; from the eleventh on`,
      tables: ARRANGEMENT_NAMES.flatMap((name, n) => [
        table(name, n * pairs.length, () => true),
        table(`${name}, return`, n * pairs.length, (place) => isReturn(name, place)),
      ]),
    };
  });
};
