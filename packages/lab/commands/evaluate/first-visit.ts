import { sharedLearning } from '../../../../src/device/learner';
import { popularCatalog } from '../../../shop/training';
import { evaluateFirstVisits, FIRST_CHOICES, type HintMethod } from '../../evaluate/first-visit';
import { joinMeasured } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import type { ResultTable } from '../../evaluate/result';
import { coldHalf, coldText, popularityOf } from './input';
import type { Protocol } from './runs';
import { measuredStreams, streamTable } from './streams';

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
  const chosen = wantedMethods(input, NAMES, 'none');
  const { past, shoppers } = coldHalf(input, FIRST_CHOICES);
  const { bundle, rowOf, seed } = input;
  return {
    measure: measuredStreams(input, 'Shoppers', shoppers, (own, onProgress) =>
      evaluateFirstVisits({
        shoppers: own,
        seed,
        methods: METHODS.filter(({ name }) => chosen.includes(name)),
        catalog: popularCatalog(bundle, popularityOf(input, past)),
        options: sharedLearning(),
        past: past.flatMap(({ item }) => rowOf.get(item) ?? []),
        onProgress,
      }),
    ),

    report(parts) {
      const measured = joinMeasured(parts);
      const table = (name: string, counts?: (row: number, place: number) => boolean): ResultTable =>
        streamTable({ name, unit: 'shopper', reference: 'none' }, measured, shoppers, counts);
      const categories = bundle.items.some(({ category }) => category !== '');
      return {
        setting: `${coldText(input, `${shoppers.length} shoppers`)}, in a shop that knows only popularity, their choices 1 to ${FIRST_CHOICES}; the hint is ${categories ? 'a category' : 'a word of the title'} of the first choice, and with ${100 * WRONG_HINT_SHARE} % probability of another item (methods right and wrong: never and always)`,
        tables: [
          table('first-visit'),
          ...Array.from({ length: FIRST_CHOICES }, (_, n) => table(`choice ${n + 1}`, (_row, place) => place === n)),
        ],
      };
    },
  };
};
