// Plots the results of the evaluations and benchmarks for README and manual: one SVG per section, and one for each group of speed figures.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { picture } from '../packages/lab/evaluate/page/picture';
import { type KeptResult, parseKept } from '../packages/lab/evaluate/result';
import type { LearnerCatalog } from '../src/device/learner';
import { demoCatalog, PAIRS, traceTurns } from '../testing/returning-shopper';
import { type KeptBench, parseKeptBench } from '../tools/bench/kept';
import { keptExperts, type TracedVisit, turnsPlot } from './plots-learning';
import { barsPlot, devicePlot, driftPlot, type Picture, seriesPlot } from './plots-panels';

const [RESULTS, BENCH, BUNDLE] = ['docs/results/results.json', 'docs/results/bench.json', 'public/bundle'];
const plots: Record<string, (result: KeptResult) => Picture> = {
  device: devicePlot,
  drift: driftPlot,
  'device-onlineretail': devicePlot,
  'drift-onlineretail': driftPlot,
};

const results = parseKept(await readFile(RESULTS, 'utf8'));
for (const [section, plotOf] of Object.entries(plots)) {
  if (!results[section]) {
    console.log(
      `${section}: no result in ${RESULTS}; run \`sidestream evaluate --results <folder> --section ${section}\` first`,
    );
    continue;
  }
  await draw(section, plotOf(results[section]));
}
if (existsSync(BENCH)) await drawSpeed(parseKeptBench(await readFile(BENCH, 'utf8')));
else console.log(`speed: no ${BENCH}; run \`npm run bench -- --keep\` first`);
if (existsSync(BUNDLE)) await drawLearning(await demoCatalog(BUNDLE));
else console.log(`learning: no ${BUNDLE}; run \`npm start -- --bundle-only\` first`);

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

async function draw(name: string, { title, options }: Picture): Promise<void> {
  const file = `docs/${name}.svg`;
  await writeFile(file, `${picture(title, options)}\n`);
  console.log(`${name}: ${file}`);
}
