import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { localeSchema } from '../../core/catalog/locales';
import { currencySchema } from '../../core/catalog/offers';
import { MODELS_FOLDER } from '../bundler';
import { fitting, fraction, positiveInteger } from './option-parsers';

/** Options that several commands share. */

export const modelsOption = (): Option =>
  new Option('--models <folder>', 'folder for models that take long to train; missing ones are trained').default(
    '.cache/models',
  );

export const pastOption = (): Option =>
  new Option('--past <share>', 'share of the log that the shop knows before the shoppers come')
    .argParser(fraction)
    .default(0.6);

/** @param divided the work that is divided between the processes, as part of a sentence */
export const processesOption = (divided: string): Option =>
  new Option('--processes <n>', `number of processes${divided}`)
    .argParser(positiveInteger)
    .default(availableParallelism(), 'one per processor');

export const encodersOption = (): Option =>
  new Option('--models <folder>', 'folder of the encoders, built by `sidestream encoders add`').default(
    MODELS_FOLDER,
    'models of the package',
  );

export const langOption = (): Option =>
  new Option(
    '--lang <tag>',
    'language of the feed, such as en (default: as the feed states, otherwise detected from its words)',
  ).argParser(fitting(localeSchema));

export const mappingOption = (): Option => new Option('--mapping <file>', 'JSON file that maps columns to fields');

export const encodingOption = (): Option =>
  new Option(
    '--encoding <name>',
    'encoding of the feed, such as windows-1252; default: the declared one, otherwise UTF-8',
  );

export const refusalsOption = (): Option =>
  new Option('--refusals <file>', 'file for everything that was refused, one line of JSON each');

export const allowPrivateOption = (): Option =>
  new Option('--allow-private', 'also fetch pictures from this machine and from private networks');

/** @param more continuation of the description */
export const currencyOption = (more = ''): Option =>
  new Option('--currency <code>', `currency of the prices, such as EUR${more}`).argParser(fitting(currencySchema));
