import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Bundle, openBundle } from '../catalog';
import { SidestreamError } from '../error';
import {
  coldShoppers,
  contentKnnMethod,
  type DeviceMethod,
  evaluateDevice,
  learnerMethod,
  methodResult,
  type PooledEvent,
  popularityMethod,
  readEvents,
  reportLine,
  reportTable,
  type Shopper,
} from '../evaluate';
import type { LearnerCatalogue } from '../learner';
import { catalogueIndex, contentBlend } from '../ranking';
import { startCompute } from './compute';
import { folderFetch } from './folder-bundle';
import { createMeter } from './meter';

interface EvaluateOptions {
  protocol: 'device';
  bundle: string;
  events: string;
  base: boolean;
  shoppers?: number;
  half: 'choose' | 'report' | 'all';
  seed: number;
  json?: boolean;
}

/** Share of the log that a shop knows before the shoppers of the device protocol come. */
const PAST = 0.6;
/** Events a shopper must have. */
const MIN_EVENTS = 30;

/** `sidestream evaluate`: how well the ranking would have served the shoppers of a log. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('rank the events of a log before learning them, method by method')
    .addOption(new Option('--protocol <name>', 'what to evaluate').choices(['device']).default('device'))
    .requiredOption('--bundle <folder>', 'bundle of the catalogue')
    .requiredOption('--events <file>', 'log as .csv or .jsonl with user, item and time')
    .option('--no-base', 'a shop without logs: features and the own history only')
    .option('--shoppers <n>', 'an even selection of so many shoppers', whole)
    .addOption(
      new Option('--half <which>', 'settings are chosen on one half of the shoppers and reported on the other')
        .choices(['choose', 'report', 'all'])
        .default('all'),
    )
    .option('--seed <n>', 'seed of everything random', whole, 1)
    .option('--json', 'print the result as one line of JSON, last')
    .action(runEvaluate);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  await startCompute('wasm');
  const bundle = await openBundle(folderFetch(options.bundle));
  const events = await readLog(options.events);
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const { past, cold } = coldShoppers(events, PAST, MIN_EVENTS, rowOf);
  const shoppers = selected(cold, options);
  if (shoppers.length === 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `No shopper of ${options.events} has ${MIN_EVENTS} events on items of this bundle after the first ${100 * PAST} % of the log.`,
    );
  }
  const popularity = popularityOf(past, rowOf, bundle.items.length);
  const catalogue = catalogueOf(bundle, options.base ? popularity : null);
  const learner = { catalogue, options: { seed: options.seed, backend: 'wasm' as const } };
  const methods: DeviceMethod[] = [
    popularityMethod(popularity),
    contentKnnMethod(catalogue),
    learnerMethod({ ...learner, name: 'terms', experts: false }),
    learnerMethod({ ...learner, name: 'sidestream', experts: true }),
  ];
  const meter = createMeter();
  meter.start('Shoppers', shoppers.length);
  const results = await evaluateDevice({ shoppers, methods, onProgress: () => meter.advance(1) });
  meter.stop();
  const reference = 'terms';
  const rows = methods.map(({ name }) => methodResult(name, results.get(name) ?? [], results.get(reference) ?? []));
  console.log(`${shoppers.length} shoppers, ${options.base ? 'popularity of the log known' : 'no logs known'}`);
  console.log(reportTable(rows, reference));
  if (options.json) console.log(reportLine(options.base ? 'device' : 'no-base', rows));
}

async function readLog(path: string): Promise<PooledEvent[]> {
  const format = path.endsWith('.csv') ? 'csv' : 'jsonl';
  try {
    const { events, refused } = await readEvents(createReadStream(path, 'utf8'), format);
    if (refused.length > 0) console.error(`${refused.length} fields of the log were refused, their rows left out.`);
    return events;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('catalog/unreadable', `The log cannot be read: ${why}. Check the path.`, { cause });
  }
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

function whole(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return n;
}
