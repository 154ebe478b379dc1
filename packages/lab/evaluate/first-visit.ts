import { categoryPaths, type Item } from '../../../src/core/catalog';
import { kept } from '../../../src/core/common/grouped';
import { type Random, seededRandom } from '../../../src/core/common/random';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../../../src/device/learner';
import { type Hints, hintFade, hintLifts, hintScale, parseHints, scores } from '../../../src/device/ranking';
import { type DeviceMethod, evaluateDevice } from './device';
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
 * its title, as a search; a wrong hint comes from an item that somebody chose in the past. All methods rank the scores of the same
 * learner and differ only in the hint.
 */
export function evaluateFirstVisits(protocol: FirstVisitProtocol): MethodRanks[] {
  const { shoppers, catalog, options, methods, past, seed, onProgress } = protocol;
  const { items, logPopularity } = catalog.index;
  const known = new Map<string, Float32Array>();
  const liftsOf = (hints: Hints): Float32Array =>
    kept(known, JSON.stringify(hints), () => hintLifts(items, parseHints(hints)).lifts);
  const visit = (hints: Hints | null): ReturnType<DeviceMethod['start']> => {
    const learner = new Learner(catalog, options);
    let place = 0;
    return {
      scores(now) {
        // Without a history, every shopper gets the same list.
        const own = place === 0 ? logPopularity : scores(learner.terms, learner.weightsAt(now));
        if (!hints) return own;
        const [fade, lifts] = [hintFade(place) * hintScale(own), liftsOf(hints)];
        return own.map((score, at) => score + fade * lifts[at]);
      },
      observe: (row, time) => learner.observe({ id: ++place, type: 'click', itemId: items[row].id, time }),
    };
  };
  const ranked = shoppers.map((shopper, n) => {
    const random = seededRandom(seed * 100_003 + n);
    const right = hintOf(items[shopper.rows[0]], random);
    const wrong = hintOf(items[past[Math.floor(random() * past.length)]], random);
    const luck = random();
    const own = methods.map(({ name, wrong: share }) => ({
      name,
      start: () => visit(share === null ? null : luck < share ? wrong : right),
    }));
    return evaluateDevice({ shoppers: [shopper], methods: own, from: 0, to: FIRST_CHOICES, onProgress });
  });
  return methods.map(({ name }, m) => ({ name, streams: ranked.flatMap((own) => own[m].streams), listed: [] }));
}

function hintOf({ category, title }: Item, random: Random): Hints {
  const one = (texts: readonly string[]): string | undefined => texts[Math.floor(random() * texts.length)];
  const path = one(categoryPaths(category));
  if (path !== undefined) return { category: path };
  const word = one(title.split(/\P{L}+/u).filter(({ length }) => length > 3));
  return word === undefined ? {} : { search: word };
}
