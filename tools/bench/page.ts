import type { Bar } from './bars';
import type { KeptArea, KeptBench, Machine } from './kept';

const HEAD = `# Speed, measured

Made by \`npm run bench -- --keep\`, which measures every figure and its peers in the same run. [Speed](speed.md) says what
they mean.`;

/** The kept results as a page of the manual, in Markdown. */
export const benchPage = (areas: KeptBench): string =>
  [HEAD, ...Object.entries(areas).map(([name, area]) => areaSection(name, area))].join('\n\n');

function areaSection(name: string, { title, machine, bars, figures }: KeptArea): string {
  const table = markdownTable(['what', 'ratio', 'bar', '', 'measured'], bars.map(barCells));
  const list = figures.map((figure) => `- ${figure.name}: ${figure.measured}`).join('\n');
  return [
    `## ${title}`,
    `${inWords(machine)}; \`npm run bench -- ${name}\``,
    table,
    ...(list === '' ? [] : [list]),
  ].join('\n\n');
}

const barCells = ({ name, ratio, bar, side, met, measured }: Bar): string[] => [
  ...[name, ratio.toFixed(2), `${side === 'at least' ? '≥' : '≤'} ${bar}`, met ? 'met' : '**missed**', measured],
];

const inWords = ({ date, cores, processor, memoryGiB, load, node, sidestream }: Machine): string =>
  `${date}, ${cores} cores (${processor}), ${memoryGiB} GiB, load ${load} before it, Node ${node}, Sidestream ${sidestream}`;

function markdownTable(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
