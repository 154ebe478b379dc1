import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SidestreamError } from '../error';
import {
  ADVICE,
  AT_HORIZON,
  type PilotCounts,
  pilotTotals,
  readPilotCounts,
  type SampleRatio,
  type SequentialPlan,
  type SequentialResult,
  type SplitDay,
  sampleRatioOfDays,
  sequentialTest,
  sequentialTestOfTotals,
  splitSentence,
  unitsNeeded,
  WRONG_SPLIT,
} from '../evaluate/verdict';
import { readMetricFile } from './metric-file';
import { type EffectSize, effectSize, positiveNumber, type ShareStage, shareStages } from './option-parsers';
import { table } from './terminal';

interface PilotOptions extends Omit<SequentialPlan, 'effect' | 'margin'> {
  effect: EffectSize;
  margin?: EffectSize;
  share: ShareStage[];
  control: string;
  treatment: string;
  experiment?: string;
  metric: string;
  json?: boolean;
}

/** What the counts so far say. */
interface Judged {
  days: string[];
  result: SequentialResult;
  ratio: SampleRatio;
}

/** `sidestream pilot [counts]`: how many visitors a pilot needs, and whether it may stop. */
export function pilotCommand(): Command {
  return new Command('pilot')
    .description(
      'say how many visitors a pilot needs and, from its counts, whether it may stop; exits with 2 where the split is wrong',
    )
    .argument(
      '[counts]',
      'CSV of the days so far (day, variant, units, successes), or JSON lines of onMetric; without them, only what is needed',
    )
    .requiredOption('--base <share>', 'share of successes expected without the variant, such as 0.03', positiveNumber)
    .requiredOption(
      '--effect <size>',
      'smallest worth finding: 20% of the base, or a difference such as 0.006',
      effectSize,
    )
    .option('--margin <size>', 'loss that is accepted, written in the same way (default: the effect)', effectSize)
    .option('--alpha <probability>', 'of a false alarm, over all looks', positiveNumber, 0.05)
    .option('--design-effect <factor>', 'of the variance, where a visitor is several units', positiveNumber, 1)
    .option(
      '--share <share>',
      'of the visitors that get the variant (default: 0.5); 0.05,2026-03-16=0.5 where a CSV has days before and after a raise',
      shareStages,
    )
    .option('--control <name>', 'variant to compare with; of JSON lines also experiment/variant', 'off')
    .option('--treatment <name>', 'variant to judge, written in the same way', 'on')
    .option('--experiment <name>', 'where JSON lines have several, as after the share was raised: pilot-50')
    .option('--metric <name>', 'of JSON lines: buyers, adders or clickers', 'buyers')
    .option('--json', 'print the result as one line of JSON, last')
    .action(async (file: string | undefined, options: PilotOptions) => {
      const plan = planOf(options);
      const stages = options.share ?? [{ from: null, share: 0.5 }];
      const needed = unitsNeeded(plan, stages[stages.length - 1].share);
      if (!options.json) {
        console.log(
          `Horizon: ${needed.control} visitors of “${options.control}”, ${needed.treatment} of “${options.treatment}”.`,
        );
      }
      if (file === undefined) {
        if (options.json) console.log(JSON.stringify({ needed }));
        return;
      }
      const { days, result, ratio } = await judged(file, options, plan, stages);
      if (ratio.mismatch) process.exitCode = WRONG_SPLIT;
      const dayOf = (after: number | null) => (after === null ? null : days[after - 1]);
      const on = { decidedOn: dayOf(result.decidedAfter), boundOn: dayOf(result.boundAfter) };
      if (options.json) {
        console.log(JSON.stringify({ needed, days: days.length, ...result, ...on, sampleRatio: ratio }));
        return;
      }
      const against = options.share ? 'the share' : 'an even split (name another with --share)';
      console.log(splitSentence(ratio, against));
      show(result, options, days.length);
      if (!ratio.mismatch) console.log(adviceOf(result, needed, on));
      const caution = cautionOf(result, days.length);
      if (caution) console.log(caution);
    });
}

/** The plan in differences of shares. */
function planOf({ base, alpha, designEffect, effect, margin }: PilotOptions): SequentialPlan {
  const difference = ({ value, relative }: EffectSize): number => (relative ? value * base : value);
  return { base, alpha, designEffect, effect: difference(effect), margin: difference(margin ?? effect) };
}

/** Reads the counts, by their content: JSON lines begin with a brace. */
async function judged(
  file: string,
  options: PilotOptions,
  plan: SequentialPlan,
  stages: ShareStage[],
): Promise<Judged> {
  const text = await textOf(file);
  const isLines = text.trimStart().startsWith('{');
  const { days, periods }: PilotCounts = isLines
    ? pilotTotals(await readMetricFile(file), options, options.metric)
    : readPilotCounts(text, options);
  const result = isLines ? sequentialTestOfTotals(periods, plan) : sequentialTest(periods, plan);
  const split = periods.map(({ control, treatment }, at): SplitDay => {
    // Totals hold the visitors of the days before.
    const before = isLines && at > 0 ? periods[at - 1] : null;
    const share = stages.findLast(({ from }) => from === null || from <= days[at])?.share ?? 0.5;
    return {
      ...{ control: control.units - (before?.control.units ?? 0), share },
      treatment: treatment.units - (before?.treatment.units ?? 0),
    };
  });
  const ratio = sampleRatioOfDays(split, options, plan.designEffect);
  // Where the split is wrong, no other figure counts.
  return { days, ratio, result: ratio.mismatch ? { ...result, decision: 'continue', decidedAfter: null } : result };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SidestreamError('runtime/invalid-input', `The counts cannot be read from ${file}. Check the path.`, {
      cause,
    });
  }
}

function show(result: SequentialResult, options: PilotOptions, days: number): void {
  const rows = (['control', 'treatment'] as const).map((side) => {
    const { units, successes } = result[side];
    return [options[side], String(units), String(successes), (units > 0 ? (100 * successes) / units : 0).toFixed(3)];
  });
  console.log(table(['variant', 'units', 'successes', '%'], rows));
  const { difference, interval, p } = result;
  if (difference === null || interval === null) return;
  const [low, high] = interval.map(points);
  const after = days === 1 ? '1 day' : `${days} days`;
  console.log(`Difference after ${after}: ${points(difference)} points (${low} to ${high}), p = ${p.toPrecision(2)}`);
}

/** What to do, with what it rests on. */
function adviceOf(
  { decision, bound, weight }: SequentialResult,
  needed: { control: number; treatment: number },
  { decidedOn, boundOn }: { decidedOn: string | null; boundOn: string | null },
): string {
  const horizon = (needed.control * needed.treatment) / (needed.control + needed.treatment);
  if (decision === 'continue' && weight >= horizon) return AT_HORIZON;
  if (decidedOn !== null) return `${ADVICE[decision]} Decided on ${decidedOn}.`;
  if (decision !== 'no-worse' || bound === null) return ADVICE[decision];
  const rests = `the interval of ${boundOn} begins at ${points(bound)} points, and those of all days hold together`;
  return `${ADVICE[decision]} This rests on its one side: ${rests}.`;
}

/** Null where the days differ as independent visitors do. */
function cautionOf({ dispersion }: SequentialResult, days: number): string | null {
  const spread = 1 + 3 * Math.sqrt(2 / Math.max(1, days - 1));
  if (dispersion === null || days <= 7 || dispersion <= spread) return null;
  return `Caution: the days differ ${dispersion.toFixed(1)} times as much as independent visitors would. Count visitors, or name --design-effect.`;
}

const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(3)}`;
