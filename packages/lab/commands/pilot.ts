import { text } from 'node:stream/consumers';
import { Command } from '@commander-js/extra-typings';
import { counted, shareText } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import {
  fraction,
  jsonOption,
  positiveInteger,
  positiveNumber,
  type ShareStage,
  shareStages,
  table,
} from '../../cli/commands';
import { SHARES } from '../verdict/effects';
import { readPilotCounts } from '../verdict/pilot-counts';
import { type SampleRatio, sampleRatioOfDays, WRONG_SPLIT } from '../verdict/sample-ratio';
import {
  type Arm,
  AT_HORIZON,
  advice,
  lossInWords,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
  unitsNeeded,
} from '../verdict/sequential';
import { verdictOf } from '../verdict/verdict';
import { setAsideText, splitSentence, verdictSentences } from '../verdict/verdict-text';
import {
  type EffectSize,
  effectSize,
  largeEffectNote,
  openCounts,
  partOfControl,
  readMetricFile,
} from './verdict-input';

/** Verdict on the counts so far. */
interface Judged {
  /** Notes for the user about the counts, in sentences. */
  notes: readonly string[];
  ratio: SampleRatio;
  control: Arm;
  treatment: Arm;
  /** The difference and the recommended action. */
  sentences: readonly string[];
  /** Fields of the output as JSON. */
  fields: object;
}

type Needed = ReturnType<typeof neededOf>;

const pilotOptions = () =>
  new Command('pilot')
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
    .addOption(jsonOption());

type PilotOptions = ReturnType<ReturnType<typeof pilotOptions>['opts']>;

export const pilotCommand = () =>
  pilotOptions().action(async (file, options) => {
    const plan = planOf(options);
    const share = (options.share ?? EVEN).at(-1)?.share ?? 0.5;
    const needed = neededOf(plan, share, options.perDay);
    const note = largeEffectNote('--effect', options.effect, plan.base, true);
    if (note !== null) console.error(note);
    const found = file === undefined ? null : await judged(file, options, plan, needed);
    for (const text of found?.notes ?? []) console.error(`Note: ${text}`);
    if (found?.ratio.mismatch) process.exitCode = WRONG_SPLIT;
    if (options.json) {
      console.log(JSON.stringify({ needed, ...found?.fields }));
      return;
    }
    console.log(horizonText(needed, share, options));
    if (found) show(found, options);
  });

const EVEN: ShareStage[] = [{ from: null, share: 0.5 }];

function planOf({ base, alpha, designEffect, effect, margin }: PilotOptions): SequentialPlan {
  const differenceOf = (option: string, size: EffectSize): number => base * partOfControl(option, size, base);
  const accepted = margin && differenceOf('--margin', margin);
  return { base, alpha, designEffect, effect: differenceOf('--effect', effect), margin: accepted };
}

function neededOf(plan: SequentialPlan, share: number, perDay: number | undefined) {
  const needed = unitsNeeded(plan, share);
  const days = perDay === undefined ? {} : { days: Math.ceil((needed.control + needed.treatment) / perDay) };
  return { ...needed, ...days };
}

function horizonText({ control, treatment, days }: Needed, share: number, options: PilotOptions): string {
  const visitors = `Horizon: ${control} visitors of “${options.control}”, ${treatment} of “${options.treatment}”.`;
  if (days === undefined) return visitors;
  return `${visitors} That is ${counted(days, 'day')} from the first visitor on, with ${options.perDay} new visitors a day who agree to be remembered, of whom ${shareText(share)} get “${options.treatment}”.`;
}

/** Reads the counts and detects their format: JSON lines start with a brace. */
async function judged(file: string, options: PilotOptions, plan: SequentialPlan, needed: Needed): Promise<Judged> {
  const counts = await text(openCounts(file));
  if (counts.trimStart().startsWith('{')) return judgedLines(file, options, plan);
  const { days, periods, notes } = readPilotCounts(counts, options);
  const stages = options.share ?? EVEN;
  const draws = periods.map(({ control, treatment }, at) => {
    const share = stages.findLast(({ from }) => from === null || from <= days[at])?.share ?? 0.5;
    return { counts: [control.units, treatment.units], shares: [1 - share, share] };
  });
  const ratio = sampleRatioOfDays(draws, [options.control, options.treatment], plan.designEffect);
  const found = sequentialTest(periods, plan);
  // If the split is wrong, no other figure counts.
  const result: SequentialResult = ratio.mismatch ? { ...found, decision: 'continue', decidedAfter: null } : found;
  const { control, treatment, difference, interval, p, decidedAfter, boundAfter } = result;
  const dayOf = (after: number | null) => (after === null ? null : days[after - 1]);
  const dates = { decidedOn: dayOf(decidedAfter), boundOn: dayOf(boundAfter) };
  const sentences: string[] = [];
  if (difference !== null && interval !== null) {
    const [low, high] = interval.map(points);
    const after = `Difference after ${counted(days.length, 'day')}`;
    sentences.push(`${after}: ${points(difference)} points (${low} to ${high}), p = ${p.toPrecision(2)}`);
  }
  const accepted = lossInWords((plan.margin ?? plan.effect) / plan.base, 'successes', plan.margin === undefined);
  if (!ratio.mismatch) sentences.push(adviceOf(result, needed, dates, accepted));
  sentences.push(...cautionOf(result, days.length));
  const fields = { days: days.length, ...result, ...dates, sampleRatio: ratio };
  return { notes, ratio, control, treatment, sentences, fields };
}

/** Decides by the lines of `onMetric` as `sidestream report` does. */
async function judgedLines(file: string, { metric, ...options }: PilotOptions, plan: SequentialPlan): Promise<Judged> {
  const { base, alpha, effect, margin } = plan;
  const [{ share }, ...raises] = options.share ?? EVEN;
  const why = 'is for counts in a CSV:';
  if (raises.length > 0) throw invalidInput(`--share with a day ${why} here each share has its own --experiment.`);
  if (plan.designEffect !== 1) throw invalidInput(`--design-effect ${why} in lines of onMetric a unit is a visitor.`);
  if (!SHARES.includes(metric)) throw invalidInput(`There is no share “${metric}”; there are ${SHARES.join(', ')}.`);
  const [control, experiment = options.experiment] = options.control.split('/').reverse();
  const [treatment] = options.treatment.split('/').reverse();
  const verdict = verdictOf(await readMetricFile(file), {
    experiment,
    control,
    base,
    alpha,
    metric,
    split: new Map([
      [treatment, share],
      [control, 1 - share],
    ]),
    effect: effect / base,
    margin: margin && margin / base,
  });
  const armOf = (name: string): Arm => {
    const { visitors: units = 0, estimates } = verdict.variants.find((one) => one.name === name) ?? {};
    return { units, successes: estimates?.[metric]?.active ?? 0 };
  };
  return {
    notes: setAsideText(verdict),
    ratio: verdict.sampleRatio,
    control: armOf(control),
    treatment: armOf(treatment),
    sentences: verdictSentences(verdict).slice(1),
    fields: verdict,
  };
}

function show({ ratio, sentences, ...arms }: Judged, options: PilotOptions): void {
  const against = options.share ? 'the share' : 'an even split (name another with --share)';
  console.log(splitSentence(ratio, against));
  const rows = (['control', 'treatment'] as const).map((side) => {
    const { units, successes } = arms[side];
    return [options[side], String(units), String(successes), (units > 0 ? (100 * successes) / units : 0).toFixed(3)];
  });
  console.log(table(['variant', 'units', 'successes', '%'], rows));
  for (const sentence of sentences) console.log(sentence);
}

/** The recommended action with its reasons. @param accepted the margin in words */
function adviceOf(
  { decision, bound, weight }: SequentialResult,
  needed: Needed,
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

/** Empty if the days differ as independent visitors would. */
function cautionOf({ dispersion }: SequentialResult, days: number): string[] {
  const spread = 1 + 3 * Math.sqrt(2 / Math.max(1, days - 1));
  if (dispersion === null || days <= 7 || dispersion <= spread) return [];
  const often = dispersion.toFixed(1);
  return [
    `Caution: the days differ ${often} times as much as independent visitors would. Count visitors, or give --design-effect.`,
  ];
}

const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(3)}`;
