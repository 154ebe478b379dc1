import { categoryPaths, type Item } from '../../../../src/core/catalog';
import { kept } from '../../../../src/core/common/grouped';
import { type Random, seededRandom } from '../../../../src/core/common/random';
import { Learner, sharedLearning } from '../../../../src/device/learner';
import { type Hints, hintFade, hintLifts, hintScale, parseHints, scores } from '../../../../src/device/ranking';
import type { LogEvent } from '../../../shop/logs';
import { popularCatalog } from '../../../shop/training';
import { type DeviceMethod, evaluateDevice } from '../../evaluate/device';
import type { MethodRanks } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import type { ResultTable } from '../../evaluate/result';
import type { Shopper } from '../../evaluate/shoppers';
import { coldHalf, coldText, type EvaluateInput, FIRST_CHOICES, popularityOf } from './input';
import type { Protocol } from './runs';
import { measuredStreams, streamTable } from './streams';

const WRONG_HINT_SHARE = 0.3;
/** Ways to use the hint of a visit: the share of the shoppers whose hint is wrong, 0..1; null: no hint at all. */
const METHODS: Readonly<Record<string, number | null>> = { none: null, hints: WRONG_HINT_SHARE, right: 0, wrong: 1 };

/**
 * First visits of shoppers without an event in the past, whose shop knows only popularity: their first five choices with and
 * without a hint. Tables, all against no hint: `first-visit`, all five choices; `choice 1` to `choice 5`, each separately.
 */
export const firstVisitProtocol: Protocol = (input) => {
  const names = wantedMethods(input, Object.keys(METHODS), 'none');
  const { past, shoppers } = coldHalf(input, FIRST_CHOICES);
  const report = (measured: readonly MethodRanks[]) => {
    const table = (name: string, counts?: (row: number, place: number) => boolean): ResultTable =>
      streamTable({ name, unit: 'shopper', reference: 'none' }, measured, shoppers, counts);
    const categories = input.bundle.items.some(({ category }) => category !== '');
    return {
      setting: `${coldText(input, `${shoppers.length} shoppers`)}, in a shop that knows only popularity, their choices 1 to ${FIRST_CHOICES}; the hint is ${categories ? 'a category' : 'a word of the title'} of the first choice, and with ${100 * WRONG_HINT_SHARE} % probability of another item (methods right and wrong: never and always)`,
      tables: [
        table('first-visit'),
        ...Array.from({ length: FIRST_CHOICES }, (_, n) => table(`choice ${n + 1}`, (_row, place) => place === n)),
      ],
    };
  };
  const run = (own: Shopper[], onProgress: () => void) => firstVisits(input, past, names, own, onProgress);
  return measuredStreams(input, 'Shoppers', shoppers, run, report);
};

/**
 * Each of a shopper's first five choices is ranked among the items not chosen before, then learned. The hint of the visit is a category of
 * the first choice, drawn at random where it has several, or in a catalogue without categories a word of its title, as a search; a wrong
 * hint comes from an item that somebody chose in the past. All methods rank the scores of the same learner and differ only in the hint.
 */
function firstVisits(
  { bundle, rowOf, seed }: EvaluateInput,
  past: readonly LogEvent[],
  names: readonly string[],
  shoppers: readonly Shopper[],
  onProgress: () => void,
): MethodRanks[] {
  const catalog = popularCatalog(bundle, popularityOf({ bundle, rowOf }, past));
  const { items, logPopularity } = catalog.index;
  const chosen = past.flatMap(({ item }) => rowOf.get(item) ?? []);
  const shared = sharedLearning();
  const known = new Map<string, Float32Array>();
  const liftsOf = (hints: Hints): Float32Array =>
    kept(known, JSON.stringify(hints), () => hintLifts(items, parseHints(hints)).lifts);
  const visit = (hints: Hints | null): ReturnType<DeviceMethod['start']> => {
    const learner = new Learner(catalog, shared);
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
    const wrong = hintOf(items[chosen[Math.floor(random() * chosen.length)]], random);
    const luck = random();
    const methods = names.map((name) => {
      const share = METHODS[name];
      return { name, start: () => visit(share === null ? null : luck < share ? wrong : right) };
    });
    return evaluateDevice({ shoppers: [shopper], methods, from: 0, to: FIRST_CHOICES, onProgress });
  });
  return names.map((name, m) => ({ name, streams: ranked.flatMap((own) => own[m].streams), listed: [] }));
}

function hintOf({ category, title }: Item, random: Random): Hints {
  const one = (texts: readonly string[]): string | undefined => texts[Math.floor(random() * texts.length)];
  const path = one(categoryPaths(category));
  if (path !== undefined) return { category: path };
  const word = one(title.split(/\P{L}+/u).filter(({ length }) => length > 3));
  return word === undefined ? {} : { search: word };
}
