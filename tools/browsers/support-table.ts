import type { CheckResult } from './check-result';

const COLUMNS: [string, (result: CheckResult) => string][] = [
  ['version', ({ userAgent }) => versionOf(userAgent)],
  ['WebGPU', ({ webgpu }) => (webgpu ? 'yes' : 'no')],
  ['first list', ({ firstList }) => seconds(firstList)],
  ['click to list', ({ refreshed }) => seconds(refreshed)],
  ['list', ({ source }) => source],
  ['encodes on', ({ encoders }) => encoders ?? 'no'],
  ['product added', ({ added }) => seconds(added)],
  [
    'profile kept / encrypted / moved',
    (result) => [result.kept, result.keptEncrypted, result.moved].map(mark).join(' / '),
  ],
  ['left after forget', ({ left }) => (left === null ? 'not listed' : String(left))],
  ['trouble', ({ failure }) => failure ?? 'none'],
];

/** A Markdown table of what browsers reported; a browser without a report has a row, too. */
export function supportTable(rows: [name: string, result: CheckResult | null][]): string {
  const titles = ['browser', ...COLUMNS.map(([title]) => title)];
  const lines = rows.map(([name, result]) => [
    name,
    ...COLUMNS.map(([, cell], c) => (result ? cell(result) : c === COLUMNS.length - 1 ? 'no report' : '')),
  ]);
  return [titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const mark = (done: boolean): string => (done ? 'yes' : 'no');
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** The most specific name and version: `Firefox/153.0`, `Chrome/156.0.0.0`, `Version/26.4` of Safari's family. */
function versionOf(userAgent: string): string {
  return /(?:Firefox|Edg|HeadlessChrome|Chrome|Version)\/[\d.]+/.exec(userAgent)?.[0] ?? userAgent;
}
