import type { Bar, Figure } from './bars';

const COLUMNS = ['what', 'ratio', 'bar', '', 'before', 'measured'];

/**
 * The bars as a table of text.
 * @param before the bars of the kept result
 */
export function barTable(bars: readonly Bar[], before: readonly Bar[] = []): string {
  const earlier = new Map(before.map(({ name, ratio }) => [name, ratio]));
  const rows = bars.map(({ name, ratio, bar, side, met, measured }) => {
    const old = earlier.get(name);
    return [
      ...[name, ratio.toFixed(2), `${side === 'at least' ? '≥' : '≤'} ${bar}`, met ? 'met' : 'MISSED'],
      ...[old === undefined ? '–' : old.toFixed(2), measured],
    ];
  });
  const widths = COLUMNS.map((_, n) => Math.max(...[COLUMNS, ...rows].map((row) => row[n].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, n) => (n === 1 || n === 4 ? cell.padStart(widths[n]) : cell.padEnd(widths[n])))
      .join('  ')
      .trimEnd();
  return [line(COLUMNS), ...rows.map(line)].join('\n');
}

export const figureLines = (figures: readonly Figure[]): string[] =>
  figures.map(({ name, measured }) => `  ${name}: ${measured}`);
