import { readFile } from 'node:fs/promises';
import { openFolder } from '../../../packages/cli/bundler';
import { type LogEvent, readLog } from '../../../packages/shop/logs';
import { seededRandom } from '../../../src/core/common/random';
import { wordsOf } from '../../../src/core/common/words';
import { type AreaResult, atMost, type Say } from '../kept';
import { rowsFound, searchable } from './catalogues';

/** Share of the log, the oldest part, from which popularity is counted. Choices after it are searched for. */
const PAST = 0.6;
/** Number of shoppers, and of their last choices that are searched for. */
const [SHOPPERS, SEARCHED] = [150, 6];
/** Fewest choices of a shopper before them. */
const MIN_HISTORY = 10;
/** Fewest items that the word of a search must fit equally. */
const MIN_EQUAL = 5;
/** Weights of taste that are compared. */
const WEIGHTS = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/** The mean over shoppers, with its standard error. */
function meanOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

/**
 * Replays shoppers of a log who search for their next choice by a word of its title: its rank among the items that the word fits
 * equally, by taste and by popularity, the difference paired by shopper; and its rank among all found items for several weights.
 */
export async function tasteOfSearches(say: Say, folder: string, events: string): Promise<AreaResult> {
  say(`shoppers of ${events}`);
  const bundle = await openFolder(folder);
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const text = await readFile(events, 'utf8');
  const log = (await readLog(events, [text])).events.filter(({ item }) => rowOf.has(item));
  const past = Math.floor(PAST * log.length);
  const popularity = new Array<number>(bundle.items.length).fill(0);
  for (const { item } of log.slice(0, past)) popularity[rowOf.get(item) ?? 0]++;
  const shop = await searchable(bundle, popularity);
  const newcomer = shop.learner().stateAt();
  const random = seededRandom(11);
  const since = log[past].time;
  const differences: number[] = [];
  const [own, common]: [number[], number[]] = [[], []];
  const byWeight = WEIGHTS.map((): number[] => []);
  let searches = 0;
  for (const choices of shoppersOf(log, since).slice(0, SHOPPERS)) {
    const learner = shop.learner();
    const ranks = { own: [] as number[], common: [] as number[], weights: WEIGHTS.map((): number[] => []) };
    for (const [n, { item, time }] of choices.entries()) {
      const row = rowOf.get(item) ?? 0;
      const words = wordsOf(bundle.items[row].title).filter((word) => word.length > 2);
      const query = words[Math.floor(random() * words.length)];
      if (n >= choices.length - SEARCHED && time >= since && query) {
        const { scores } = shop.words.search(query, shop.index.items);
        const equal = (other: number): boolean => scores[other] === scores[row];
        const rank = (state: typeof newcomer): number =>
          rowsFound(shop, state, query, scores.length).filter(equal).indexOf(row) + 1;
        if (scores[row] > 0 && scores.filter((score) => score === scores[row]).length >= MIN_EQUAL) {
          searches++;
          ranks.own.push(rank(learner.stateAt()));
          ranks.common.push(rank(newcomer));
          for (const [at, weight] of WEIGHTS.entries()) {
            ranks.weights[at].push(rowsFound(shop, learner.stateAt(), query, scores.length, weight).indexOf(row) + 1);
          }
        }
      }
      learner.observe({ id: n + 1, type: 'purchase', itemId: item, time });
    }
    if (ranks.own.length === 0) continue;
    const [mine, others] = [meanOf(ranks.own).mean, meanOf(ranks.common).mean];
    own.push(mine);
    common.push(others);
    differences.push(mine - others);
    for (const [at, found] of ranks.weights.entries()) byWeight[at].push(meanOf(found).mean);
  }
  const { mean, error } = meanOf(differences);
  const [with_, without] = [meanOf(own).mean, meanOf(common).mean];
  const about = `${searches} searches of ${own.length} shoppers`;
  const measured = `${with_.toFixed(2)} by taste, ${without.toFixed(2)} by popularity, paired difference ${mean.toFixed(2)} ± ${error.toFixed(2)}; ${about}`;
  const weights = byWeight.map((ranks, at) => `${WEIGHTS[at]}: ${meanOf(ranks).mean.toFixed(2)}`);
  return {
    bars: [
      atMost(
        'rank of the next choice among items that a word fits equally, by taste over by popularity',
        1,
        with_ / without,
        measured,
      ),
    ],
    figures: [
      {
        name: 'mean rank of the next choice among all found items, by the weight of taste',
        measured: weights.join(', '),
      },
    ],
  };
}

/** The choices of shoppers with enough of them, oldest first; several of an item count once. */
function shoppersOf(log: readonly LogEvent[], since: number): LogEvent[][] {
  const byUser = new Map<string, Map<string, LogEvent>>();
  for (const event of log) {
    const own = byUser.get(event.user) ?? new Map<string, LogEvent>();
    byUser.set(event.user, own);
    if (!own.has(event.item)) own.set(event.item, event);
  }
  return [...byUser.values()]
    .map((own) => [...own.values()].slice(-80))
    .filter((own) => own.length >= MIN_HISTORY + SEARCHED && own[own.length - 1].time >= since);
}
