import * as v from 'valibot';
import { SidestreamError } from '../../error';

/**
 * Reads the text that a part of an evaluation wrote for another process.
 * @throws SidestreamError `runtime/invalid-input` if it is something else
 */
export function parsePart<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw unusablePart(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

/** The error of a part that cannot be used. @param why the rest of a sentence */
export const unusablePart = (why: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `A part of the evaluation cannot be used: ${why}. Evaluate again.`);
