import { categoryPaths, type Item } from '../../core/catalog';
import { kept } from '../../core/common/grouped';
import { type Random, seededRandom } from '../../core/common/random';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../../device/learner';
import { type Hints, hintFade, hintLifts, hintScale, parseHints, rankOf, scores } from '../../device/ranking';
import type { MethodRanks } from './measurement';
import type { Shopper } from './shoppers';

/** Number of ranked choices of a first visit. */
export const FIRST_CHOICES = 5;

/** A way to use the hint of a visit. */
export interface HintMethod {
  name: string;
  /** Share of the shoppers whose hint is wrong, 0..1; null: no hint at all. */
  wrong: number | null;
}

export interface FirstVisitProtocol {
  shoppers: readonly Shopper[];
  catalog: LearnerCatalog;
  options: LearnerOptions;
  methods: readonly HintMethod[];
  /** Rows of the past's events, from which wrong hints are drawn. */
  past: readonly number[];
  seed: number;
  onProgress?(): void;
}

/**
 * First visits: each of a shopper's first five choices is ranked among the items not chosen before, then learned. The hint of the
 * visit is a category of the first choice, drawn at random where it has several, or in a catalogue without categories a word of
 * its title, as a search; a wrong hint comes from an item that somebody chose in the past. All methods rank the same learner's
 * scores and differ only in the hint.
 */
export function evaluateFirstVisits(protocol: FirstVisitProtocol): MethodRanks[] {
  const { shoppers, catalog, options, methods, past, seed, onProgress } = protocol;
  const { items } = catalog.index;
  const results = methods.map(({ name }): MethodRanks => ({ name, streams: [], listed: items.map(() => 0) }));
  const known = new Map<string, Float32Array>();
  const liftsOf = (hints: Hints): Float32Array =>
    kept(known, JSON.stringify(hints), () => hintLifts(items, parseHints(hints)).lifts);
  for (const [n, { rows, times }] of shoppers.entries()) {
    const random = seededRandom(seed * 100_003 + n);
    const right = hintOf(items[rows[0]], random);
    const wrong = hintOf(items[past[Math.floor(random() * past.length)]], random);
    const luck = random();
    const learner = new Learner(catalog, options);
    for (const { streams } of results) streams.push({ places: [], ranks: [], basketRanks: [] });
    const chosen = new Set<number>();
    for (const [place, row] of rows.slice(0, FIRST_CHOICES).entries()) {
      // Without a history, every shopper gets the same list.
      const own = place === 0 ? catalog.index.logPopularity : scores(learner.terms, learner.weightsAt(times[place]));
      for (const [m, { wrong: share }] of methods.entries()) {
        if (chosen.has(row)) break;
        const fade = hintFade(place) * hintScale(own);
        const lifts = share === null ? null : liftsOf(luck < share ? wrong : right);
        const rank = rankOf(lifts ? own.map((score, at) => score + fade * lifts[at]) : own, row, chosen);
        const stream = results[m].streams[n];
        stream.places.push(place);
        stream.ranks.push(rank);
        stream.basketRanks.push(rank);
      }
      learner.observe({ id: place + 1, type: 'click', itemId: items[row].id, time: times[place] });
      chosen.add(row);
    }
    onProgress?.();
  }
  return results;
}

function hintOf({ category, title }: Item, random: Random): Hints {
  const one = (texts: readonly string[]): string | undefined => texts[Math.floor(random() * texts.length)];
  const path = one(categoryPaths(category));
  if (path !== undefined) return { category: path };
  const word = one(title.split(/\P{L}+/u).filter(({ length }) => length > 3));
  return word === undefined ? {} : { search: word };
}
