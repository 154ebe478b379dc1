import { sharedLearning } from '../../../device/learner';
import { metered } from '../../../shop/pipeline';
import {
  evaluateFirstVisits,
  FIRST_CHOICES,
  type HintMethod,
  joinMeasured,
  type MethodRanks,
  measuredText,
  qualityOf,
  type ResultTable,
  streamsOfPart,
} from '../../evaluate';
import { catalogOf, coldHalf, coldText, popularityOf, wanted } from './input';
import { checkMethods } from './methods';
import type { Protocol } from './runs';

const WRONG_HINT_SHARE = 0.3;
const METHODS: HintMethod[] = [
  { name: 'none', wrong: null },
  { name: 'hints', wrong: WRONG_HINT_SHARE },
  { name: 'right', wrong: 0 },
  { name: 'wrong', wrong: 1 },
];
const NAMES = METHODS.map(({ name }) => name);

/**
 * First visits of shoppers without an event in the past, whose shop knows only popularity: their first five choices with and
 * without a hint. Tables, all against no hint: `first-visit`, all five choices; `choice 1` to `choice 5`, each separately.
 */
export const firstVisitProtocol: Protocol = (input) => {
  checkMethods(input, NAMES);
  const { past, shoppers } = coldHalf(input, FIRST_CHOICES);
  const { bundle, rowOf, seed, meter } = input;
  return {
    async measure(part) {
      const own = streamsOfPart(shoppers, part);
      const measured = await metered(meter, 'Shoppers', own.length, (advance) =>
        evaluateFirstVisits({
          shoppers: own,
          seed,
          methods: METHODS.filter(({ name }) => name === 'none' || wanted(input, name)),
          catalog: catalogOf(bundle, popularityOf(input, past)),
          options: sharedLearning(),
          past: past.flatMap(({ item }) => rowOf.get(item) ?? []),
          onProgress: () => advance(1),
        }),
      );
      return measuredText(measured);
    },

    report(parts) {
      const measured = joinMeasured(parts);
      const categories = bundle.items.some(({ category }) => category !== '');
      return {
        setting: `${coldText(input, `${shoppers.length} shoppers`)}, in a shop that knows only popularity, their choices 1 to ${FIRST_CHOICES}; the hint is ${categories ? 'a category' : 'a word of the title'} of the first choice, and with ${100 * WRONG_HINT_SHARE} % probability of another item (methods right and wrong: never and always)`,
        tables: [
          table('first-visit', measured, () => true),
          ...Array.from({ length: FIRST_CHOICES }, (_, n) =>
            table(`choice ${n + 1}`, measured, (place) => place === n),
          ),
        ],
      };
    },
  };
};

const table = (name: string, measured: readonly MethodRanks[], counts: (place: number) => boolean): ResultTable => ({
  name,
  unit: 'shopper',
  reference: 'none',
  methods: measured.map((method) => ({
    name: method.name,
    units: method.streams.map(({ places, ranks }) => qualityOf(ranks.filter((_, n) => counts(places[n])))),
  })),
});
