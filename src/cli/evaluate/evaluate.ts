import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createMeter, openFolder } from '../../build';
import {
  type KeptResult,
  type KeptResults,
  keptText,
  mergeRuns,
  type ProtocolRun,
  type ProtocolSummary,
  parseKept,
  reportBody,
  reportLine,
  reportOrigin,
  seedsInWords,
  summary,
  withResults,
} from '../../evaluate';
import { startCompute, writeWhole } from '../../training';
import { readEventFile } from '../event-file';
import { positiveInteger } from '../option-parsers';
import { runDevice } from './device';
import { runDrift } from './drift';
import type { EvaluateInput, Half } from './input';
import { runOffline } from './offline';
import { keptRun, runSeeds } from './runs';

/** The protocols by name. */
const PROTOCOLS: Record<string, (input: EvaluateInput) => Promise<ProtocolRun>> = {
  device: runDevice,
  pooled: runOffline,
  drift: runDrift,
};

/** Files of a folder of results: for people, and for programs. */
const [REPORT, DATA] = ['RESULTS.md', 'results.json'];

interface EvaluateOptions {
  protocol: string;
  bundle: string;
  events: string;
  models: string;
  past: number;
  shoppers?: number;
  half: Half;
  methods?: string[];
  seeds?: number[];
  /** File for the run of one seed, as JSON, instead of a report. */
  run?: string;
  runs?: string;
  results?: string;
  section?: string;
  json?: boolean;
}

/** `sidestream evaluate`: how well the ranking would have served the shoppers of a log. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('rank the events of a log before learning them, method by method')
    .addOption(new Option('--protocol <name>', 'what to evaluate').choices(Object.keys(PROTOCOLS)).default('device'))
    .requiredOption('--bundle <folder>', 'bundle of the catalogue')
    .requiredOption('--events <file>', 'log as .csv or .jsonl with user, item and time')
    .option('--models <folder>', 'where base models of the past are kept; trained when missing', '.cache/base-models')
    .option('--past <share>', 'share of the log that the shop knows before the shoppers come', fraction, 0.6)
    .option('--shoppers <n>', 'an even selection of so many shoppers', positiveInteger)
    .addOption(
      new Option(
        '--half <which>',
        'settings are chosen on one half of the shoppers (pooled: of the windows) and reported on the other',
      )
        .choices(['choose', 'report', 'all'])
        .default('all'),
    )
    .option('--methods <names...>', 'only these methods, and what they are compared with')
    .option('--seeds <n...>', 'seeds of everything random; the result is the mean (default: 1)', wholes)
    .option('--runs <folder>', 'keep the run of each seed there, and take what is there already; not across versions')
    .option('--results <folder>', 'keep the tables in RESULTS.md and results.json of this folder')
    .option('--section <name>', 'section of the results (default: the name of the protocol)', sectionName)
    .option('--json', 'print the result as one line of JSON, last')
    .addOption(new Option('--run <file>', 'write the run of the first seed, as JSON, and print nothing').hideHelp())
    .action(runEvaluate);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  const seeds = [...new Set(options.seeds ?? [1])];
  if (options.run !== undefined) {
    await writeFile(options.run, JSON.stringify(await runSeed(options, seeds[0])));
    return;
  }
  // Reports bad files before hours of work.
  if (options.results !== undefined) await readResults(options.results);
  const runs =
    seeds.length === 1
      ? [await runSeed(options, seeds[0])]
      : await runSeeds({ seeds, command: (seed, file) => seedCommand(options, seed, file), say });
  const found = summary(mergeRuns(runs));
  console.log(`${found.setting}, ${seedsInWords(seeds)}\n\n${reportBody(found)}`);
  if (options.results !== undefined) await keepResults(options, options.results, found, commandOf(options, seeds));
  if (options.json) console.log(reportLine(found));
}

async function runSeed(options: EvaluateOptions, seed: number): Promise<ProtocolRun> {
  const { past, shoppers, half, methods, models } = options;
  await startCompute('wasm');
  const bundle = await openFolder(options.bundle);
  const { events } = await readEventFile(options.events);
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const limits = { past, shoppers, half, methods, models };
  const input = { bundle, events, rowOf, seed, ...limits, meter: createMeter(), say };
  return keptRun(options.runs, options.protocol, input, PROTOCOLS[options.protocol]);
}

const say = (line: string): void => console.error(line);

/** Arguments of a process that evaluates one seed. */
function seedCommand(options: EvaluateOptions, seed: number, file: string): string[] {
  const { bundle, events, models, runs } = options;
  const files = ['--bundle', bundle, '--events', events, '--models', models, '--run', file];
  return ['evaluate', ...files, ...(runs === undefined ? [] : ['--runs', runs]), ...choices(options, [seed])];
}

/** The command for another machine: without the folders of files. */
function commandOf(options: EvaluateOptions, seeds: readonly number[]): string {
  const files = ['--bundle', basename(options.bundle), '--events', basename(options.events)];
  const section = options.section === undefined ? [] : ['--section', options.section];
  return ['sidestream', 'evaluate', ...files, ...choices(options, seeds), ...section].join(' ');
}

function choices({ protocol, past, shoppers, half, methods }: EvaluateOptions, seeds: readonly number[]): string[] {
  return [
    ...['--protocol', protocol, '--past', String(past), '--half', half],
    ...(shoppers === undefined ? [] : ['--shoppers', String(shoppers)]),
    ...(methods ? ['--methods', ...methods] : []),
    ...['--seeds', ...seeds.map(String)],
  ];
}

/** Replaces the section's earlier result; the rest of the files stays. */
async function keepResults(
  { section }: EvaluateOptions,
  folder: string,
  found: ProtocolSummary,
  command: string,
): Promise<void> {
  const name = section ?? found.protocol;
  const kept: KeptResult = { ...found, date: new Date().toISOString().slice(0, 10), command };
  const { report, data } = await readResults(folder);
  const body = `${reportOrigin(kept)}\n\n${reportBody(found)}`;
  await writeWhole(join(folder, REPORT), withResults(report, name, body));
  await writeWhole(join(folder, DATA), keptText({ ...data, [name]: kept }));
}

/** Reads the files of results. @throws SidestreamError `runtime/invalid-input` when they hold something else */
async function readResults(folder: string): Promise<{ report: string; data: KeptResults }> {
  const [report, data] = await Promise.all([REPORT, DATA].map((name) => textOf(join(folder, name))));
  return { report, data: parseKept(data || '{}') };
}

/** Empty where there is no such file. */
const textOf = async (file: string): Promise<string> => (existsSync(file) ? readFile(file, 'utf8') : '');

function fraction(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('must be a number above 0 and below 1.');
  return n;
}

function sectionName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(text)) throw new InvalidArgumentError('must be of small letters, digits and -.');
  return text;
}

const wholes = (text: string, before: number[] = []): number[] => [...before, positiveInteger(text)];
