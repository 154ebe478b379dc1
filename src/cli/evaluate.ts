import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Bundle, openBundle } from '../catalog';
import { SidestreamError } from '../error';
import {
  baseMethod,
  coldShoppers,
  contentKnnMethod,
  type DeviceMethod,
  evaluateDevice,
  learnerMethod,
  methodResult,
  type PooledEvent,
  popularityMethod,
  reportLine,
  reportTable,
  type Shopper,
  withResults,
} from '../evaluate';
import type { LearnerCatalogue } from '../learner';
import { BaseModel } from '../learner/node';
import { catalogueIndex, contentBlend } from '../ranking';
import { readWeightsFile } from './base-file';
import { startCompute } from './compute';
import { readEventFile } from './event-file';
import { folderFetch } from './folder-bundle';
import { createMeter } from './meter';

interface EvaluateOptions {
  protocol: 'device';
  bundle: string;
  events: string;
  /** File of a base model; true without one, false for a shop without logs. */
  base: string | boolean;
  past: number;
  shoppers?: number;
  half: 'choose' | 'report' | 'all';
  seed: number;
  results?: string;
  json?: boolean;
}

/** Events a shopper must have. */
const MIN_EVENTS = 30;

/** `sidestream evaluate`: how well the ranking would have served the shoppers of a log. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('rank the events of a log before learning them, method by method')
    .addOption(new Option('--protocol <name>', 'what to evaluate').choices(['device']).default('device'))
    .requiredOption('--bundle <folder>', 'bundle of the catalogue')
    .requiredOption('--events <file>', 'log as .csv or .jsonl with user, item and time')
    .option('--base <file>', 'base model of the past of the log, made by `sidestream train --past`')
    .option('--no-base', 'a shop without logs: features and the own history only')
    .option('--past <share>', 'share of the log that the shop knows before the shoppers come', fraction, 0.6)
    .option('--shoppers <n>', 'an even selection of so many shoppers', whole)
    .addOption(
      new Option('--half <which>', 'settings are chosen on one half of the shoppers and reported on the other')
        .choices(['choose', 'report', 'all'])
        .default('all'),
    )
    .option('--seed <n>', 'seed of everything random', whole, 1)
    .option('--results <file>', 'keep the table in this Markdown file, in place of the one from before')
    .option('--json', 'print the result as one line of JSON, last')
    .action(runEvaluate);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  await startCompute('wasm');
  const bundle = await openBundle(folderFetch(options.bundle));
  const { events } = await readEventFile(options.events);
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const { past, cold } = coldShoppers(events, options.past, MIN_EVENTS, rowOf);
  const shoppers = selected(cold, options);
  if (shoppers.length === 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `No shopper of ${options.events} has ${MIN_EVENTS} events on items of this bundle after the first ${100 * options.past} % of the log.`,
    );
  }
  const popularity = popularityOf(past, rowOf, bundle.items.length);
  const catalogue = catalogueOf(bundle, options.base ? popularity : null);
  const model =
    typeof options.base === 'string'
      ? BaseModel.load(await readWeightsFile(options.base), { dim: bundle.manifest.dim, taps: bundle.features.taps })
      : undefined;
  const learner = { catalogue, base: model, options: { seed: options.seed, backend: 'wasm' as const } };
  const methods: DeviceMethod[] = [
    popularityMethod(popularity),
    contentKnnMethod(catalogue),
    ...(model ? [baseMethod(catalogue, model)] : []),
    learnerMethod({ ...learner, name: 'terms', experts: false }),
    learnerMethod({ ...learner, name: 'sidestream', experts: true }),
  ];
  const meter = createMeter();
  meter.start('Shoppers', shoppers.length);
  const results = await evaluateDevice({ shoppers, methods, onProgress: () => meter.advance(1) });
  meter.stop();
  // What a shopper would see without learning on the device, if the shop has that.
  const reference = model ? 'base' : 'terms';
  const rows = methods.map(({ name }) => methodResult(name, results.get(name) ?? [], results.get(reference) ?? []));
  const protocol = model ? 'device' : options.base ? 'popularity-only' : 'no-base';
  const setting = `${shoppers.length} shoppers (${options.half === 'all' ? 'all' : `half: ${options.half}`}), ${model ? 'base model and popularity of the log' : options.base ? 'popularity of the log known, no base model' : 'no logs known'}, seed ${options.seed}`;
  const table = reportTable(rows, reference);
  console.log(`${setting}\n${table}`);
  if (options.results) await keepResults(options.results, protocol, setting, table);
  if (options.json) console.log(reportLine(protocol, rows));
}

async function keepResults(file: string, protocol: string, setting: string, table: string): Promise<void> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : '';
  const command = `sidestream ${process.argv.slice(2).join(' ')}`;
  const date = new Date().toISOString().slice(0, 10);
  const body = `${setting}. ${date}, \`${command}\`\n\n${table}`;
  await writeFile(file, withResults(before, protocol, body));
}

function selected(shoppers: Shopper[], { half, shoppers: limit }: EvaluateOptions): Shopper[] {
  const side = shoppers.filter((_, n) => half === 'all' || n % 2 === (half === 'choose' ? 0 : 1));
  if (limit === undefined || limit >= side.length) return side;
  return Array.from({ length: limit }, (_, n) => side[Math.floor((n * side.length) / limit)]);
}

function popularityOf(events: PooledEvent[], rowOf: Map<string, number>, count: number): Float32Array {
  const popularity = new Float32Array(count);
  for (const { item } of events) {
    const row = rowOf.get(item);
    if (row !== undefined) popularity[row]++;
  }
  return popularity;
}

function catalogueOf({ items, features, manifest }: Bundle, popularity: Float32Array | null): LearnerCatalogue {
  const blend = contentBlend(manifest);
  const known = items.map((item, row) => ({ ...item, popularity: popularity?.[row] }));
  return { index: catalogueIndex(known, features, blend), table: features, blend };
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
