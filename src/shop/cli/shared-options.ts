import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { localeSchema } from '../../core/catalog/locales';
import { currencySchema } from '../../core/catalog/offers';
import { MODELS_FOLDER } from '../bundler';
import { fitting, fraction, positiveInteger } from './option-parsers';

/** Options that several commands have, in the same words. */

export const modelsOption = (): Option =>
  new Option('--models <folder>', 'where what takes long to learn is kept; learned when missing').default(
    '.cache/models',
  );

export const pastOption = (): Option =>
  new Option('--past <share>', 'share of the log that the shop knows before the shoppers come')
    .argParser(fraction)
    .default(0.6);

/** @param divided what is divided between the processes, as part of a sentence */
export const processesOption = (divided: string): Option =>
  new Option('--processes <n>', `processes at once${divided}`)
    .argParser(positiveInteger)
    .default(availableParallelism(), 'one per processor');

export const encodersOption = (): Option =>
  new Option('--models <folder>', 'folder of the encoders, made by `sidestream encoders add`').default(
    MODELS_FOLDER,
    'models of the package',
  );

export const langOption = (): Option =>
  new Option(
    '--lang <tag>',
    'language of the feed, such as en (default: what the feed says, else what its words are)',
  ).argParser(fitting(localeSchema));

export const mappingOption = (): Option => new Option('--mapping <file>', 'JSON file that maps columns to fields');

export const encodingOption = (): Option =>
  new Option('--encoding <name>', 'of the feed, such as windows-1252; default: the declared one, else UTF-8');

export const refusalsOption = (): Option =>
  new Option('--refusals <file>', 'where to write everything that was refused, one line of JSON each');

export const allowPrivateOption = (): Option =>
  new Option('--allow-private', 'fetch pictures from this machine and from private networks, too');

/** @param more what else is said of it */
export const currencyOption = (more = ''): Option =>
  new Option('--currency <code>', `of the prices, such as EUR${more}`).argParser(fitting(currencySchema));
