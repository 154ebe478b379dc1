import {
  evaluateFirstVisits,
  FIRST_CHOICES,
  type HintMethod,
  joinMeasured,
  type MethodRanks,
  measuredText,
  qualityOf,
  type ResultTable,
  sharedLearning,
  streamsOfPart,
} from '../../evaluate';
import { catalogOf, coldHalf, type EvaluateInput, popularityOf, wanted } from './input';
import { checkMethods } from './methods';
import type { Protocol } from './runs';

/** Share of wrong hints in the methods whose hints may be wrong. */
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
export const firstVisitProtocol: Protocol = {
  parts: (_, share) => share,

  check(input) {
    checkMethods(input, NAMES);
    coldHalf(input, FIRST_CHOICES);
  },

  pastFiles: async () => [],

  async measure(input, part) {
    const { past, shoppers: all } = coldHalf(input, FIRST_CHOICES);
    const shoppers = streamsOfPart(all, part);
    const { bundle, rowOf, seed, meter } = input;
    meter.start('Shoppers', shoppers.length);
    const measured = evaluateFirstVisits({
      shoppers,
      seed,
      methods: methodsOf(input),
      catalog: catalogOf(bundle, popularityOf(input, past)),
      options: sharedLearning(),
      past: past.flatMap(({ item }) => rowOf.get(item) ?? []),
      onProgress: () => meter.advance(1),
    });
    meter.stop();
    return measuredText(measured);
  },

  async report(input, parts) {
    const measured = joinMeasured(parts);
    const { shoppers } = coldHalf(input, FIRST_CHOICES);
    const categories = input.bundle.items.some(({ category }) => category !== '');
    return {
      protocol: 'first-visit',
      seed: input.seed,
      setting: `${shoppers.length} shoppers (${input.half === 'all' ? 'all' : `half: ${input.half}`}) who are not in the first ${100 * input.past} % of the log, in a shop that knows only popularity, their choices 1 to ${FIRST_CHOICES}; the hint is ${categories ? 'a category' : 'a word of the title'} of the first choice, and with ${100 * WRONG_HINT_SHARE} % probability of another item (methods right and wrong: never and always)`,
      tables: [
        table('first-visit', measured, () => true),
        ...Array.from({ length: FIRST_CHOICES }, (_, n) => table(`choice ${n + 1}`, measured, (place) => place === n)),
      ],
      figures: {},
    };
  },
};

const methodsOf = (input: EvaluateInput): HintMethod[] =>
  METHODS.filter(({ name }) => name === 'none' || wanted(input, name));

const table = (name: string, measured: readonly MethodRanks[], counts: (place: number) => boolean): ResultTable => ({
  name,
  unit: 'shopper',
  reference: 'none',
  methods: measured.map((method) => ({
    name: method.name,
    units: method.streams.map(({ places, ranks }) => qualityOf(ranks.filter((_, n) => counts(places[n])))),
  })),
});
