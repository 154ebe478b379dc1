import { invalidInput } from '../../error';
import {
  changeCells,
  changeHeader,
  figureCell,
  figureLabel,
  fixed,
  hundredths,
  markdownTable,
  QUALITY_HEADER,
} from './report-cells';
import type { MethodSummary, ProtocolSummary, TableSummary } from './result-summary';

/**
 * Compares the results of an earlier evaluation and a present one for a method, in Markdown: a line for each figure, table by
 * table, and for the figures of the run outside the tables. A cell is empty if an evaluation lacks the figure.
 * @throws SidestreamError `runtime/invalid-input` if the two have different protocols
 */
export function comparison(before: ProtocolSummary, now: ProtocolSummary, method: string): string {
  if (before.protocol !== now.protocol) {
    throw invalidInput(
      `An evaluation by the protocol ${now.protocol} cannot be compared with one by ${before.protocol}. Give a section of the same protocol.`,
    );
  }
  const lines = now.tables.flatMap((table) => {
    const earlier = before.tables.find(({ name, reference }) => name === table.name && reference === table.reference);
    const cells = [earlier, table].map((one) => cellsOf(method, one));
    const title = table.name === now.protocol ? '' : `${table.name}: `;
    return cells[1].size === 0 ? [] : [...cells[1].keys()].map((what) => [`${title}${what}`, ...pick(cells, what)]);
  });
  const figures = [before, now].map(
    (run) => new Map(Object.entries(run.figures).map(([name, value]) => [name, figureCell(name, value)])),
  );
  // Figures of groups, which have words in their names, are too many to list.
  const single = [...figures[1].keys()].filter((name) => !name.includes(' '));
  return markdownTable(
    [method, 'before', 'now'],
    [...lines, ...single.map((name) => [figureLabel(name), ...pick(figures, name)])],
  );
}

const pick = (cells: readonly ReadonlyMap<string, string>[], name: string): string[] =>
  cells.map((known) => known.get(name) ?? '');

/** Figures of a method in a table by name; empty if the method is missing or is the reference. */
function cellsOf(method: string, table: TableSummary | undefined): Map<string, string> {
  const found = table?.methods.find(({ name }) => name === method);
  if (!table || !found || method === table.reference) return new Map();
  const names = changeHeader(table.reference, table.unit);
  const changes = changeCells(found).map((cell, n): [string, string] => [names[n], cell]);
  return new Map([...qualities(found), ...changes]);
}

const [HR10, NDCG10, , LN_RANK] = QUALITY_HEADER;

const qualities = ({ hr10, ndcg10, lnRank }: MethodSummary): [string, string][] => [
  [HR10, hundredths(hr10)],
  [NDCG10, hundredths(ndcg10)],
  [LN_RANK, fixed(lnRank, 3)],
];
