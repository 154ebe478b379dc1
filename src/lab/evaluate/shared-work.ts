import * as v from 'valibot';
import { fitting } from '../../core/common/schema';
import { invalidInput, type SidestreamError } from '../../error';

/** Reads JSON of some form. @param refuse the error for a fault, such as `tables.0.name: Expected string` */
export const parseJson = <T>(
  schema: v.GenericSchema<unknown, T>,
  text: string,
  refuse: (fault: string) => SidestreamError,
): T => fitting(v.pipe(v.string(), v.parseJson(undefined, 'it is not JSON'), schema), text, refuse);

/**
 * Reads the text that a part of an evaluation wrote for another process.
 * @throws SidestreamError `runtime/invalid-input` if it is something else
 */
export const parsePart = <T>(schema: v.GenericSchema<unknown, T>, text: string): T =>
  parseJson(schema, text, unusablePart);

/** The error of a part that cannot be used. @param why the rest of a sentence */
export const unusablePart = (why: string): SidestreamError =>
  invalidInput(`A part of the evaluation cannot be used: ${why}. Evaluate again.`);
