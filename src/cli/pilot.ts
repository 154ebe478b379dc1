import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SidestreamError } from '../error';
import { readPilotCounts, type SequentialPlan, type SequentialResult, sequentialTest, unitsNeeded } from '../evaluate';
import { positiveNumber } from './option-parsers';
import { table } from './terminal';

interface PilotOptions extends SequentialPlan {
  share: number;
  control: string;
  treatment: string;
  json?: boolean;
}

/** What to do, by decision. */
const ADVICE: Record<SequentialResult['decision'], string> = {
  better: 'The variant is better: go on to the next stage.',
  worse: 'The variant is worse: roll back.',
  'no-worse': 'The variant is not worse by the margin: you may go on to the next stage, or wait for more.',
  continue: 'Not known yet: go on counting, and look as often as you like.',
};

/** `sidestream pilot [counts]`: how many visitors a pilot needs, and whether it may stop. */
export function pilotCommand(): Command {
  return new Command('pilot')
    .description('say how many visitors a pilot needs and, from its counts, whether it may stop')
    .argument('[counts]', 'CSV of the days so far: day, variant, units, successes; without it, only what is needed')
    .requiredOption('--base <share>', 'share of successes expected without the variant, such as 0.03', positiveNumber)
    .requiredOption('--effect <difference>', 'smallest difference worth finding, such as 0.003', positiveNumber)
    .option('--margin <difference>', 'loss that is accepted (default: the effect)', positiveNumber)
    .option('--alpha <probability>', 'of a false alarm, over all looks', positiveNumber, 0.05)
    .option('--design-effect <factor>', 'of the variance, where a visitor is several units', positiveNumber, 1)
    .option('--share <share>', 'of the visitors that get the variant', positiveNumber, 0.5)
    .option('--control <name>', 'variant to compare with', 'off')
    .option('--treatment <name>', 'variant to judge', 'on')
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
      const { days, periods } = readPilotCounts(await textOf(file), options);
      const result = sequentialTest(periods, options);
      const decidedOn = result.decidedAfter === null ? null : days[result.decidedAfter - 1];
      if (options.json) console.log(JSON.stringify({ needed, days: days.length, ...result, decidedOn }));
      else show(result, options, days.length, decidedOn);
    });
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
