import { Command, Option } from '@commander-js/extra-typings';
import { marketSchema } from '../../../src/core/catalog/offers';
import { counted } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { createMeter, MISSING, type OffersResult, readMapping, removeOffers, writeOffers } from '../bundler';
import { currencyOption, encodingOption, fitting, jsonOption, mappingOption, refusalsOption } from './options';
import { say, showRefusals } from './terminal';

/** Size in bytes from which a page should not load the offers of a whole shop on every visit. */
const LARGE = 4_000_000;

/**
 * `sidestream offers <feed…>`: writes price and stock of a feed next to a bundle, without a build. Sets the exit code to 2 if a
 * row was refused; `--strict` ends with 1 instead.
 */
export function offersCommand() {
  return new Command('offers')
    .description('write prices and stock of a feed next to a bundle, without building it again')
    .argument('[feed...]', 'files, folders or addresses of the feed, in any format that `build` reads')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option(
      '--market <name>',
      'market of these prices, which pages name (default: for pages that name no market)',
      fitting(marketSchema),
    )
    .addOption(currencyOption(" (default: the feed's)"))
    .addOption(mappingOption())
    .addOption(encodingOption())
    .option('--strict', 'end at the first row that is refused, and write nothing')
    .addOption(refusalsOption())
    .addOption(
      new Option(
        '--missing <what>',
        'treatment of products that the feed lacks (default: keep; with --market: out-of-stock)',
      ).choices(MISSING),
    )
    .option('--remove', 'remove the offers from the bundle, whose own prices and stock apply again')
    .addOption(jsonOption())
    .action(async (feed, { remove, json, mapping, encoding, refusals: rejectedFile, ...options }) => {
      if (remove === true) {
        if (feed.length > 0) throw invalidInput('--remove takes no feed.');
        await removeOffers(options.out, options.market);
        console.log(json ? JSON.stringify({ removed: true }) : `Removed the offers from ${options.out}`);
        return;
      }
      if (feed.length === 0) throw invalidInput('Name the feed: a file, folder or address.');
      const started = performance.now();
      const { refusals, rejectedCount, ...written } = await writeOffers({
        ...options,
        feed,
        mapping: await readMapping(mapping, encoding),
        rejectedFile,
        warn: say,
        meter: createMeter(),
      });
      showRefusals(refusals, rejectedCount, rejectedFile);
      if (written.bytes > LARGE)
        console.error(
          `Every page loads ${written.file}, ${(written.bytes / 1e6).toFixed(1)} MB. Build again to make it smaller.`,
        );
      if (json) console.log(JSON.stringify(written));
      else print(written, (performance.now() - started) / 1000);
      if (rejectedCount > 0) process.exitCode = 2;
    });
}

function print(written: Omit<OffersResult, 'refusals' | 'rejectedCount'>, seconds: number): void {
  const { offers, items, file, bytes, changed, missing, unknown, unpublished, rejectedRows } = written;
  const size = `${(bytes / 1000).toFixed(1)} kB`;
  console.log(
    changed
      ? `Wrote offers of ${offers} of ${items} items in ${seconds.toFixed(1)} s: ${size} in ${file}`
      : `${file} has these offers already: ${offers} of ${items} items, ${size}`,
  );
  console.log(
    `Left out: ${counted(unknown, 'product')} that the bundle lacks. Not in the feed: ${counted(missing, 'item')} of the bundle`,
  );
  if (unpublished > 0) console.log(`Not published, so sold out: ${counted(unpublished, 'item')} of the bundle`);
  console.log(`Refused: ${counted(rejectedRows, 'row')}`);
}
