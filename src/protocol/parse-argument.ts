import * as v from 'valibot';
import { SidestreamError } from '../error';

/**
 * Parses an argument of a public method.
 * @param what the method, for the message
 * @param name of the argument, where the method has several or it is no object
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
  // A field that seems missing is often there under a name that is misspelt.
  const unknown = result.issues.find(({ expected }) => expected === 'never');
  const issue = unknown ?? result.issues[0];
  // What is unknown is named by the message already.
  const keys = issue.path?.slice(0, unknown ? -1 : undefined).map(({ key }) => `${key}`) ?? [];
  const path = [name, ...keys].filter(Boolean).join('.');
  const text = [what, path, issue.message].filter(Boolean).join(': ');
  throw new SidestreamError('runtime/invalid-input', text.endsWith('?') ? text : `${text}.`);
}
