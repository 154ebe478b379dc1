import * as v from 'valibot';
import { markdownTable } from '../../src/lab/evaluate/report-cells';

/** What a page found out about the browser it ran in; durations in milliseconds. */
export const checkResultSchema = v.object({
  userAgent: v.string(),
  /** Whether WebGPU is there with an adapter. */
  webgpu: v.boolean(),
  /** From navigation to the first card. */
  firstList: v.number(),
  /** Of the taps on a card until the list that knows of it, the median. */
  refreshed: v.number(),
  /** Where the list came from after four choices. */
  source: v.string(),
  /** Backend of the encoders. */
  encoders: v.nullable(v.string()),
  /** Adding a product, encoders loaded for it. */
  added: v.number(),
  /** Whether the profile came back after closing, with encryption at rest and without. */
  kept: v.boolean(),
  keptEncrypted: v.boolean(),
  /** Whether a profile went through a file under a passphrase. */
  moved: v.boolean(),
  /** Databases of ours that were left after `forget()`; null where the browser does not list them. */
  left: v.nullable(v.number()),
  /** The step that failed, and why; null when none did. */
  failure: v.nullable(v.string()),
});

export type CheckResult = v.InferOutput<typeof checkResultSchema>;

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
  const none = [...COLUMNS.slice(1).map(() => ''), 'no report'];
  const cells = rows.map(([name, result]) => [name, ...(result ? COLUMNS.map(([, cell]) => cell(result)) : none)]);
  return markdownTable(titles, cells);
}

const mark = (done: boolean): string => (done ? 'yes' : 'no');
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** The most specific name and version: `Firefox/153.0`, `Chrome/156.0.0.0`, `Version/26.4` of Safari's family. */
function versionOf(userAgent: string): string {
  return /(?:Firefox|Edg|HeadlessChrome|Chrome|Version)\/[\d.]+/.exec(userAgent)?.[0] ?? userAgent;
}
