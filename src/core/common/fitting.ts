import * as v from 'valibot';

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
