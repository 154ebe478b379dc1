import { type MethodSummary, round4 } from './result-summary';

/** A table in Markdown, its columns of one width. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Changes of ln rank and of NDCG@10 with their errors, the share made worse, and that beyond error; empty where unknown. */
export function changeCells(method: MethodSummary): string[] {
  const { lnRankChange, se, ndcg10Change, ndcg10Se, worse, worseBeyondError } = method;
  return [
    `${signed(lnRankChange, 3)} ± ${fixed(se, 3)}`,
    `${signed(100 * ndcg10Change, 2)} ± ${hundredths(ndcg10Se)}`,
    `${fixed(100 * worse, 0)} %`,
    worseBeyondError === undefined ? '' : `${fixed(100 * worseBeyondError, 0)} %`,
  ];
}

/** `camelCase` as words. */
export const inWords = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** In place of a number that nothing was counted for, such as the quality on new items where a log has none. */
const NONE = '–';

export const figureText = (value: number): string =>
  Number.isNaN(value)
    ? NONE
    : Number.isInteger(value) || Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en')
      : String(round4(value));

/** A share in percent. */
export const hundredths = (share: number): string => fixed(100 * share, 2);

/** With so many digits. */
export const fixed = (value: number, digits: number): string => (Number.isNaN(value) ? NONE : value.toFixed(digits));

export const signed = (value: number, digits: number): string =>
  Number.isNaN(value) ? NONE : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
