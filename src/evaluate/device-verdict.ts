import { counted } from '../common/counted';
import { type Estimate, estimate, lnRankChange, methodResult, type Quality } from './quality';
import { figureText, signed } from './report-cells';
import type { MergedRun, ProtocolRun } from './result';

/** The method that the verdict is about, and those that it is compared with. */
const [LEARNER, OTHERS] = ['sidestream', ['popularity-now', 'base', 'base-alone']];
/** Those that a shop's own log must show it to be better than before a pilot: docs/how-to/pilot.md. */
const PILOT_RULE = ['popularity-now', 'base'];
/** Standard errors from which on a change is told from chance. */
const LEAST_ERRORS = 2;
/** With fewer shoppers a standard error is itself uncertain. */
const FEW_SHOPPERS = 30;

/** A paired change with its standard error, and how many of these it is; null where there is no error. */
export interface PairedChange extends Estimate {
  errors: number | null;
}

export interface VerdictComparison {
  against: string;
  shoppers: number;
  /** Change of ln rank; below 0 is better. */
  lnRank: PairedChange;
  /** Change of HR@10, a share; above 0 is better. */
  hr10: PairedChange;
  /** Share of the shoppers ranked worse, and of those beyond the error of their own choices. */
  worse: number;
  worseBeyondError?: number;
}

/** What the device protocol says of the learner. */
export interface DeviceVerdict {
  /** What is ranked: events, or in a log of orders baskets. */
  unit: 'event' | 'basket';
  choices: number;
  comparisons: VerdictComparison[];
  /** Whether its ln rank is better than those of `popularity-now` and `base` by two errors; null where one is missing. */
  pilotRuleMet: boolean | null;
}

/**
 * Whether most events share their second with others of their shopper: a log that notes orders gives all lines of one the
 * same time.
 */
export const isOrderLog = ({ protocol, figures }: Pick<ProtocolRun, 'protocol' | 'figures'>): boolean =>
  protocol === 'device' && figures.sharedSecond > 0.5;

/** What is said of a log of orders, above its tables. */
export const orderLogText = ({ sharedSecond }: Record<string, number>): string =>
  `${(100 * sharedSecond).toFixed(1)} % of the ranked events have the time of another event of their shopper: this is a log of orders. Event by event (table device) most of what is measured is guessing the next line of an order whose other lines are known, which no list in a shop has to do. Read the table baskets: it ranks all lines of an order before any of them is known.`;

/** @returns undefined for other protocols, and where the learner or all that it is compared with are missing */
export function deviceVerdict(run: MergedRun): DeviceVerdict | undefined {
  const unit = isOrderLog(run) ? 'basket' : 'event';
  const table = run.tables.find(({ name }) => name === (unit === 'basket' ? 'baskets' : 'device'));
  const unitsOf = (name: string): Quality[] | undefined => table?.methods.find((method) => method.name === name)?.units;
  const learner = unitsOf(LEARNER);
  if (run.protocol !== 'device' || !learner?.some(({ events }) => events > 0)) return undefined;
  const comparisons = OTHERS.flatMap((against) => {
    const other = unitsOf(against);
    return other ? [compared(against, learner, other)] : [];
  });
  if (comparisons.length === 0) return undefined;
  const ruled = comparisons.filter(({ against }) => PILOT_RULE.includes(against));
  const choices = learner.reduce((sum, { events }) => sum + events, 0);
  const pilotRuleMet =
    ruled.length === PILOT_RULE.length ? ruled.every(({ lnRank }) => isTold(lnRank) && lnRank.mean < 0) : null;
  return { unit, choices, comparisons, pilotRuleMet };
}

function compared(against: string, learner: readonly Quality[], other: readonly Quality[]): VerdictComparison {
  const pairs = learner.flatMap((own, n) => (own.events > 0 && other[n].events > 0 ? [[own, other[n]]] : []));
  const { worse, worseBeyondError } = methodResult(LEARNER, learner, other);
  return {
    ...{ against, shoppers: pairs.length },
    lnRank: inErrors(lnRankChange(learner, other)),
    hr10: inErrors(estimate(pairs.map(([own, theirs]) => own.hr10 - theirs.hr10))),
    ...{ worse, ...(worseBeyondError === undefined ? {} : { worseBeyondError }) },
  };
}

const inErrors = ({ mean, se }: Estimate): PairedChange => ({ mean, se, errors: se > 0 ? Math.abs(mean) / se : null });

const isTold = ({ errors }: PairedChange): boolean => errors !== null && errors > LEAST_ERRORS;

/** The verdict in sentences, in Markdown. */
export function verdictText({ unit, choices, comparisons, pilotRuleMet }: DeviceVerdict): string {
  const [{ shoppers }] = comparisons;
  const few =
    shoppers < FEW_SHOPPERS
      ? ` With fewer than ${FEW_SHOPPERS} shoppers the errors are uncertain themselves: take the verdict for a first impression.`
      : '';
  const how = `${counted(shoppers, 'shopper')}, ${figureText(Math.round(choices))} ${unit === 'basket' ? 'baskets' : 'events'}, each ranked before it was learned. ± is one standard error of the change, shopper by shopper; within ${LEAST_ERRORS} errors two methods cannot be distinguished.${few}`;
  const rule =
    pilotRuleMet === null
      ? []
      : [
          `- ${pilotRuleMet ? 'A better' : 'No better'} ln rank than both popularity-now and base by ${LEAST_ERRORS} errors: the rule for going on to a pilot is ${pilotRuleMet ? 'met' : 'not met'}.`,
        ];
  return ['### verdict', how, [...comparisons.map(sentence), ...rule].join('\n')].join('\n\n');
}

function sentence({ against, lnRank, hr10, worse, worseBeyondError }: VerdictComparison): string {
  const ranks = `${judged(lnRank, lnRank.mean < 0)} by ln rank (${signed(lnRank.mean, 3)} ± ${lnRank.se.toFixed(3)}, ${errorsText(lnRank)}; its places are at ${Math.round(100 * Math.exp(lnRank.mean))} % of those of ${against})`;
  const hits = `${judged(hr10, hr10.mean > 0)} by HR@10 (${signed(100 * hr10.mean, 2)} ± ${(100 * hr10.se).toFixed(2)} percentage points, ${errorsText(hr10)})`;
  const beyond =
    worseBeyondError === undefined
      ? ''
      : `, ${Math.round(100 * worseBeyondError)} % beyond the error of their own choices`;
  return `- Against ${against}, ${LEARNER} is ${ranks} and ${hits}. ${Math.round(100 * worse)} % of the shoppers are ranked worse${beyond}.`;
}

function judged(change: PairedChange, isBetter: boolean): string {
  if (!isTold(change)) return 'not distinguishable';
  return isBetter ? 'better' : 'worse';
}

const errorsText = ({ errors }: PairedChange): string =>
  errors === null ? 'no error known' : `${errors.toFixed(1)} errors`;
