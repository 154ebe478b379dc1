import { Command, Option } from 'commander';
import { counted } from '../../core/common/text';
import { createMeter, openFolder } from '../bundler';
import { type Prepared, type PrepareRequest, prepareLog } from '../logs/node';
import { concludeRefused, REFUSED_HELP } from './event-file';
import { byteSize, jsonOption, positiveInteger } from './options';
import { interruptible } from './terminal';

interface PrepareOptions extends Pick<PrepareRequest, 'memory' | 'seed' | 'minShoppers' | 'shoppers' | 'out'> {
  events: string[];
  bundle: string;
  json?: boolean;
}

export function prepareCommand(): Command {
  return new Command('prepare')
    .description("make tables of a shop's event log, of any size, from which `train` learns")
    .requiredOption(
      '--events <files...>',
      'CSV, JSON lines or Parquet with user, item and time; folders and patterns, too',
    )
    .requiredOption('--bundle <folder>', 'bundle whose variants are counted as products')
    .requiredOption('--out <folder>', 'folder for the tables, as Parquet')
    .addOption(memoryOption())
    .addOption(minShoppersOption())
    .addOption(shoppersOption())
    .option('--seed <n>', 'random seed of the order of events of one time, and of the sample', positiveInteger, 1)
    .addOption(jsonOption())
    .addHelpText('after', `\nExit status: 0 when the tables were written, ${REFUSED_HELP}, 1 after an error.`)
    .action(async ({ bundle, json, ...options }: PrepareOptions) => {
      const started = performance.now();
      const { items } = await openFolder(bundle);
      const prepared = await preparedFrom({ ...options, items });
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      if (!json) print(prepared, options.out, seconds);
      concludeRefused(prepared.refused);
      if (json) console.log(JSON.stringify({ ...prepared, seconds }));
    });
}

export const memoryOption = (): Option =>
  new Option(
    '--memory <size>',
    'memory for preparing the log, such as 4GB (default: half of the machine, at most 4GB)',
  ).argParser(byteSize);
export const minShoppersOption = (): Option =>
  new Option('--min-shoppers <n>', 'leave out pairs of products that fewer shoppers chose')
    .argParser(positiveInteger)
    .default(1);
export const shoppersOption = (): Option =>
  new Option('--shoppers <n>', 'keep a sample of this many shoppers (default: all)').argParser(positiveInteger);

const say = (line: string): void => console.error(line);

/** Prepares a log under a meter. A signal ends it and this process. */
export const preparedFrom = (request: Omit<PrepareRequest, 'meter' | 'say'>): Promise<Prepared> =>
  interruptible(
    () => prepareLog({ ...request, meter: createMeter(), say }),
    () => say('\nInterrupted; nothing was written.'),
  );

function print(prepared: Prepared, out: string, seconds: number): void {
  const { events, shoppers, products, pairs } = prepared;
  const counts = [counted(events, 'choice'), counted(shoppers, 'shopper'), counted(products, 'product')].join(', ');
  console.log(`${out}: ${counts} and ${counted(pairs, 'pair')} of products, in ${seconds} s`);
}
