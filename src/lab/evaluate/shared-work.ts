import * as v from 'valibot';
import { invalidInput, type SidestreamError } from '../../error';

/** Reads JSON of some form. @param refuse the error for a fault, such as `tables.0.name: Expected string` */
export function parseJson<T>(
  schema: v.GenericSchema<unknown, T>,
  text: string,
  refuse: (fault: string) => SidestreamError,
): T {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(undefined, 'it is not JSON'), schema), text);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  throw refuse(path === null ? issue.message : `${path}: ${issue.message}`);
}

/**
 * Reads the text that a part of an evaluation wrote for another process.
 * @throws SidestreamError `runtime/invalid-input` if it is something else
 */
export const parsePart = <T>(schema: v.GenericSchema<unknown, T>, text: string): T =>
  parseJson(schema, text, unusablePart);

/** The error of a part that cannot be used. @param why the rest of a sentence */
export const unusablePart = (why: string): SidestreamError =>
  invalidInput(`A part of the evaluation cannot be used: ${why}. Evaluate again.`);
