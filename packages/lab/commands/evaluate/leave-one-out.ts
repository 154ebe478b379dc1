import { evenly } from '../../../../src/core/common/evenly';
import { sharedLearning } from '../../../../src/device/learner';
import { invalidInput } from '../../../../src/error';
import { metered } from '../../../shop/pipeline';
import { choicesFrom, shopCatalog, sideCatalog, trainShop } from '../../../shop/training';
import {
  popularityOf as choicesOf,
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  type Ranker,
  ranksOf,
} from '../../evaluate/leave-one-out/ranker';
import { LEAVE_ONE_OUT_RIVALS } from '../../evaluate/leave-one-out/rivals';
import { side } from '../../evaluate/leave-one-out/side';
import {
  type ChoiceCase,
  type ChoiceHistory,
  type LeaveOneOutSplit,
  leaveOneOut,
} from '../../evaluate/leave-one-out/split';
import { learnerMethod, scoresAfter, wantedMethods } from '../../evaluate/methods';
import { qualityOf } from '../../evaluate/quality';
import type { ResultTable } from '../../evaluate/result';
import type { EvaluateInput } from './input';
import { byMethod, type Protocol } from './runs';
import { tableOf } from './streams';

/** The methods by name, in the order of the tables. A method is built only from the choices and the bundle. */
const METHODS: Readonly<Record<string, LeaveOneOutMethod>> = {
  ...LEAVE_ONE_OUT_RIVALS,
  side,
  sidestream,
};

export const LEAVE_ONE_OUT_METHODS: readonly string[] = Object.keys(METHODS);

/** Reference of the changes; always evaluated. */
const REFERENCE = 'popularity';
/** The reference of a second table: the first of these that is evaluated. */
const STRONG: readonly string[] = ['vsknn', 'ease', 'item-knn'];

/**
 * The leave-one-out protocol of the literature: the last choice of every user is ranked among all items that the user had
 * not chosen. Each method chooses its settings on the last choice but one, and then also learns that choice. With
 * `input.shoppers` only the last choices of that number of users are ranked; `past` and `half` do not matter. With `input.published`
 * nothing learns the last choice but one, which is then only history, as in published tables. Tables:
 * `leave-one-out` against popularity, with `recall10`, `seconds` and `validationNdcg10` as figures of each method; `against
 * …`, the same against the strongest evaluated rival; `old items` and `new items`, the choices of items that the methods
 * knew and of those that nobody had chosen.
 */
export const leaveOneOutProtocol: Protocol = (input) => {
  const names = wantedMethods(input, LEAVE_ONE_OUT_METHODS, REFERENCE);
  const { test, ...found } = splitOf(input);
  const split = input.published ? { ...found, whole: found.training } : found;
  const { bundle, seed, meter, say } = input;
  const count = bundle.items.length;
  return byMethod(
    names,
    async (name): Promise<LeaveOneOutRun> => {
      const start = performance.now();
      const { scores, ...chosen } = await METHODS[name]({ ...split, bundle, count, seed, meter, say });
      const seconds = (performance.now() - start) / 1000;
      const ranks = await metered(meter, `Test of ${name}`, test.length, (advance) =>
        ranksOf((history) => {
          advance(1);
          return scores(history);
        }, test),
      );
      return { name, seconds, ranks, ...chosen };
    },
    (runs) => {
      const chosen = choicesOf(split.whole, count);
      return {
        setting: `the last choice of ${test.length} shoppers, ranked among all ${count} items except those that they had chosen; settings chosen on the last choice but one, which is then ${input.published ? 'history, but not learned' : 'also learned'}`,
        tables: tablesOf(runs, test, (row) => chosen[row] === 0),
      };
    },
  );
};

/** Result of a method on the test. */
interface LeaveOneOutRun extends Pick<Ranker, 'settings' | 'validation'> {
  name: string;
  /** Time to choose the settings and to learn. */
  seconds: number;
  /** Rank of each case of the test, in order. */
  ranks: number[];
}

/** @throws SidestreamError `runtime/invalid-input` if no user has three choices */
function splitOf({ events, rowOf, shoppers = Number.POSITIVE_INFINITY }: EvaluateInput): LeaveOneOutSplit {
  const split = leaveOneOut(events, rowOf);
  if (split.test.length > 0) return { ...split, test: evenly(split.test, shoppers) };
  throw invalidInput(
    'Nobody can be ranked: no user has three or more choices of items of this bundle, the last of them a new one. Give a longer log.',
  );
}

function tablesOf(
  runs: readonly LeaveOneOutRun[],
  test: readonly ChoiceCase[],
  isNew: (row: number) => boolean,
): ResultTable[] {
  const table = (name: string, reference: string, counts: (row: number) => boolean = () => true): ResultTable =>
    tableOf({ name, unit: 'shopper', reference }, runs, ({ ranks }) =>
      ranks.map((rank, n) => qualityOf(counts(test[n].target) ? [rank] : [])),
    );
  const [first, ...more] = [
    table('leave-one-out', REFERENCE),
    ...STRONG.filter((name) => runs.some((run) => run.name === name))
      .slice(0, 1)
      .map((name) => table(`against ${name}`, name)),
    table('old items', REFERENCE, (row) => !isNew(row)),
    table('new items', REFERENCE, isNew),
  ];
  const methods = first.methods.map((method, n) => {
    const { settings, seconds, validation } = runs[n];
    const recall10 = method.units.reduce((sum, { hr10 }) => sum + hr10, 0) / method.units.length;
    const figures = { recall10, seconds, ...(validation === undefined ? {} : { validationNdcg10: validation }) };
    return { ...method, settings, figures };
  });
  return [{ ...first, methods }, ...more];
}

/**
 * The learner of a page in a shop that has trained on all choices but the last of every user: it starts without a profile for each user and
 * learns from their choices, oldest first. The validation choices no settings: `train` holds out shoppers itself.
 */
async function sidestream({ whole, ...shop }: LeaveOneOutShop): Promise<Ranker> {
  const { learned, network, catalog } = await trainedShop(shop, whole);
  const method = learnerMethod({ name: 'sidestream', catalog, options: sharedLearning() });
  return {
    settings: { width: network.config.width, epochs: learned.training?.epochs ?? null },
    scores: (history) => scoresAfter(method, history),
  };
}

/** A shop that has trained on some histories, and its catalogue. */
export async function trainedShop(
  { bundle, seed, meter, say }: Pick<EvaluateInput, 'bundle' | 'seed' | 'meter' | 'say'>,
  histories: readonly ChoiceHistory[],
) {
  const interactions = histories.flatMap(({ rows, times }, user) =>
    Array.from(rows, (row, n) => ({ user: `${user}`, row, time: times[n] })),
  );
  // Of one time, in the order of the users.
  const choices = choicesFrom(interactions.sort((a, b) => a.time - b.time));
  const trained = await trainShop({ bundle, choices, seed, meter, say });
  return { ...trained, catalog: sideCatalog(shopCatalog(bundle, choices), trained.learned) };
}
