import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { kept } from '../../../../src/core/common/grouped';
import { invalidInput } from '../../../../src/error';
import { answerRequests, createMeter, jointMeters, openFolder } from '../../../cli/bundler';
import {
  concludeRefused,
  isTaskProcess,
  jsonOption,
  modelsOption,
  openTables,
  optionWords,
  parentOutput,
  pastOption,
  positiveInteger,
  processesOption,
  REFUSED_HELP,
  say,
  WORKER_OPTION,
  withModels,
} from '../../../cli/commands';
import { writeWhole } from '../../../cli/training';
import { deviceVerdict, verdictText } from '../../evaluate/device-verdict';
import { reportBody, reportLine, reportOrigin, seedsInWords, withResults } from '../../evaluate/report';
import { type KeptResult, type KeptResults, keptText, mergeRuns, parseKept, summary } from '../../evaluate/result';
import { WINDOW_METHODS } from '../../evaluate/windows';
import { CONFIGURATIONS } from '../../simulate/shops';
import { AS_PAGE, asPageProtocol } from './as-page';
import { deviceProtocol } from './device';
import { driftProtocol } from './drift';
import { firstVisitProtocol } from './first-visit';
import { readInput } from './input';
import { LEAVE_ONE_OUT_METHODS, leaveOneOutProtocol } from './leave-one-out';
import { METHOD_NAMES } from './methods';
import { NEXT_BASKET_METHODS, nextBasketProtocol } from './next-basket';
import { doTask, type Evaluation, keptRun, type Protocol, runSeeds, type Task } from './runs';
import { runSimulation } from './simulate';
import { twoTastesProtocol } from './two-tastes';
import { WINDOWS, windowsProtocol } from './windows';

const PROTOCOLS: Record<string, Protocol> = {
  [AS_PAGE]: asPageProtocol,
  device: deviceProtocol,
  drift: driftProtocol,
  'first-visit': firstVisitProtocol,
  'leave-one-out': leaveOneOutProtocol,
  'next-basket': nextBasketProtocol,
  'two-tastes': twoTastesProtocol,
  windows: windowsProtocol,
};

/** The protocol whose shoppers see lists and click on them. */
const SIMULATE = 'simulate';

/** Files of a results folder: for people and for programs. */
const [REPORT, DATA] = ['RESULTS.md', 'results.json'];

const SHOPPERS_HELP =
  'Replayed shoppers of a log are new after its first part (--past): they have no event in it, and 30 or more after it; 60 for drift, 11 for as-page, 5 for first-visit. Simulated shoppers (simulate without --events) need no log.';

const evaluateOptions = () =>
  new Command('evaluate')
    .description('rank the events of a log before learning them, method by method; or simulate shoppers')
    .addOption(
      new Option('--protocol <name>', 'protocol of the evaluation')
        .choices([...Object.keys(PROTOCOLS), SIMULATE])
        .default('device'),
    )
    .addOption(
      new Option(
        '--as-page',
        'visit pages that load what a browser would load, and report downloads (--protocol as-page)',
      ).implies({ protocol: AS_PAGE }),
    )
    .requiredOption('--bundle <folder>', 'bundle of the catalogue')
    .option(
      '--events <file>',
      'log as CSV, JSON lines or Parquet with user, item and time; without one, simulate simulates the shoppers',
    )
    .addOption(
      new Option('--prepared <folder>', 'the log as `prepare` has made it, instead of --events').conflicts('events'),
    )
    .addOption(modelsOption())
    .addOption(pastOption())
    .option(
      '--shoppers <n>',
      'number of shoppers, selected evenly; simulate: number of simulated shoppers (default: 1000)',
      positiveInteger,
    )
    .addOption(
      new Option('--half <which>', 'half of the shoppers: settings are chosen on one and reported on the other')
        .choices(['choose', 'report', 'all'])
        .default('all'),
    )
    .option(
      '--min-shoppers <n>',
      'device, drift: the shop knows nothing of products and pairs that fewer shoppers of the past chose',
      positiveInteger,
    )
    .option(
      '--methods <names...>',
      `only these methods and their references (default: all). For device and drift: ${METHOD_NAMES.join(', ')}. For leave-one-out: ${LEAVE_ONE_OUT_METHODS.join(', ')}. For next-basket: ${NEXT_BASKET_METHODS.join(', ')}. For windows: ${WINDOW_METHODS.join(', ')}. For simulate: ${CONFIGURATIONS.join(', ')}`,
      names,
    )
    .option(
      '--published',
      'leave-one-out: do not learn the last choice but one, which published models do not learn either',
    )
    .option(
      '--windows <n>',
      `windows: number of windows into which the log is cut (default: ${WINDOWS})`,
      positiveInteger,
    )
    .option('--seeds <n...>', 'random seeds; the result is their mean (default: 1)', wholes)
    .option('--seed <s>', 'simulate: random seed (default: 1)', positiveInteger)
    .addOption(processesOption(', between which seeds, shoppers and (windows) methods are divided'))
    .option('--runs <folder>', 'folder for the run of each seed; existing runs are reused, but not across versions')
    .option('--results <folder>', 'folder in which RESULTS.md and results.json keep the tables')
    .option('--section <name>', 'section of the results (default: the name of the protocol)', sectionName)
    .option('--no-closed-loop', 'simulate: without the rounds in which a shop learns popularity from its own lists')
    .option('--report <file>', 'simulate: write a report with plots to this .html file')
    .addOption(jsonOption())
    .addOption(new Option(WORKER_OPTION, 'run steps of an evaluation for another process').hideHelp())
    .addHelpText(
      'after',
      `\n${SHOPPERS_HELP}\n\nExit status: 0 when the log was evaluated, ${REFUSED_HELP}, 1 after an error.`,
    );

type EvaluateOptions = ReturnType<ReturnType<typeof evaluateOptions>['opts']>;
type LogOptions = EvaluateOptions & { prepared: string };

export const evaluateCommand = () => evaluateOptions().action(evaluateLog);

/** Prepares the log once, for this process and for those that it starts. */
async function evaluateLog(options: EvaluateOptions): Promise<void> {
  const { events, prepared, bundle, models } = options;
  if (events === undefined) return runEvaluate(options);
  const { items } = await openFolder(bundle);
  const request = { events: [events], items, out: join(models, `log-${process.pid}`) };
  const tables = await openTables(prepared, request);
  await runEvaluate({ ...options, prepared: tables.folder }).finally(tables.remove);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  if (options.asPage && options.protocol !== AS_PAGE) {
    throw invalidInput(`--as-page means --protocol ${AS_PAGE}: leave it or --protocol ${options.protocol} out.`);
  }
  if (options.protocol === SIMULATE) return simulate(options);
  requireLog(options);
  const seeds = [...new Set(options.seeds ?? (options.seed === undefined ? [1] : [options.seed]))];
  const { protocol, bundle, prepared, models } = options;
  // Reports bad files before hours of work.
  if (options.results !== undefined) await readResults(options.results);
  const isTask = isTaskProcess(options);
  const { inputOf, refused: lines } = await readInput(options, isTask ? parentOutput() : { meter: createMeter(), say });
  const evaluations = new Map<number, Evaluation>();
  const evaluationOf = (seed: number): Evaluation => kept(evaluations, seed, () => PROTOCOLS[protocol](inputOf(seed)));
  if (isTask) return answerRequests((task: Task) => doTask(evaluationOf(task.seed), task));
  const { length: pastFiles } = (await evaluationOf(seeds[0]).pastFiles?.()) ?? [];
  const evaluate = () =>
    runSeeds({
      protocol,
      seeds,
      evaluationOf,
      say,
      processes: options.processes,
      kept: (seed, evaluateSeed) => keptRun(options.runs, protocol, inputOf(seed), evaluateSeed),
      command: ['evaluate', ...optionWords({ bundle, prepared, models }), ...choices(options, seeds)],
      meter: jointMeters(createMeter),
    });
  // In this process shoppers are ranked without a pause.
  const yields = options.processes > 1;
  const runs = await (pastFiles > 0 ? withModels(options.models, evaluate, { yields }) : evaluate());
  const merged = mergeRuns(runs);
  const found = summary(merged);
  const verdict = deviceVerdict(merged);
  const body = [reportBody(found), ...(verdict ? [verdictText(verdict)] : [])].join('\n\n');
  console.log(`${found.setting}, ${seedsInWords(seeds)}\n\n${body}`);
  if (options.results !== undefined) {
    await keepResults(options, options.results, { ...found, ...origin(options, seeds) }, body);
  }
  const refused = concludeRefused(lines);
  if (options.json) console.log(reportLine(found, { refused, ...(verdict ? { verdict } : {}) }));
}

function simulate({ seeds = [], seed = seeds[0] ?? 1, ...options }: EvaluateOptions): Promise<void> {
  const given = (['runs', 'results', 'section'] as const).filter((name) => options[name] !== undefined);
  const others = [...(seeds.length > 1 ? ['seeds with several'] : []), ...given];
  if (others.length === 0) return runSimulation({ ...options, seed });
  throw invalidInput(
    `--protocol simulate has no ${others.map((name) => `--${name}`).join(', ')}. Leave them out: it has --seed, --json and --report.`,
  );
}

function requireLog(options: EvaluateOptions): asserts options is LogOptions {
  const { protocol, prepared, report } = options;
  if (prepared !== undefined && report === undefined) return;
  throw invalidInput(
    prepared === undefined
      ? `--protocol ${protocol} needs a log: give it with --events or --prepared, or simulate shoppers with --protocol ${SIMULATE}.`
      : `--report belongs to --protocol ${SIMULATE}; --protocol ${protocol} keeps its tables with --results.`,
  );
}

/** When and how a result was found: the command is for other machines, so it omits the folders of files. */
function origin(options: LogOptions, seeds: readonly number[]): Pick<KeptResult, 'date' | 'command'> {
  const { section } = options;
  const log = options.events === undefined ? { prepared: options.prepared } : { events: basename(options.events) };
  const files = optionWords({ bundle: basename(options.bundle), ...log });
  const named = optionWords({ section });
  const command = ['sidestream', 'evaluate', ...files, ...choices(options, seeds), ...named].join(' ');
  return { date: new Date().toISOString().slice(0, 10), command };
}

const choices = (
  { protocol, past, half, shoppers, minShoppers, methods, published, windows }: EvaluateOptions,
  seeds: readonly number[],
): string[] => [
  ...optionWords({ protocol, past, half, shoppers, 'min-shoppers': minShoppers, methods, windows, seeds }),
  ...(published ? ['--published'] : []),
];

async function keepResults(
  { section }: EvaluateOptions,
  folder: string,
  kept: KeptResult,
  body: string,
): Promise<void> {
  const name = section ?? kept.protocol;
  const { report, data } = await readResults(folder);
  await writeWhole(join(folder, REPORT), withResults(report, name, `${reportOrigin(kept)}\n\n${body}`));
  await writeWhole(join(folder, DATA), keptText({ ...data, [name]: kept }));
}

async function readResults(folder: string): Promise<{ report: string; data: KeptResults }> {
  const [report, data] = await Promise.all([REPORT, DATA].map((name) => textOf(join(folder, name))));
  return { report, data: parseKept(data || '{}') };
}

const textOf = async (file: string): Promise<string> => (existsSync(file) ? readFile(file, 'utf8') : '');

function sectionName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(text))
    throw new InvalidArgumentError('must consist of lower-case letters, digits and -.');
  return text;
}

/** Names separated by spaces or commas. */
const names = (text: string, before: string[] = []): string[] => [...before, ...text.split(',').filter(Boolean)];

const wholes = (text: string, before: number[] = []): number[] => [...before, positiveInteger(text)];
