import { arch, release, type } from 'node:os';
import { table as aligned } from '../../packages/cli/commands/terminal';
import { markdownTable } from '../../packages/lab/evaluate/report-cells';
import type { Machine } from '../bench/kept';
import { type Check, isSoftware, isWithin, PARTS, type Part, type Run, type Time } from './findings';
import { TOLERANCES } from './parity';

const TITLES: Record<Part, string> = {
  text: 'Text encoder',
  image: 'Image encoder',
};

const SOFTWARE = 'Software adapter: the times say nothing about hardware, only the comparisons count.';

/** Heading and rows of a table. */
type Rows = [heading: string[], rows: string[][]];

const table = (...rows: Rows): string => `${markdownTable(...rows)}\n`;

/** The environment, line by line. */
function machineLines({ host, adapter, started, sizes }: Run, machine: Machine): [string, string][] {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter;
  const named = [description, `vendor ${vendor || '–'}`, `architecture ${architecture || '–'}`, device];
  return [
    ['adapter', named.filter((part) => part !== '').join(', ')],
    ['fallback adapter', isFallbackAdapter === null ? 'not said' : isFallbackAdapter ? 'yes' : 'no'],
    ['WebGPU by', host],
    ['started with', started],
    ['system', `${type()} ${release()}, ${arch()}`],
    ['processor', `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, load ${machine.load}`],
    ['Sidestream', `${machine.sidestream}, ${machine.date}`],
    ['sizes', sizes],
  ];
}

/** The run as text for a terminal. */
export function terminalReport(run: Run, machine: Machine): string {
  const about = machineLines(run, machine).map(([name, value]) => `${name}: ${value}`);
  const parts = partsOf(run).flatMap((part) => [
    `\n${TITLES[part]}\n`,
    aligned(...checkRows(run.checks.filter((check) => check.part === part))),
    '',
    aligned(...timeRows(run.times.filter((time) => time.part === part))),
  ]);
  const software = isSoftware(run.adapter) ? [SOFTWARE] : [];
  return [...about, ...software, ...parts, '', ...run.notes, verdict(run)].join('\n');
}

/** The run as a page of the manual. */
export function markdownReport(run: Run, machine: Machine): string {
  const parts = partsOf(run).flatMap((part) => [
    `## ${TITLES[part]}\n`,
    table(...checkRows(run.checks.filter((check) => check.part === part))),
    table(...timeRows(run.times.filter((time) => time.part === part))),
  ]);
  const tolerances = Object.entries(TOLERANCES).map(([name, { limit, side, why }]) => [name, `${side} ${limit}`, why]);
  return [
    `# WebGPU on ${adapterName(run)}, by ${run.host}\n`,
    ...(isSoftware(run.adapter) ? [`**${SOFTWARE}**\n`] : []),
    `${verdict(run)} Written by \`npm run gpu\`; [WebGPU against wasm](gpu.md) says what is measured.\n`,
    table(['on', ''], machineLines(run, machine)),
    ...parts,
    ...(run.notes.length > 0 ? [`## Notes\n`, ...run.notes.map((note) => `- ${note}`), ''] : []),
    '## Tolerances\n',
    table(['of', 'allowed', 'why'], tolerances),
  ].join('\n');
}

/** Name of the files of a run: `gpu-<runtime>-<adapter>`. */
export const fileStem = (run: Run): string =>
  `gpu-${/^\w+/.exec(run.host)?.[0]}-${adapterName(run)}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The shortest name that tells adapters apart; browsers leave fields empty. */
function adapterName({ adapter: { vendor, architecture, description } }: Run): string {
  const known = /swiftshader|llvmpipe/i.exec(`${architecture} ${description}`)?.[0];
  return known ?? ([vendor, architecture].filter((part) => part !== '').join(' ') || description || 'unknown');
}

const partsOf = ({ checks }: Run): Part[] => PARTS.filter((part) => checks.some((check) => check.part === part));

function verdict(run: Run): string {
  const { checks, failures } = run;
  const missed = checks.filter(({ met }) => !met);
  const within = `${checks.length - missed.length} of ${checks.length} comparisons with wasm are within their tolerance`;
  const why = failures.map(({ part, reason }) => `; not measured: ${TITLES[part]} (${reason.replaceAll('\n', ' ')})`);
  return `${within}${why.join('')}${isWithin(run) ? '.' : ': PARITY IS BROKEN.'}`;
}

const checkRows = (checks: Check[]): Rows => [
  ['WebGPU against wasm', 'measured', 'allowed', ''],
  checks.map(({ name, measured, tolerance, side, met }) => {
    const found = measured === null ? 'not finite' : figure(measured);
    return [name, found, `${side} ${tolerance}`, met ? 'met' : 'MISSED'];
  }),
];

/** Cosines near 1 in full, differences in powers of ten. */
const figure = (value: number): string => (value > 0.9 ? value.toFixed(8) : value === 0 ? '0' : value.toExponential(1));

/** One row per measured time, one column per backend, and the ratio of the first column to the last. */
function timeRows(times: Time[]): Rows {
  const columns = [...new Set(times.map(({ on }) => on))];
  const names = [...new Set(times.map(({ name }) => name))];
  const row = (name: string): string[] => {
    const found = columns.map((on) => times.find((time) => time.name === name && time.on === on)?.milliseconds);
    const [first, last] = [found[0], found.at(-1)];
    const ratio = first === undefined || last === undefined ? '–' : (first / last).toPrecision(2);
    return [name, ...found.map((value) => (value === undefined ? '–' : `${milliseconds(value)} ms`)), ratio];
  };
  return [['time', ...columns, `${columns[0]} / ${columns.at(-1)}`], names.map(row)];
}

const milliseconds = (value: number): string =>
  value < 10 ? value.toFixed(2) : value.toLocaleString('en', { maximumFractionDigits: 0 });
