import * as v from 'valibot';

/** Maximum length of a compared name, characters. */
const MAX_NAME_LENGTH = 40;
/** Maximum number of changed letters in a suggested name, as a share of the name's length. */
const MAX_CHANGED_SHARE = 0.4;

/**
 * An object schema that rejects unknown names and suggests a known one: a misspelt option would otherwise go unnoticed.
 */
export const exactObject = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, input, message }) => {
    if (expected === 'never') return unknownName(String(input), Object.keys(entries));
    return input === undefined ? 'is missing' : message;
  });

/** @param known at least one */
function unknownName(name: string, known: readonly string[]): string {
  const [nearest] = known.toSorted((a, b) => distance(name, a) - distance(name, b));
  const near = distance(name, nearest) <= Math.max(1, MAX_CHANGED_SHARE * name.length);
  return `Unknown option "${name}". ${near ? `Did you mean "${nearest}"?` : `Known options: ${known.join(', ')}`}`;
}

/** Levenshtein distance: letters to insert, delete or replace to turn one name into the other, ignoring case. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a.length > MAX_NAME_LENGTH) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + Number(a[i] !== b[j])));
    row = next;
  }
  return row[b.length];
}

/**
 * A value that fits a schema, as the schema gives it.
 * @param unfit creates the error for an unfit value from the reason
 * @param item place of the item in the path of a fault, so that its id can be named
 */
export function fitting<S extends v.GenericSchema<unknown, unknown>>(
  schema: S,
  value: unknown,
  unfit: (what: string) => Error,
  item?: number,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const row: unknown = item === undefined ? null : issue.path?.[item]?.value;
  const id = typeof row === 'object' && row !== null && 'id' in row ? ` (item ${JSON.stringify(row.id)})` : '';
  throw unfit(`${v.getDotPath(issue) ?? 'file'}${id}: ${issue.message}`);
}
