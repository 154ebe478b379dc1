import { Command, InvalidArgumentError, Option } from 'commander';
import { openBundle } from '../catalog';
import { methodResult, type ProtocolRun, reportLine, reportTable } from '../evaluate';
import { startCompute } from './compute';
import { runDevice } from './evaluate-device';
import { runDrift } from './evaluate-drift';
import type { EvaluateInput, Half } from './evaluate-input';
import { runPooled } from './evaluate-pooled';
import { readEventFile } from './event-file';
import { folderFetch } from './folder-bundle';
import { createMeter } from './meter';

/** The protocols by name. */
const PROTOCOLS: Record<string, (input: EvaluateInput) => Promise<ProtocolRun>> = {
  device: runDevice,
  pooled: runPooled,
  drift: runDrift,
};

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
  results?: string;
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
    .option('--shoppers <n>', 'an even selection of so many shoppers', whole)
    .addOption(
      new Option('--half <which>', 'settings are chosen on one half of the shoppers and reported on the other')
        .choices(['choose', 'report', 'all'])
        .default('all'),
    )
    .option('--methods <names...>', 'only these methods, and what they are compared with')
    .option('--seeds <n...>', 'seeds of everything random; the result is the mean (default: 1)', wholes)
    .option('--results <folder>', 'keep the tables in RESULTS.md and results.json of this folder')
    .option('--json', 'print the result as one line of JSON, last')
    .action(runEvaluate);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  await startCompute('wasm');
  const bundle = await openBundle(folderFetch(options.bundle));
  const { events } = await readEventFile(options.events);
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const { past, shoppers, half, methods, models, seeds: [seed] = [1] } = options;
  const input: EvaluateInput = {
    ...{ bundle, events, rowOf, seed, past, shoppers, half, methods, models },
    meter: createMeter(),
    say: (line) => console.error(line),
  };
  const run = await PROTOCOLS[options.protocol](input);
  console.log(`${run.setting}, seed ${seed}`);
  for (const { reference, methods: runs } of run.tables) {
    const units = runs.find(({ name }) => name === reference)?.units ?? [];
    const rows = runs.map((method) => methodResult(method.name, method.units, units));
    console.log(reportTable(rows, reference));
    if (options.json && runs === run.tables[0].methods) console.log(reportLine(run.protocol, rows));
  }
}

function fraction(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('must be a number above 0 and below 1.');
  return n;
}

function whole(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return n;
}

const wholes = (text: string, before: number[] = []): number[] => [...before, whole(text)];
