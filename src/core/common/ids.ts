import * as v from 'valibot';

/** Why a number is refused as an id. */
export const INEXACT_ID =
  'is a number that is not kept exactly, so different ids may become the same; write the id in quotes, as a text';

/**
 * Whether a number identifies exactly one id: a whole number up to 2^53 - 1. Larger numbers and fractions can be equal
 * although they are written differently, and -0 becomes 0.
 */
export const isExactId = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);

/** A long number that a spreadsheet has rounded: `1.23457E+15`. */
const ROUNDED = /^-?\d+([.,]\d+)?E\+\d+$/i;
/** Texts that exports write for a missing value: all such rows would become one shopper, or one item. */
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
    if (ABSENT.test(text)) return refuse(`is “${text}”, which stands for a missing value`);
    if (ROUNDED.test(text)) {
      return refuse(`is ${text}, a number that a spreadsheet has rounded; export the column as text`);
    }
    return text;
  }),
);
