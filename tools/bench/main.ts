/**
 * `npm run bench -- [area …] [--json] [--keep]`: measures Sidestream and its peers, area by area, each in a separate
 * process; `movielens`, which needs its data and many minutes, only if it is named. Prints the bars as a table, and their differences
 * from the kept results. `--json` ends with one line for programs; `--keep` writes the results of these areas into docs/results
 * (bench.json, BENCH.md). A missed bar makes the exit status 1. `find` and `visits` also measure bundles (`--catalog <folder>`, repeatable),
 * and `find` the pictures of the first one (`--images <folder>`) and the log of the last one (`--events <file>`). `size` measures synthetic
 * shops of some sizes (`--products 776,20000,100000`), with a side model and co-occurrence (`--log`).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { invalidInput } from '../../src/error';
import { type Area, format, type KeptArea, type KeptBench, machine, parseKeptBench, parseMeasured } from './kept';
import { barTable, benchPage } from './report';

/** The areas by name; the process that measures an area loads it. */
const AREAS = {
  scoring: async () => (await import('./areas/scoring')).area,
  encoding: async () => (await import('./areas/encoding')).area,
  find: async () => (await import('./areas/find')).area,
  start: async () => (await import('./areas/start')).area,
  visits: async () => (await import('./areas/visits')).area,
  aging: async () => (await import('./areas/aging')).area,
  lists: async () => (await import('./areas/lists')).area,
  studio: async () => (await import('./areas/studio')).area,
  size: async () => (await import('./areas/size')).area,
  offline: async () => (await import('./areas/offline')).area,
  returning: async () => (await import('./areas/returning')).area,
  movielens: async () => (await import('./areas/movielens')).area,
} as const satisfies Record<string, () => Promise<Area>>;
type AreaName = keyof typeof AREAS;

/** Areas that are measured only if they are named: they need data outside the project, or many minutes. */
const ON_REQUEST: readonly AreaName[] = ['movielens'];
const isAreaName = (name: string): name is AreaName => Object.hasOwn(AREAS, name);

const KEPT = fileURLToPath(new URL('../../docs/results/bench.json', import.meta.url));

const PAGE = fileURLToPath(new URL('../../docs/results/BENCH.md', import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    catalog: { type: 'string', multiple: true },
    events: { type: 'string' },
    images: { type: 'string' },
    products: { type: 'string' },
    log: { type: 'boolean', default: false },
    /** File for the result of a process that measures one area. */
    out: { type: 'string' },
  },
});

if (options.out === undefined) await all(areasOf(positionals));
else await one(areasOf(positionals)[0], options.out);

function areasOf(names: string[]): AreaName[] {
  const wrong = names.find((name) => !isAreaName(name));
  if (wrong !== undefined) {
    throw invalidInput(`There is no area ${wrong}; give any of ${Object.keys(AREAS).join(', ')}, or none for all.`);
  }
  if (names.length > 0) return names.filter(isAreaName);
  return Object.keys(AREAS)
    .filter(isAreaName)
    .filter((name) => !ON_REQUEST.includes(name));
}

async function one(name: AreaName, out: string): Promise<void> {
  const area = await AREAS[name]();
  const result = await area.measure((line) => console.error(`${name}: ${line}`), options);
  writeFileSync(out, JSON.stringify({ title: area.title, ...result }));
  // Browsers, workers and sockets of peers may still be open.
  process.exit(0);
}

async function all(names: AreaName[]): Promise<void> {
  const kept = existsSync(KEPT) ? parseKeptBench(readFileSync(KEPT, 'utf8')) : {};
  const found: KeptBench = {};
  const failed: string[] = [];
  for (const name of names) {
    const before = machine();
    const result = await measured(name);
    if (!result) {
      failed.push(name);
      continue;
    }
    found[name] = { ...result, machine: before };
    console.log(`\n${result.title} (load ${before.load})\n\n${barTable(result.bars, kept[name]?.bars)}`);
    for (const figure of result.figures) console.log(`  ${figure.name}: ${figure.measured}`);
    if (options.keep) keep({ ...kept, ...found });
  }
  const bars = Object.values(found).flatMap((area) => area.bars);
  const missed = bars.filter(({ met }) => !met);
  console.log(
    `\n${bars.length - missed.length} of ${bars.length} bars met${missed.length > 0 ? `; missed: ${missed.map(({ name }) => name).join('; ')}` : ''}`,
  );
  if (failed.length > 0) console.log(`not measured, see the errors above: ${failed.join(', ')}`);
  if (missed.length > 0 || failed.length > 0) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify({ bars, machine: machine(), failed }));
}

/** Areas appear in the order of their list, whichever was measured first. */
function keep(areas: KeptBench): void {
  const ordered = Object.fromEntries(Object.keys(AREAS).flatMap((name) => (areas[name] ? [[name, areas[name]]] : [])));
  writeFileSync(KEPT, `${JSON.stringify(ordered, null, 2)}\n`);
  writeFileSync(PAGE, `${benchPage(ordered)}\n`);
  format(KEPT, PAGE);
}

/** @returns null if the process failed; it has printed the reason */
async function measured(name: AreaName): Promise<Omit<KeptArea, 'machine'> | null> {
  const folder = mkdtempSync(join(tmpdir(), 'sidestream-bench-'));
  const file = join(folder, 'result.json');
  try {
    const { catalog = [], events, images, products, log } = options;
    const given = [
      ...catalog.flatMap((folder) => ['--catalog', folder]),
      ...(events ? ['--events', events] : []),
      ...(images ? ['--images', images] : []),
      ...(products ? ['--products', products] : []),
      ...(log ? ['--log'] : []),
    ];
    const args = [...process.execArgv, '--expose-gc', fileURLToPath(import.meta.url), name, ...given, '--out', file];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 2] });
    await new Promise((resolve) => child.once('exit', resolve));
    return existsSync(file) ? parseMeasured(readFileSync(file, 'utf8')) : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
