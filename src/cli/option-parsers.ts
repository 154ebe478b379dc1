import { InvalidArgumentError } from 'commander';

/** Parses an option that is a count. @throws InvalidArgumentError unless it is a whole number of 1 or more */
export function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return n;
}

/** Parses an option that is a finite number above 0. @throws InvalidArgumentError for anything else */
export function positiveNumber(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError('must be a number above 0.');
  return n;
}

/** Parses an option that is a share of something. @throws InvalidArgumentError unless it is above 0 and below 1 */
export function fraction(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('must be a number above 0 and below 1.');
  return n;
}
