import * as v from 'valibot';
import { editDistance } from './edit-distance';

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
  const most = name.length > MAX_NAME_LENGTH ? -1 : Math.max(1, MAX_CHANGED_SHARE * name.length);
  const distance = (other: string): number => editDistance(name.toLowerCase(), other.toLowerCase(), most);
  const [nearest] = known.filter((other) => distance(other) <= most).sort((a, b) => distance(a) - distance(b));
  return `Unknown option "${name}". ${nearest ? `Did you mean "${nearest}"?` : `Known options: ${known.join(', ')}`}`;
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
