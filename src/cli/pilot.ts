import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SidestreamError } from '../error';
import {
  ADVICE,
  type PilotCounts,
  pilotTotals,
  readPilotCounts,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
  sequentialTestOfTotals,
  unitsNeeded,
} from '../evaluate/verdict';
import { readMetricFile } from './metric-file';
import { positiveNumber } from './option-parsers';
import { table } from './terminal';

interface PilotOptions extends SequentialPlan {
  share: number;
  control: string;
  treatment: string;
  metric: string;
  json?: boolean;
}

/** `sidestream pilot [counts]`: how many visitors a pilot needs, and whether it may stop. */
export function pilotCommand(): Command {
  return new Command('pilot')
    .description('say how many visitors a pilot needs and, from its counts, whether it may stop')
    .argument(
      '[counts]',
      'CSV of the days so far (day, variant, units, successes), or JSON lines of onMetric; without them, only what is needed',
    )
    .requiredOption('--base <share>', 'share of successes expected without the variant, such as 0.03', positiveNumber)
    .requiredOption('--effect <difference>', 'smallest difference worth finding, such as 0.003', positiveNumber)
    .option('--margin <difference>', 'loss that is accepted (default: the effect)', positiveNumber)
    .option('--alpha <probability>', 'of a false alarm, over all looks', positiveNumber, 0.05)
    .option('--design-effect <factor>', 'of the variance, where a visitor is several units', positiveNumber, 1)
    .option('--share <share>', 'of the visitors that get the variant', positiveNumber, 0.5)
    .option('--control <name>', 'variant to compare with', 'off')
    .option('--treatment <name>', 'variant to judge', 'on')
    .option('--metric <name>', 'of JSON lines: buyers, adders or clickers', 'buyers')
    .option('--json', 'print the result as one line of JSON, last')
    .action(async (file: string | undefined, options: PilotOptions) => {
      const needed = unitsNeeded(options, options.share);
      if (!options.json) {
        console.log(
          `Horizon: ${needed.control} visitors of “${options.control}”, ${needed.treatment} of “${options.treatment}”.`,
        );
      }
      if (file === undefined) {
        if (options.json) console.log(JSON.stringify({ needed }));
        return;
      }
      const { days, result } = await judged(file, options);
      const decidedOn = result.decidedAfter === null ? null : days[result.decidedAfter - 1];
      if (options.json) console.log(JSON.stringify({ needed, days: days.length, ...result, decidedOn }));
      else show(result, options, days.length, decidedOn);
    });
}

/** Reads the counts, by their content: JSON lines begin with a brace. */
async function judged(file: string, options: PilotOptions): Promise<{ days: string[]; result: SequentialResult }> {
  const text = await textOf(file);
  const isLines = text.trimStart().startsWith('{');
  const { days, periods }: PilotCounts = isLines
    ? pilotTotals(await readMetricFile(file), options, options.metric)
    : readPilotCounts(text, options);
  const result = isLines ? sequentialTestOfTotals(periods, options) : sequentialTest(periods, options);
  return { days, result };
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

function show(result: SequentialResult, options: PilotOptions, days: number, decidedOn: string | null): void {
  const rows = (['control', 'treatment'] as const).map((side) => {
    const { units, successes } = result[side];
    return [options[side], String(units), String(successes), (units > 0 ? (100 * successes) / units : 0).toFixed(3)];
  });
  console.log(table(['variant', 'units', 'successes', '%'], rows));
  const { difference, interval, p, dispersion } = result;
  if (difference !== null && interval !== null) {
    const [low, high] = interval.map(points);
    console.log(
      `Difference after ${days} days: ${points(difference)} points (${low} to ${high}), p = ${p.toPrecision(2)}`,
    );
  }
  console.log(`${ADVICE[result.decision]}${decidedOn === null ? '' : ` Decided on ${decidedOn}.`}`);
  const spread = 1 + 3 * Math.sqrt(2 / Math.max(1, days - 1));
  if (dispersion !== null && days > 7 && dispersion > spread) {
    console.log(
      `Caution: the days differ ${dispersion.toFixed(1)} times as much as independent visitors would. Count visitors, or name --design-effect.`,
    );
  }
}

const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(3)}`;
