import { Command, Option } from '@commander-js/extra-typings';
import { TEXT_RECIPES } from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { readPresets } from '../../encoders/hub';
import { nodeRuntime } from '../../encoders/node';
import { buildBundle, createMeter, MIN_ORDERS, readMapping } from '../bundler';
import {
  allowPrivateOption,
  currencyOption,
  encodersOption,
  encodingOption,
  langOption,
  localeFeed,
  mappingOption,
  orderCount,
  positiveInteger,
  refusalsOption,
} from './options';
import { say, showRefusals } from './terminal';

/**
 * `sidestream build <catalog…>`: reads a feed, encodes texts and pictures, writes a bundle. Sets the exit code to 2 if a row or a
 * picture was refused; `--strict` ends with 1 instead.
 */
export function buildCommand() {
  return new Command('build')
    .description('encode a catalogue and write the static files of a shop')
    .argument(
      '<catalog...>',
      'files, folders or addresses of the feed: JSON Lines, CSV, Merchant Center, Shopify, WooCommerce, pages with JSON-LD',
    )
    .addOption(langOption())
    .option(
      '--locale <tag=feed>',
      'the same products in one more language, such as de=feed-de.xml; once for each language',
      localeFeed,
    )
    .addOption(mappingOption())
    .addOption(encodingOption())
    .addOption(currencyOption(" (default: the feed's)"))
    .option('--strict', 'end at the first row, then at the first picture, that is refused; write nothing')
    .addOption(refusalsOption())
    .option('--images <folder>', 'folder of the pictures that the products name; pictures with an address are fetched')
    .option('--picture-cache <folder>', 'folder for fetched pictures', '.cache/pictures')
    .option('--offline', 'fetch no pictures: use the ones kept by an earlier build')
    .addOption(allowPrivateOption())
    .requiredOption('--out <folder>', 'where to write the bundle')
    .option('--image-base <prefix>', 'prefix of the name of every picture, with which the page finds it', '')
    .addOption(
      new Option('--text <fields>', 'the texts that the text encoder reads')
        .choices(TEXT_RECIPES)
        .default(TEXT_RECIPES[0]),
    )
    .addOption(encodersOption())
    .option('--text-encoder <name>', 'text encoder, see `sidestream encoders list`', DEFAULT_PRESETS.text.name)
    .option('--image-encoder <name>', 'picture encoder', DEFAULT_PRESETS.image.name)
    .option(
      '--links <file>',
      'which products go together: .csv or .jsonl with item and linked (and type: only cross-sell counts)',
    )
    .option('--orders <file>', 'which products were bought together: .csv or .jsonl with order and item')
    .option(
      '--min-orders <n>',
      'number of orders with both products from which a reason says how many',
      orderCount,
      MIN_ORDERS,
    )
    .option('--no-encoders', 'leave out the encoder files: the bundle is smaller, but browsers cannot encode new items')
    .option('--workers <n>', 'number of encoding processes (default: one per processor)', positiveInteger)
    .addOption(
      new Option('--queue <address>', 'encode in `sidestream worker` processes, over redis://host:port').conflicts(
        'workers',
      ),
    )
    .option(
      '--cache <folder>',
      'folder for the encoded features, for a continued build and for the next one (default: <out>.build)',
    )
    .option('--allow-shrink', 'replace the bundle even if more than half of its items are missing from the feed')
    .option(
      '--whole',
      'let pages load all products at once, whatever their number: requests then tell nothing about a shopper',
    )
    .addOption(
      new Option('--shards <products>', 'let pages load products in parts of about this many, whatever their number')
        .argParser(positiveInteger)
        .conflicts('whole'),
    )
    .option('--refit', 'fit the projections again: every feature changes, and the shop must train again')
    .action(async (catalog, { mapping, encoding, strict, ...options }) => {
      const started = performance.now();
      // Report a missing package before a long feed is read.
      await nodeRuntime();
      const presets = await readPresets(options);
      const feed = { mapping: await readMapping(mapping, encoding), strict };
      const { refusals, rejectedCount, ...built } = await buildBundle({
        ...options,
        rejectedFile: options.refusals,
        locales: options.locale,
        warn: say,
        presets,
        catalog,
        feed,
        pictures: { cache: options.pictureCache, offline: options.offline, allowPrivate: options.allowPrivate },
        meter: createMeter(),
      });
      showRefusals(refusals, rejectedCount, options.refusals);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const missing = built.withoutPicture > 0 ? ` (${built.withoutPicture} without a picture)` : '';
      console.log(
        `Built ${counted(built.items, 'item')}${missing} in ${seconds} s: ${(built.bytes / 1e6).toFixed(1)} MB in ${options.out}`,
      );
      const encoded = [
        counted(built.encoded, 'text or picture', 'texts and pictures'),
        ...(built.repeated > 0 ? [`${counted(built.repeated, 'is', 'are')} the same as another item's`] : []),
        ...(built.reused > 0 ? [`${counted(built.reused, 'was', 'were')} encoded by an earlier build`] : []),
      ];
      console.log(`Encoded ${encoded.join('; ')}`);
      for (const note of built.notes) console.error(note);
      for (const line of built.summary) console.log(`Read ${line}`);
      console.log(`Refused: ${counted(built.rejectedRows, 'row')}, ${counted(built.rejectedPictures, 'picture')}`);
      if (rejectedCount > 0) process.exitCode = 2;
    });
}
