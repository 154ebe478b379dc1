import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import * as v from 'valibot';
import { MIN_SUPPORT } from '../../../src/core/catalog';
import { encodingSchema } from '../../../src/core/catalog/feed';
import { localeSchema } from '../../../src/core/catalog/locales';
import { currencySchema } from '../../../src/core/catalog/offers';
import { MODELS_FOLDER } from '../../encoders/hub';
import type { LocaleFeed } from '../bundler';

/** Parser of a number. @param what it must be, for the message of an error */
export const numberThat =
  (holds: (n: number) => boolean, what: string, read: (text: string) => number = Number) =>
  (text: string): number => {
    const n = read(text);
    if (holds(n)) return n;
    throw new InvalidArgumentError(what);
  };

const isPositive = (n: number): boolean => n > 0 && n < Number.POSITIVE_INFINITY;

export const positiveInteger = numberThat((n) => Number.isInteger(n) && n >= 1, 'must be a whole number, 1 or more.');
/** From 3 on: a bundle is public, and fewer orders would tell what one shopper bought. */
export const orderCount = numberThat(
  (n) => Number.isInteger(n) && n >= MIN_SUPPORT,
  `must be a whole number, ${MIN_SUPPORT} or more.`,
);
export const positiveNumber = numberThat(isPositive, 'must be a number above 0.');

const UNITS = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Parses `4GB` or `800MB`. */
export function byteSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]B)?$/i.exec(text.trim()) ?? [];
  const size = Number(number) * UNITS[unit.toUpperCase() as keyof typeof UNITS];
  if (size > 0) return size;
  throw new InvalidArgumentError('must be a size such as 4GB or 800MB.');
}

/** `3%` is 0.03; NaN if it is not a number. */
const numberOrPercentage = (text: string): number =>
  /^[\d.]+ ?%$/.test(text.trim()) ? Number(text.replace('%', '')) / 100 : Number(text);

export const positiveValue = numberThat(
  isPositive,
  'must be a number above 0, or a percentage such as 3%.',
  numberOrPercentage,
);
export const fraction = numberThat(
  (n) => n > 0 && n < 1,
  'must be a number above 0 and below 1, or a percentage such as 3%.',
  numberOrPercentage,
);

export const fitting =
  (schema: v.GenericSchema<string>) =>
  (text: string): string => {
    const result = v.safeParse(schema, text);
    if (result.success) return result.output;
    throw new InvalidArgumentError(`${result.issues[0].message}.`);
  };

const LANGUAGES = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** A tag of a language that is known: "deutsch" has the form of one. */
export const languageTag = fitting(
  v.pipe(
    localeSchema,
    v.check(
      (tag) => LANGUAGES.of(new Intl.Locale(tag).language) !== undefined,
      'must begin with the code of a language, as "de" and "pt-BR" do',
    ),
  ),
);

/** Parses `de=feed-de.xml` and appends it to earlier ones; several feeds of one language are read as one. */
export function localeFeed(text: string, before: readonly LocaleFeed[] = []): LocaleFeed[] {
  const [name, ...rest] = text.split('=');
  const feed = rest.join('=');
  if (feed === '') throw new InvalidArgumentError('must be a language and its feed, such as de=feed-de.xml.');
  const tag = languageTag(name);
  const known = before.find((other) => other.tag === tag);
  const others = before.filter((other) => other.tag !== tag);
  return [...others, { tag, feed: [...(known?.feed ?? []), feed] }];
}

/** The treatment's share of the visitors, by the days from which each share applied. */
export interface ShareStage {
  /** First day; null for the beginning. */
  from: string | null;
  share: number;
}

/** Parses `5%` or `0.05`, or `5%,2026-03-16=50%` if the share was raised on a day. */
export function shareStages(text: string): ShareStage[] {
  return text.split(',').map((part, at, parts): ShareStage => {
    const [, from = null, number] = /^(?:(\d{4}-\d\d-\d\d)=)?([\d.]+%?)$/.exec(part.trim()) ?? [];
    const share = numberOrPercentage(number ?? '');
    const ordered = at === 0 ? from === null : from !== null && (at === 1 || from > parts[at - 1].trim());
    if (share > 0 && share < 1 && ordered) return { from, share };
    throw new InvalidArgumentError('must be like 5%, or 5%,2026-03-16=50% if it was raised on that day.');
  });
}

/** The words of a command line that give these options; undefined ones are left out. */
export const optionWords = (
  options: Record<string, string | number | readonly (string | number)[] | undefined>,
): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, ...[value].flat().map(String)],
  );

/** Options that several commands share. */

export const modelsOption = () =>
  new Option('--models <folder>', 'folder for models that take long to train; missing ones are trained').default(
    '.cache/models',
  );

export const pastOption = () =>
  new Option('--past <share>', 'share of the log that the shop knows before the shoppers come')
    .argParser(fraction)
    .default(0.6);

/** @param divided the work that is divided between the processes, as part of a sentence */
export const processesOption = (divided: string) =>
  new Option('--processes <n>', `number of processes${divided}`)
    .argParser(positiveInteger)
    .default(availableParallelism(), 'one per processor');

export const encodersOption = () =>
  new Option('--models <folder>', 'folder of the encoders, built by `sidestream encoders add`').default(
    MODELS_FOLDER,
    'models of the package',
  );

export const langOption = () =>
  new Option(
    '--lang <tag>',
    'language of the feed, such as en (default: as the feed states, otherwise detected from its words)',
  ).argParser(languageTag);

export const mappingOption = () => new Option('--mapping <file>', 'JSON file that maps columns to fields');

export const encodingOption = () =>
  new Option(
    '--encoding <name>',
    'encoding of the feed, such as windows-1252; default: the declared one, otherwise UTF-8, or windows-1252 if it is not UTF-8',
  ).argParser(fitting(encodingSchema));

export const jsonOption = () => new Option('--json', 'print the result as one line of JSON, last');

export const refusalsOption = () =>
  new Option('--refusals <file>', 'file for everything that was refused, one line of JSON each');

export const allowPrivateOption = () =>
  new Option('--allow-private', 'also fetch pictures from this machine and from private networks');

/** @param more continuation of the description */
export const currencyOption = (more = '') =>
  new Option('--currency <code>', `currency of the prices, such as EUR${more}`).argParser(fitting(currencySchema));
