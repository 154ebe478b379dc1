import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import type { LocaleFeed } from '../build';
import { localeSchema } from '../catalog/locales';

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

/** Parser of an option's value by a schema. @throws InvalidArgumentError with the schema's message */
export const fitting =
  (schema: v.GenericSchema<string>) =>
  (text: string): string => {
    const result = v.safeParse(schema, text);
    if (result.success) return result.output;
    throw new InvalidArgumentError(`${result.issues[0].message}.`);
  };

/**
 * Parses `de=feed-de.xml`, after those before it; several feeds of one language are read as one.
 * @throws InvalidArgumentError without a language tag, or a feed
 */
export function localeFeed(text: string, before: readonly LocaleFeed[] = []): LocaleFeed[] {
  const [name, ...rest] = text.split('=');
  const feed = rest.join('=');
  if (feed === '') throw new InvalidArgumentError('must be a language and its feed, such as de=feed-de.xml.');
  const tag = fitting(localeSchema)(name);
  const known = before.find((other) => other.tag === tag);
  const others = before.filter((other) => other.tag !== tag);
  return [...others, { tag, feed: [...(known?.feed ?? []), feed] }];
}
