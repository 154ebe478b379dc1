import * as v from 'valibot';
import { markdownTable } from '../../packages/lab/evaluate/report-cells';

/** A page's findings about its browser; durations in milliseconds. */
export const checkResultSchema = v.object({
  userAgent: v.string(),
  /** Whether WebGPU is available with an adapter. */
  webgpu: v.boolean(),
  /** From navigation to the first card. */
  firstList: v.number(),
  /** Median time from a tap on a card to a list that reflects it. */
  refreshed: v.number(),
  /** Source of the list after four choices. */
  source: v.string(),
  /** Backend of the encoders. */
  encoders: v.nullable(v.string()),
  /** Adding a product, including loading the encoders. */
  added: v.number(),
  /** Whether the profile was restored after closing, with encryption at rest and without. */
  kept: v.boolean(),
  keptEncrypted: v.boolean(),
  /** Whether a profile survived export and import under a passphrase. */
  moved: v.boolean(),
  /** Our databases that remained after `profile.forget()`; null if the browser does not list databases. */
  left: v.nullable(v.number()),
  /** Encoding a small catalogue in Studio; null if the browser lacks what Studio needs, or it was not reached. */
  studio: v.nullable(v.number()),
  /** Bytes of the zip that Studio gives; null if it was not reached. */
  zip: v.nullable(v.number()),
  /** The failed step, and why; null if none failed. */
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
  ['Studio encodes', ({ studio }) => (studio === null ? 'no' : seconds(studio))],
  ['zip of Studio', ({ zip }) => (zip === null ? 'no' : `${(zip / 1e6).toFixed(1)} MB`)],
  ['trouble', ({ failure }) => failure ?? 'none'],
];

/** A Markdown table of the browsers' reports; a browser without a report also has a row. */
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
