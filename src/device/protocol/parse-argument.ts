import * as v from 'valibot';
import { SidestreamError } from '../../error';

/**
 * Parses an argument of a public method.
 * @param what name of the method, for the message
 * @param name of the argument, if the method has several or it is not an object
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
  name = '',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  // Unknown names first: a field that seems missing is often misspelt.
  const unknown = result.issues.find(({ expected }) => expected === 'never');
  const issue = unknown ?? result.issues[0];
  // The message names the unknown field already.
  const keys = issue.path?.slice(0, unknown ? -1 : undefined).map(({ key }) => `${key}`) ?? [];
  const path = [name, ...keys].filter(Boolean).join('.');
  const text = [what, path, issue.message].filter(Boolean).join(': ');
  throw new SidestreamError('runtime/invalid-input', text.endsWith('?') ? text : `${text}.`);
}
