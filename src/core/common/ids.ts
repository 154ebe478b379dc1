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

/** A string, a bracket or a number. The characters in between do not matter for numbers. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\]]|-?\d[\d.eE+-]*/g;

/**
 * The numbers of an object as written in its JSON, by key, without the numbers of nested values. `JSON.parse` rounds them:
 * 1.00000000000000001 becomes 1.
 * @param text JSON of one object that `JSON.parse` reads
 */
function writtenNumbers(text: string): Map<string, string> {
  const numbers = new Map<string, string>();
  let depth = 0;
  let key = '""';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth !== 1) continue;
    // The last text before a number is its key.
    else if (token.startsWith('"')) key = token;
    else numbers.set(JSON.parse(key), token);
  }
  return numbers;
}

/** Whether a number may have been rounded when it was read: it is written with a fraction other than zero, or with an exponent. */
const ROUNDABLE = /[eE]|\.0*[1-9]/;

/**
 * The id in a key of a JSON object; a number that is not written as an integer becomes infinite, which no schema of ids
 * accepts.
 */
export function writtenId(text: string, key: string, value: unknown): unknown {
  if (typeof value !== 'number' || !/\d[.eE]/.test(text)) return value;
  return ROUNDABLE.test(writtenNumbers(text).get(key) ?? '') ? Number.POSITIVE_INFINITY : value;
}
