import * as v from 'valibot';
import { INEXACT_ID, isExactId } from './exact-id';

/** As spreadsheets write a long number, which they have rounded: `1.23457E+15`. */
const ROUNDED = /^-?\d+([.,]\d+)?E\+\d+$/i;
/** As exports write a value that they lack: all of them would be one shopper, or one item. */
const ABSENT = /^(NaN|nan|null|NULL|undefined)$/;

/** The id of a shopper, an item or an order in a file: a text of 1 to 256 characters, or a whole number up to 2^53 - 1. */
export const idSchema = v.pipe(
  v.union([v.string(), v.number()], 'must be a text or a number'),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): string => {
    const refuse = (message: string): never => {
      addIssue({ message });
      return NEVER;
    };
    if (typeof value === 'number') return isExactId(value) ? String(value) : refuse(INEXACT_ID);
    const text = value.trim();
    if (text === '') return refuse('is empty');
    if (text.length > 256) return refuse('must be at most 256 characters');
    if (ABSENT.test(text)) return refuse(`is “${text}”, which stands for a value that is missing`);
    if (ROUNDED.test(text)) {
      return refuse(`is ${text}, a number that a spreadsheet has rounded; export the column as text`);
    }
    return text;
  }),
);
