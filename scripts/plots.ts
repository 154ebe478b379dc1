// Plots the results of the evaluations and benchmarks for README and manual: one SVG per section, and one for each group of speed figures.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LearnerCatalog } from '../src/device/learner';
import { type KeptResult, parseKept } from '../src/lab/evaluate';
import { picture } from '../src/lab/evaluate/page';
import { demoCatalog, PAIRS, traceTurns } from '../src/testing/returning-shopper';
import { type KeptBench, parseKeptBench } from '../tools/bench/kept';
import { keptExperts, type TracedVisit, turnsPlot } from './plots-learning';
import { barsPlot, devicePlot, driftPlot, type Picture, seriesPlot } from './plots-panels';

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: 'docs/results/results.json' },
    bench: { type: 'string', default: 'docs/results/bench.json' },
    bundle: { type: 'string', default: 'public/bundle' },
    out: { type: 'string', default: 'docs' },
  },
});
const plots: Record<string, (result: KeptResult) => Picture> = {
  device: devicePlot,
  drift: driftPlot,
  'device-onlineretail': devicePlot,
  'drift-onlineretail': driftPlot,
};

const results = parseKept(await readFile(options.results, 'utf8'));
await mkdir(options.out, { recursive: true });
for (const [section, plotOf] of Object.entries(plots)) {
  if (!results[section]) {
    console.log(
      `${section}: no result in ${options.results}; run \`sidestream evaluate --results <folder> --section ${section}\` first`,
    );
    continue;
  }
  await draw(section, plotOf(results[section]));
}
if (existsSync(options.bench)) await drawSpeed(parseKeptBench(await readFile(options.bench, 'utf8')));
else console.log(`speed: no ${options.bench}; run \`npm run bench -- --keep\` first`);
if (existsSync(options.bundle)) await drawLearning(await demoCatalog(options.bundle));
else console.log(`learning: no ${options.bundle}; run \`npm start -- --bundle-only\` first`);

/** Every change from one category of the demo shop to another, and back. */
async function drawLearning(catalog: LearnerCatalog): Promise<void> {
  const visits = PAIRS.map((pair): TracedVisit => {
    const visit = { kinds: pair, choices: [15, 15, 15] } as const;
    return {
      ...visit,
      steps: traceTurns(catalog, visit),
      withoutExperts: traceTurns(catalog, visit, { experts: false }),
    };
  });
  await draw('learning', turnsPlot(visits, visits.find(keptExperts) ?? visits[0]));
}

async function drawSpeed(areas: KeptBench): Promise<void> {
  await draw('speed', barsPlot(Object.values(areas)));
  for (const [name, area] of Object.entries(areas)) {
    const plot = seriesPlot(area);
    if (plot) await draw(`speed-${name}`, plot);
  }
}

async function draw(name: string, { title, options: drawn }: Picture): Promise<void> {
  const file = join(options.out, `${name}.svg`);
  await writeFile(file, `${picture(title, drawn)}\n`);
  console.log(`${name}: ${file}`);
}
