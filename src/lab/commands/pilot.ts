import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { counted } from '../../core/common/text';
import {
  fraction,
  jsonOption,
  positiveInteger,
  positiveNumber,
  type ShareStage,
  shareStages,
  table,
} from '../../shop/cli';
import {
  AT_HORIZON,
  advice,
  lossInWords,
  type PilotCounts,
  pilotTotals,
  readPilotCounts,
  type SequentialPlan,
  type SequentialResult,
  type SplitDay,
  sampleRatioOfDays,
  sequentialTest,
  sequentialTestOfTotals,
  splitSentence,
  type UnitsNeeded,
  unitsNeeded,
  WRONG_SPLIT,
} from '../verdict';
import {
  differenceOfShares,
  type EffectSize,
  effectSize,
  largeEffectNote,
  openCounts,
  readMetricFile,
} from './verdict-input';

interface PilotOptions extends Omit<SequentialPlan, 'effect' | 'margin'> {
  effect: EffectSize;
  margin?: EffectSize;
  share?: ShareStage[];
  perDay?: number;
  control: string;
  treatment: string;
  experiment?: string;
  metric: string;
  json?: boolean;
}

type Judged = Awaited<ReturnType<typeof judged>>;

type Needed = ReturnType<typeof neededOf>;

export function pilotCommand(): Command {
  return new Command('pilot')
    .description(
      'show how many visitors a pilot needs and, from its counts, whether it may stop; exits with 2 if the split is wrong or there is only one variant',
    )
    .argument(
      '[counts]',
      'CSV of the days so far (day, variant, units, successes), or JSON lines of onMetric; without them, only the required numbers are shown',
    )
    .requiredOption('--base <share>', 'share of successes expected without the variant, such as 3%', fraction)
    .requiredOption(
      '--effect <size>',
      'smallest effect worth finding: 20% of the base, or a difference such as 0.006',
      effectSize,
    )
    .option('--margin <size>', 'accepted loss, written in the same way (default: the effect)', effectSize)
    .option('--alpha <probability>', 'probability of a false alarm, over all looks', fraction, 0.05)
    .option('--design-effect <factor>', 'factor of the variance, if a visitor is several units', positiveNumber, 1)
    .option(
      '--share <share>',
      'share of the visitors that get the variant (default: 50%); 5%,2026-03-16=50% if a CSV has days before and after a raise',
      shareStages,
    )
    .option(
      '--per-day <n>',
      'new visitors per day who agree to be remembered, because only they are counted; shows the horizon in days',
      positiveInteger,
    )
    .option('--control <name>', 'variant to compare with; for JSON lines, experiment/variant also works', 'off')
    .option('--treatment <name>', 'variant to judge, written in the same way', 'on')
    .option(
      '--experiment <name>',
      'experiment, if JSON lines have several, for instance pilot-50 after the share was raised',
    )
    .option('--metric <name>', 'share to judge in JSON lines: buyers, adders or clickers', 'buyers')
    .addOption(jsonOption())
    .action(async (file: string | undefined, options: PilotOptions) => {
      const plan = planOf(options);
      const share = (options.share ?? EVEN).at(-1)?.share ?? 0.5;
      const needed = neededOf(plan, share, options.perDay);
      const note = largeEffectNote('--effect', options.effect, plan.base, true);
      if (note !== null) console.error(note);
      const found = file === undefined ? null : await judged(file, options, plan);
      for (const text of found?.notes ?? []) console.error(`Note: ${text}`);
      if (found?.ratio.mismatch) process.exitCode = WRONG_SPLIT;
      if (options.json) {
        console.log(JSON.stringify(found ? { needed, ...fieldsOf(found) } : { needed }));
        return;
      }
      console.log(horizonText(needed, share, options));
      if (found) show(found, needed, plan, options);
    });
}

const EVEN: ShareStage[] = [{ from: null, share: 0.5 }];

function planOf({ base, alpha, designEffect, effect, margin }: PilotOptions): SequentialPlan & { margin: number } {
  const sought = differenceOfShares('--effect', effect, base);
  const accepted = margin ? differenceOfShares('--margin', margin, base) : sought;
  return { base, alpha, designEffect, effect: sought, margin: accepted };
}

function neededOf(plan: SequentialPlan, share: number, perDay: number | undefined) {
  const needed = unitsNeeded(plan, share);
  const days = perDay === undefined ? {} : { days: Math.ceil((needed.control + needed.treatment) / perDay) };
  return { ...needed, ...days };
}

function horizonText({ control, treatment, days }: Needed, share: number, options: PilotOptions): string {
  const visitors = `Horizon: ${control} visitors of “${options.control}”, ${treatment} of “${options.treatment}”.`;
  if (days === undefined) return visitors;
  return `${visitors} That is ${counted(days, 'day')} from the first visitor on, with ${options.perDay} new visitors a day who agree to be remembered, of whom ${Number((100 * share).toPrecision(4))} % get “${options.treatment}”.`;
}

const fieldsOf = ({ days, result, ratio }: Judged) => ({
  days: days.length,
  ...result,
  ...datesOf(days, result),
  sampleRatio: ratio,
});

/** Day of the decision, and day of the interval on which `no-worse` rests. */
function datesOf(days: readonly string[], { decidedAfter, boundAfter }: SequentialResult) {
  const dayOf = (after: number | null) => (after === null ? null : days[after - 1]);
  return { decidedOn: dayOf(decidedAfter), boundOn: dayOf(boundAfter) };
}

/** Reads the counts and detects their format: JSON lines start with a brace. */
async function judged(file: string, options: PilotOptions, plan: SequentialPlan) {
  const stages = options.share ?? EVEN;
  const counts = await text(openCounts(file));
  const isLines = counts.trimStart().startsWith('{');
  const { days, periods, notes }: PilotCounts = isLines
    ? pilotTotals(await readMetricFile(file), options, options.metric)
    : readPilotCounts(counts, options);
  const result = isLines ? sequentialTestOfTotals(periods, plan) : sequentialTest(periods, plan);
  const split = periods.map(({ control, treatment }, at): SplitDay => {
    // Totals include the visitors of earlier days.
    const before = isLines && at > 0 ? periods[at - 1] : null;
    const share = stages.findLast(({ from }) => from === null || from <= days[at])?.share ?? 0.5;
    return {
      control: control.units - (before?.control.units ?? 0),
      share,
      treatment: treatment.units - (before?.treatment.units ?? 0),
    };
  });
  const ratio = sampleRatioOfDays(split, options, plan.designEffect);
  // If the split is wrong, no other figure counts.
  const shown: SequentialResult = ratio.mismatch ? { ...result, decision: 'continue', decidedAfter: null } : result;
  // Visitors who did the counted action.
  const whom = isLines ? options.metric : 'successes';
  return { days, notes, ratio, result: shown, whom };
}

function show(
  found: Judged,
  needed: UnitsNeeded,
  plan: SequentialPlan & { margin: number },
  options: PilotOptions,
): void {
  const { days, result, ratio, whom } = found;
  const against = options.share ? 'the share' : 'an even split (name another with --share)';
  console.log(splitSentence(ratio, against));
  const rows = (['control', 'treatment'] as const).map((side) => {
    const { units, successes } = result[side];
    return [options[side], String(units), String(successes), (units > 0 ? (100 * successes) / units : 0).toFixed(3)];
  });
  console.log(table(['variant', 'units', 'successes', '%'], rows));
  const { difference, interval, p } = result;
  if (difference !== null && interval !== null) {
    const [low, high] = interval.map(points);
    const after = `Difference after ${counted(days.length, 'day')}`;
    console.log(`${after}: ${points(difference)} points (${low} to ${high}), p = ${p.toPrecision(2)}`);
  }
  const accepted = lossInWords(plan.margin / plan.base, whom, options.margin === undefined);
  if (!ratio.mismatch) console.log(adviceOf(result, needed, datesOf(days, result), accepted));
  const caution = cautionOf(result, days.length);
  if (caution) console.log(caution);
}

/** The recommended action with its reasons. @param accepted the margin in words */
function adviceOf(
  { decision, bound, weight }: SequentialResult,
  needed: UnitsNeeded,
  { decidedOn, boundOn }: { decidedOn: string | null; boundOn: string | null },
  accepted: string,
): string {
  const horizon = (needed.control * needed.treatment) / (needed.control + needed.treatment);
  if (decision === 'continue' && weight >= horizon) return AT_HORIZON;
  const action = advice(decision, accepted);
  if (decidedOn !== null) return `${action} Decided on ${decidedOn}.`;
  if (decision !== 'no-worse' || bound === null) return action;
  const rests = `the interval of ${boundOn} begins at ${points(bound)} points, and those of all days hold together`;
  return `${action} This rests on its one side: ${rests}.`;
}

/** Null if the days differ as independent visitors would. */
function cautionOf({ dispersion }: SequentialResult, days: number): string | null {
  const spread = 1 + 3 * Math.sqrt(2 / Math.max(1, days - 1));
  if (dispersion === null || days <= 7 || dispersion <= spread) return null;
  return `Caution: the days differ ${dispersion.toFixed(1)} times as much as independent visitors would. Count visitors, or give --design-effect.`;
}

const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(3)}`;
