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
    `${signed(lnRankChange, 3)} ± ${se.toFixed(3)}`,
    `${signed(100 * ndcg10Change, 2)} ± ${(100 * ndcg10Se).toFixed(2)}`,
    `${Math.round(100 * worse)} %`,
    worseBeyondError === undefined ? '' : `${Math.round(100 * worseBeyondError)} %`,
  ];
}

/** `camelCase` as words. */
export const inWords = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const figureText = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(round4(value));

/** A share in percent. */
export const hundredths = (share: number): string => (100 * share).toFixed(2);

export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
