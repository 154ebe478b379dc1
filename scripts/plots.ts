// Draws what the evaluations found: one SVG per section of the results, for README and manual.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { init } from 'echarts';
import { type KeptResult, parseKept } from '../src/evaluate';
import { devicePlot, driftPlot, pooledPlot } from './plots-methods';
import type { Plot } from './plots-panels';

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: 'docs/results/results.json' },
    out: { type: 'string', default: 'docs' },
  },
});
const plots: Record<string, (result: KeptResult) => Plot> = {
  ...{ pooled: pooledPlot, device: devicePlot, drift: driftPlot },
  ...{ 'device-onlineretail': devicePlot, 'drift-onlineretail': driftPlot },
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
  const { title, width, height, option } = plotOf(results[section]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const file = join(options.out, `${section}.svg`);
  await writeFile(file, `${still(chart.renderToSVGString(), title)}\n`);
  chart.dispose();
  console.log(`${section}: ${file}`);
}

/** A picture with a title, and without what happens under a pointer. */
function still(svg: string, title: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>\n?/, '')
    .replace(/ (class|pointer-events)="[^"]*"/g, '')
    .replace('<svg', '<svg role="img" aria-labelledby="title"')
    .replace('>', `>\n<title id="title">${title}</title>`);
}
