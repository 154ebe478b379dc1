import { InvalidArgumentError } from 'commander';

/** Reads an option that counts something. @throws InvalidArgumentError unless it is a whole number of 1 or more */
export function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return n;
}
