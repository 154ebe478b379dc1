import { table } from '../../packages/cli/commands/terminal';
import { markdownTable } from '../../packages/lab/evaluate/report-cells';
import type { Bar, KeptArea, KeptBench, Machine } from './kept';

const boundOf = ({ ratio, bar, side }: Bar): string[] => [
  ratio.toFixed(2),
  `${side === 'at least' ? '≥' : '≤'} ${bar}`,
];

/** The bars as a table of text. @param before the bars of the kept result */
export function barTable(bars: readonly Bar[], before: readonly Bar[] = []): string {
  const earlier = new Map(before.map(({ name, ratio }) => [name, ratio.toFixed(2)]));
  const rows = bars.map((bar) => {
    const { name, met, measured } = bar;
    return [name, ...boundOf(bar), met ? 'met' : 'MISSED', earlier.get(name) ?? '–', measured];
  });
  return table(['what', 'ratio', 'bar', '', 'before', 'measured'], rows);
}

const HEAD = `# Speed, measured

Made by \`npm run bench -- --keep\`, which measures every figure and its peers in the same run. [Speed](speed.md) says what
they mean.`;

/** The kept results as a page of the manual, in Markdown. */
export const benchPage = (areas: KeptBench): string =>
  [HEAD, ...Object.entries(areas).flatMap(([name, area]) => areaSection(name, area))].join('\n\n');

function areaSection(name: string, { title, machine, bars, figures }: KeptArea): string[] {
  const rows = bars.map((bar) => [bar.name, ...boundOf(bar), bar.met ? 'met' : '**missed**', bar.measured]);
  const list = figures.map((figure) => `- ${figure.name}: ${figure.measured}`).join('\n');
  return [
    `## ${title}`,
    `${inWords(machine)}; \`npm run bench -- ${name}\``,
    markdownTable(['what', 'ratio', 'bar', '', 'measured'], rows),
    ...(list === '' ? [] : [list]),
  ];
}

const inWords = ({ date, cores, processor, memoryGiB, load, node, sidestream }: Machine): string =>
  `${date}, ${cores} cores (${processor}), ${memoryGiB} GiB, load ${load} before it, Node ${node}, Sidestream ${sidestream}`;
