import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { marketSchema } from '../../../src/core/catalog/offers';
import { counted } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { requireRoom } from '../../encoders/folders';
import { createMeter } from '../bundler';
import { FORMATS, LIST_PLACEMENTS, type ListsResult, SUBJECTS, writeLists } from '../lists';
import { currencyOption, fitting, jsonOption, languageTag, positiveInteger } from './options';

const MAX_LIMIT = 100;

export function listsCommand() {
  return new Command('lists')
    .description('write the lists that need no shopper, as HTML for pages, CSV for mails and JSON')
    .argument('<bundle>', 'folder of the bundle')
    .requiredOption('--out <folder>', 'folder for the lists; only files that changed are written')
    .addOption(
      new Option('--placements <names>', `which lists: ${LIST_PLACEMENTS.join(', ')}`)
        .argParser(someOf(LIST_PLACEMENTS))
        .default([...LIST_PLACEMENTS], LIST_PLACEMENTS.join(',')),
    )
    .addOption(
      new Option('--per <subjects>', 'similar and complement: a list per item; trending: also per category and segment')
        .argParser(someOf(SUBJECTS))
        .default([...SUBJECTS], SUBJECTS.join(',')),
    )
    .addOption(
      new Option('--segments <attributes>', 'attributes whose values are segments')
        .argParser(attributes)
        .default(['attributes.brand'], 'attributes.brand'),
    )
    .option('--limit <n>', 'number of items of a list', upTo(MAX_LIMIT), 12)
    .option('--stand-ins <n>', 'further items of a list, for those that are sold out when a mail is sent', standIns, 4)
    .addOption(
      new Option('--format <names>', `which files: ${FORMATS.join(', ')}`)
        .argParser(someOf(FORMATS))
        .default([...FORMATS], FORMATS.join(',')),
    )
    .option(
      '--lang <tag>',
      'language of texts, prices and reasons, such as de (default: the language of the bundle, otherwise en)',
      languageTag,
    )
    .addOption(currencyOption(' (default: the currency of the bundle or its offers)'))
    .option('--market <name>', 'market whose offers count (default: the offers of all pages)', fitting(marketSchema))
    .option(
      '--href-template <address>',
      "address of an item's page, with {id}, {title}, {category} or {path} (default: its url)",
    )
    .option('--site <address>', 'address of the shop: links and pictures become absolute, as mails need', webAddress)
    .addOption(jsonOption())
    .action(async (bundle, { json, format: formats, ...options }) => {
      const { placements, per, out, limit } = options;
      if (placements.every((placement) => placement !== 'trending') && !per.includes('item'))
        throw invalidInput(`${placements.join(' and ')} are lists about items. Add item to --per.`);
      if (limit + options.standIns > MAX_LIMIT)
        throw invalidInput(`--limit and --stand-ins are at most ${MAX_LIMIT} together. Lower one of them.`);
      await requireRoom('--out', out);
      const started = performance.now();
      const result = await writeLists({
        lang: undefined,
        market: undefined,
        ...options,
        bundle,
        formats,
        now: Date.now(),
        meter: createMeter(),
      });
      if (json) console.log(JSON.stringify(result));
      else print(result, out, (performance.now() - started) / 1000);
    });
}

function print(
  { lists, items, files, written, bytes, removed, sameFile }: ListsResult,
  out: string,
  seconds: number,
): void {
  const of = `${counted(lists, 'list')} of ${counted(items, 'item')}`;
  if (written + removed === 0) {
    console.log(`${out} has these lists already: ${of}, ${counted(files, 'file')}`);
    return;
  }
  console.log(`Wrote ${of} to ${out} in ${seconds.toFixed(1)} s`);
  console.log(
    `${counted(written, 'file')} changed (${(bytes / 1e6).toFixed(1)} MB), ${files - written} unchanged, ${removed} removed`,
  );
  const [same] = sameFile;
  if (same)
    console.log(
      `${counted(sameFile.length, 'file name')} ${sameFile.length === 1 ? 'differs' : 'differ'} from another one only by upper and lower case, such as ${same.join(' and ')}. A disk that ignores case, as on macOS and Windows, keeps one file for both: use --format csv there.`,
    );
}

/** Parser of names separated by commas. @throws InvalidArgumentError for a name that is not among the known ones */
const someOf =
  <Name extends string>(known: readonly Name[]) =>
  (text: string): Name[] => {
    const given = namesIn(text);
    const found = known.filter((name) => given.includes(name));
    if (found.length === given.length) return found;
    throw new InvalidArgumentError(`must be some of ${known.join(', ')}, separated by commas.`);
  };

const namesIn = (text: string): string[] => [...new Set(text.split(',').map((name) => name.trim()))];

const isAttribute = (name: string): name is `attributes.${string}` => /^attributes\../.test(name);

function attributes(text: string): `attributes.${string}`[] {
  const names = namesIn(text);
  if (names.every(isAttribute)) return names;
  throw new InvalidArgumentError('must be attributes separated by commas, such as attributes.brand.');
}

const upTo =
  (most: number) =>
  (text: string): number => {
    const n = positiveInteger(text);
    if (n > most) throw new InvalidArgumentError(`must be at most ${most}.`);
    return n;
  };

const standIns = (text: string): number => (text.trim() === '0' ? 0 : upTo(MAX_LIMIT)(text));

function webAddress(text: string): string {
  if (/^https?:/i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('must be an address such as https://shop.example/.');
}
