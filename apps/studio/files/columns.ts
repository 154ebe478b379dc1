import { columnsOf, type LogColumns } from '../../../packages/shop/logs';
import { fileText, jsonLines, namedFields, peekText, separatorOf, tableRows } from '../../../src/core/catalog/feed';
import { bytesOf, gunzip } from './gunzip';

/** Longest line of JSON whose keys are read. */
const MAX_LINE = 100_000;

/** The columns of a table, or the keys of the first object; none of any other file. */
export async function columnsIn(file: File): Promise<string[]> {
  const { head, all } = await peekText(
    fileText(
      file.name,
      bytesOf(file, () => {}),
      gunzip,
    ),
  );
  const start = head.trimStart();
  if (start.startsWith('{')) {
    for await (const row of jsonLines(all, MAX_LINE)) return 'data' in row ? Object.keys(row.data) : [];
  }
  const separator = separatorOf(start);
  if (separator === null || /^[<[{]/.test(start)) return [];
  for await (const { cells } of tableRows(all, { separator }))
    return cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  return [];
}

/** The columns by field. */
export type Columns = Readonly<Partial<Record<string, string>>>;

/** The columns of a catalogue that are found by their names. */
export const foundInCatalog = (columns: readonly string[]): Columns =>
  Object.fromEntries(
    // Where each value is the name of its column, each field is.
    Object.entries(namedFields('columns', Object.fromEntries(columns.map((name) => [name, name])), {})).flatMap(
      ([field, column]) => (typeof column === 'string' ? [[field, column]] : []),
    ),
  );

/** The columns of a log that are found by their names. */
export const foundInLog = (columns: readonly string[]): LogColumns =>
  Object.fromEntries(columnsOf(columns).flatMap((field, n) => (field === null ? [] : [[field, columns[n]]])));
