import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { MODELS_FOLDER } from '../build';
import { fraction, positiveInteger } from './option-parsers';

/** Options that several commands have, in the same words. */

export const modelsOption = (): Option =>
  new Option('--models <folder>', 'where base models of the past are kept; trained when missing').default(
    '.cache/base-models',
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
