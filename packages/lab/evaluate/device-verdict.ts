import jStat from 'jstat';
import { type Estimate, estimate } from '../../../src/core/common/estimate';
import { counted } from '../../../src/core/common/text';
import { isOrderLog } from '../../shop/logs';
import { lnRankChange, methodResult, type Quality } from './quality';
import { figureText, signed } from './report-cells';
import type { MergedRun } from './result';

/**
 * Number of units below which no difference is distinguishable from chance, whatever the errors: without any true difference,
 * five units all agree in 1 of 16 evaluations, and six in 1 of 32.
 */
const MIN_UNITS = 6;

/** Probability that a normal variable is at most two standard deviations above its mean. */
const TWO_ERRORS = 0.97725;

/**
 * Number of standard errors from which a paired mean is distinguishable from chance: two if there are many units. The error is
 * itself estimated, so few units need more for the same certainty, by Student's distribution.
 * @param units number of units whose changes are averaged
 * @returns infinite for fewer than `MIN_UNITS`
 */
export const toldFrom = (units: number): number =>
  units < MIN_UNITS ? Number.POSITIVE_INFINITY : jStat.studentt.inv(TWO_ERRORS, units - 1);

/** The method that the verdict judges. */
const LEARNER = 'sidestream';
/** The reference: the lists of pages without learning, which it must outrank before a pilot. */
const COMPARED = 'popularity-now';
/**
 * Maximum share of shoppers who may be ranked worse beyond the error of their own choices. If nothing differs for anybody, chance
 * alone yields 2 to 3 %, and more if shoppers have few choices.
 */
const MAX_WORSE_SHARE = 0.05;
/** With fewer shoppers, a single unusual one moves an error a lot. */
const MIN_SHOPPERS = 30;

/** Methods without a part of the learner, or without learning, and the basis of their lists. */
const SIMPLER: Readonly<Record<string, string>> = {
  popularity: 'By popularity only, the same for everybody,',
  'content-knn': 'By similarity to the last choices only, without learning,',
  'item-knn': 'By item-kNN, without learning on the device,',
  ease: 'By EASE, without learning on the device,',
  terms: 'Without experts',
  'one-expert': 'With one expert',
};

type PairedChange = ReturnType<typeof inErrors>;
type VerdictComparison = ReturnType<typeof compared>;
export type DeviceVerdict = NonNullable<ReturnType<typeof deviceVerdict>>;

/** The device protocol's verdict on the learner. @returns undefined for other protocols, and if the learner or all its references are missing */
export function deviceVerdict(run: MergedRun) {
  /** The ranked units: events, or baskets in a log of orders. */
  const unit: 'basket' | 'event' = isOrderLog(run.figures.sharedSecond) ? 'basket' : 'event';
  const table = run.tables.find(({ name }) => name === (unit === 'basket' ? 'baskets' : 'device'));
  const unitsOf = (name: string): Quality[] | undefined => table?.methods.find((method) => method.name === name)?.units;
  const learner = unitsOf(LEARNER);
  if (run.protocol !== 'device' || !learner?.some(({ events }) => events > 0)) return undefined;
  const comparedWith = (names: readonly string[]): VerdictComparison[] =>
    names.flatMap((against) => {
      const other = unitsOf(against);
      return other ? [compared(against, learner, other)] : [];
    });
  const comparisons = comparedWith([COMPARED]);
  if (comparisons.length === 0) return undefined;
  const pilotRule = judgedRule(comparisons[0]);
  return {
    unit,
    choices: learner.reduce((sum, { events }) => sum + events, 0),
    /** Number of shoppers with a single choice, who have no error of their own and never count as worse beyond it. */
    singleChoice: learner.filter(({ events }) => events === 1).length,
    comparisons,
    /** Evaluated simpler methods that outperform the learner, by ln rank or by HR@10. */
    simplerBetter: comparedWith(Object.keys(SIMPLER)).filter((one) => measuresLost(one).length > 0),
    pilotRule,
    /** Whether both halves of the rule hold; null if that cannot be judged. */
    pilotRuleMet: both(pilotRule.betterRanks, pilotRule.fewWorse),
  };
}

function compared(against: string, learner: readonly Quality[], other: readonly Quality[]) {
  const pairs = learner.flatMap((own, n) => (own.events > 0 && other[n].events > 0 ? [[own, other[n]]] : []));
  const { worse, worseBeyondError } = methodResult(LEARNER, learner, other);
  return {
    against,
    shoppers: pairs.length,
    /** Change of ln rank; below 0 is better. */
    lnRank: inErrors(lnRankChange(learner, other), pairs.length),
    /** Change of HR@10, a share; above 0 is better. */
    hr10: inErrors(estimate(pairs.map(([own, theirs]) => own.hr10 - theirs.hr10)), pairs.length),
    /** Share of the shoppers ranked worse, and share ranked worse beyond the error of their own choices. */
    worse,
    ...(worseBeyondError === undefined ? {} : { worseBeyondError }),
  };
}

/** A paired change in standard errors, which are null if there is no error, and whether it is distinguishable from chance. */
function inErrors({ mean, se }: Estimate, shoppers: number) {
  const errors = se > 0 ? Math.abs(mean) / se : null;
  return { mean, se, errors, told: errors !== null && errors > toldFrom(shoppers) };
}

/** Measures by which the learner is worse beyond the error. */
const measuresLost = ({ lnRank, hr10 }: VerdictComparison): string[] => [
  ...(lnRank.told && lnRank.mean > 0 ? ['ln rank'] : []),
  ...(hr10.told && hr10.mean < 0 ? ['HR@10'] : []),
];

const tooFew = ({ shoppers }: VerdictComparison): boolean => shoppers < MIN_UNITS;

/** The two halves of the rule for proceeding to a pilot; null if one cannot be judged. */
function judgedRule(comparison: VerdictComparison) {
  if (tooFew(comparison)) return { betterRanks: null, fewWorse: null };
  const { lnRank, worseBeyondError } = comparison;
  return {
    /** The ln rank is better than that of `popularity-now`, beyond the error. */
    betterRanks: lnRank.told && lnRank.mean < 0,
    /** Compared with it, at most 5 % of the shoppers are ranked worse beyond the error of their own choices. */
    fewWorse: worseBeyondError === undefined ? null : worseBeyondError <= MAX_WORSE_SHARE,
  };
}

function both(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false;
  return one === null || other === null ? null : true;
}

/** The verdict in sentences, in Markdown. */
export function verdictText(verdict: DeviceVerdict): string {
  const { comparisons, simplerBetter } = verdict;
  const lines = [...comparisons.map((one) => sentence(one)), ...simplerBetter.map(simplerSentence), ruleText(verdict)];
  return ['### verdict', howText(verdict), lines.map((line) => `- ${line}`).join('\n')].join('\n\n');
}

/** The comparison's size, and the threshold of a difference. */
function howText({ unit, choices, singleChoice, comparisons }: DeviceVerdict): string {
  const [{ shoppers }] = comparisons;
  const units = unit === 'basket' ? 'baskets' : 'events';
  const what = `${counted(shoppers, 'shopper')}, ${figureText(Math.round(choices))} ${units}, each ranked before it was learned. ± is one standard error of the change, shopper by shopper`;
  if (tooFew(comparisons[0])) {
    return `${what}. These are too few shoppers for a verdict, which needs ${MIN_UNITS} or more: five shoppers all agree by chance in 1 of 16 evaluations. Leave out --shoppers, or give a longer log or a smaller --past.`;
  }
  const single =
    singleChoice > 0
      ? ` ${counted(singleChoice, 'shopper')} had only one ${unit}, which has no error of its own: none of them counts as worse beyond the error.`
      : '';
  const few =
    shoppers < MIN_SHOPPERS
      ? ` Fewer than ${MIN_SHOPPERS} shoppers may be unrepresentative: take the verdict as a first impression.`
      : '';
  return `${what}; within ${toldFrom(shoppers).toFixed(1)} errors two methods cannot be distinguished.${single}${few}`;
}

function sentence({ against, lnRank, hr10, worse, worseBeyondError }: VerdictComparison, begin = 'Against'): string {
  const ranks = `${judged(lnRank, lnRank.mean < 0)} by ln rank (${signed(lnRank.mean, 3)} ± ${lnRank.se.toFixed(3)}, ${errorsText(lnRank)}; its places are at ${Math.round(100 * Math.exp(lnRank.mean))} % of those of ${against})`;
  const hits = `${judged(hr10, hr10.mean > 0)} by HR@10 (${signed(100 * hr10.mean, 2)} ± ${(100 * hr10.se).toFixed(2)} percentage points, ${errorsText(hr10)})`;
  const beyond =
    worseBeyondError === undefined ? '' : `, ${percent(worseBeyondError)} % beyond the error of their own choices`;
  return `${begin} ${against}, ${LEARNER} is ${ranks} and ${hits}. ${percent(worse)} % of the shoppers are ranked worse${beyond}.`;
}

const simplerSentence = (one: VerdictComparison): string =>
  `${SIMPLER[one.against]} the lists are better by ${measuresLost(one).join(' and ')}: ${sentence(one, 'against')}`;

function ruleText({ comparisons: [comparison], simplerBetter, pilotRule, pilotRuleMet }: DeviceVerdict): string {
  const { worseBeyondError } = comparison;
  const rule = `The rule for proceeding to a pilot (a better ln rank than ${COMPARED}, distinguishable from chance, and at most ${percent(MAX_WORSE_SHARE)} % of the shoppers worse beyond the error of their own choices)`;
  if (pilotRuleMet === null) {
    const why = tooFew(comparison) ? 'there are too few shoppers' : 'the choices are not recorded individually';
    return `${rule} cannot be judged: ${why}.`;
  }
  const share = `worse beyond the error are ${worseBeyondError === undefined ? '–' : percent(worseBeyondError)} % against ${COMPARED}`;
  if (pilotRuleMet) {
    const but = simplerBetter.length > 0 ? '. But see the simpler methods above, which are better' : '';
    return `${rule} is met: ${share}${but}.`;
  }
  const lost = pilotRule.betterRanks === false ? `the ln rank is not better than that of ${COMPARED}; ` : '';
  return `${rule} is not met: ${lost}${share}.`;
}

function judged({ told }: PairedChange, isBetter: boolean): string {
  if (!told) return 'not distinguishable';
  return isBetter ? 'better' : 'worse';
}

const percent = (share: number): number => Math.round(100 * share);

const errorsText = ({ errors }: PairedChange): string =>
  errors === null ? 'no error known' : `${errors.toFixed(1)} errors`;
