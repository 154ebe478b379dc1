import { round4 } from './result';

/** A Markdown table with aligned columns. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Figures that are shares: 0 to 1 in JSON, percent for people. */
const SHARES = [
  ...['hr5', 'coverage', 'repeats', 'sharedSecond', 'matchedNewHr10', 'matchedOldHr10', 'recall10', 'validationNdcg10'],
  ...['complementHr10', 'loaded', 'topLoaded', 'foremostLoaded'],
];
/** Units of further figures. The name of a group's figure ends with the group's words. */
const UNITS: Readonly<Record<string, string>> = {
  novelty: ', bits',
  popularityBias: ' (−1 to 1)',
  experts: ', ln rank',
  raw: ', bytes',
  gzip: ', bytes',
};

/** The first word of a figure's name, which is independent of the group. */
const kindOf = (name: string): string => name.split(' ', 1)[0];

/** A figure's name as words, with its unit. */
export function figureLabel(name: string): string {
  const kind = kindOf(name);
  const words = name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\b(hr|ndcg)(5|10)\b/g, (_, measure, places) => `${measure.toUpperCase()}@${places}`)
    .replace(/\brecall10\b/, 'Recall@10');
  const ratio = /[a-z]Over[A-Z]/.test(kind) ? ' (ratio)' : '';
  return `${words}${UNITS[kind] ?? (SHARES.includes(kind) ? ', %' : ratio)}`;
}

/** A figure in the unit of its label. */
export const figureCell = (name: string, value: number): string =>
  SHARES.includes(kindOf(name)) ? hundredths(value) : figureText(value);

/** Shown instead of a number without data, such as the quality on new items in a log without any. */
const NONE = '–';

export const figureText = (value: number): string =>
  Number.isNaN(value)
    ? NONE
    : Number.isInteger(value) || Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en')
      : String(round4(value));

export const hundredths = (share: number): string => fixed(100 * share, 2);

export const fixed = (value: number, digits: number): string => (Number.isNaN(value) ? NONE : value.toFixed(digits));

export const signed = (value: number, digits: number): string =>
  Number.isNaN(value) ? NONE : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
