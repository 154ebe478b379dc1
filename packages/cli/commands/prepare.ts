import { existsSync, rmSync } from 'node:fs';
import { Command, Option } from '@commander-js/extra-typings';
import { counted } from '../../../src/core/common/text';
import { createMeter, openFolder } from '../bundler';
import { IMPRESSION_USES, MIN_SHOPPERS, type Prepared, type PrepareRequest, prepareLog } from '../logs';
import { byteSize, jsonOption, positiveInteger } from './options';
import { concludeRefused, interruptible, REFUSED_HELP, say } from './terminal';

export function prepareCommand() {
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
    .addOption(impressionsOption())
    .option('--seed <n>', 'random seed of the order of events of one time, and of the sample', positiveInteger, 1)
    .addOption(
      new Option(
        '--continue',
        'add the events that are newer than the tables in --out; older ones in the files are skipped',
      ).conflicts('shoppers'),
    )
    .option('--resume', 'continue an interrupted preparation, if files, bundle and options are still the same')
    .addOption(jsonOption())
    .addHelpText('after', `\nExit status: 0 when the tables were written, ${REFUSED_HELP}, 1 after an error.`)
    .action(async ({ bundle, json, continue: continues, ...options }) => {
      const started = performance.now();
      const { items } = await openFolder(bundle);
      const prepared = await preparedFrom({ ...options, continues, items });
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      if (!json) print(prepared, options.out, seconds);
      concludeRefused(prepared.refused);
      if (json) console.log(JSON.stringify({ ...prepared, seconds }));
    });
}

export const memoryOption = () =>
  new Option(
    '--memory <size>',
    'memory for preparing the log, such as 4GB (default: half of the machine, at most 4GB)',
  ).argParser(byteSize);
export const minShoppersOption = () =>
  new Option('--min-shoppers <n>', 'publish nothing about products and pairs of products that fewer shoppers chose')
    .argParser(positiveInteger)
    .default(MIN_SHOPPERS);
export const shoppersOption = () =>
  new Option('--shoppers <n>', 'keep a sample of this many shoppers (default: all)').argParser(positiveInteger);

export const impressionsOption = () =>
  new Option(
    '--impressions <use>',
    'what impressions say: nothing, or that an item which a shopper was shown and never chose was passed over',
  )
    .choices(IMPRESSION_USES)
    .default('left-out' as const);

/**
 * The folder of a prepared log. One of events is prepared first; it is kept if it is to be continued, and otherwise until `remove` or the end
 * of this process.
 * @param prepared the folder of one that exists
 * @param request what is prepared without one
 */
export async function openTables(prepared: string | undefined, request: Omit<PrepareRequest, 'meter' | 'say'>) {
  if (prepared !== undefined) return { folder: prepared, remove() {} };
  const { out, continues } = request;
  const remove = (): void => {
    process.off('exit', remove);
    if (!continues && existsSync(out)) rmSync(out, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    await preparedFrom(request);
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return { folder: out, remove };
}

/** Prepares a log under a meter. A signal ends it and this process. */
const preparedFrom = (request: Omit<PrepareRequest, 'meter' | 'say'>): Promise<Prepared> =>
  interruptible(
    () => prepareLog({ ...request, meter: createMeter(), say }),
    () => say('\nInterrupted; nothing was written. The same command with --resume continues.'),
  );

function print(prepared: Prepared, out: string, seconds: number): void {
  const { events, shoppers, products, pairs } = prepared;
  const counts = [counted(events, 'choice'), counted(shoppers, 'shopper'), counted(products, 'product')].join(', ');
  console.log(`${out}: ${counts} and ${counted(pairs, 'pair')} of products, in ${seconds} s`);
}
