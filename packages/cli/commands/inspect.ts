import { Command } from '@commander-js/extra-typings';
import Papa from 'papaparse';
import * as v from 'valibot';
import { type Bundle, encoderFiles, type Item, inventory, type Manifest, MODALITIES } from '../../../src/core/catalog';
import { fetchOffers } from '../../../src/core/catalog/offers';
import { productsOf } from '../../../src/core/catalog/variants';
import { counted } from '../../../src/core/common/text';
import { languagesSchema } from '../../../src/core/encoders';
import { fetchRules, holdsAt } from '../../../src/device/ranking';
import { SidestreamError } from '../../../src/error';
import {
  BASES,
  type Basis,
  basisVectors,
  catalogLanguage,
  categoryPrecision,
  judgedItems,
  metered,
  nearest,
  progressTo,
} from '../../shop/pipeline';
import { expertsText, halfLifeText } from '../../shop/training/side';
import { createMeter, folderFetch, openFolder } from '../bundler';
import { jsonOption, positiveInteger } from './options';
import { table } from './terminal';

export function inspectCommand() {
  return new Command('inspect')
    .description('show the content of a bundle, the quality of its neighbourhoods, or the items near one item')
    .argument('<bundle>', 'folder of the bundle')
    .option('--neighbours', 'share of the 5 nearest neighbours that agree in category, by text, image and both')
    .option('--item <id>', 'list the items nearest to this one')
    .option('--limit <n>', 'number of items, with --item', positiveInteger, 10)
    .option('--variants', 'print the product of each variant, as CSV')
    .addOption(jsonOption())
    .action(async (folder, { item, neighbours, limit, variants, json }) => {
      const bundle = await openFolder(folder);
      if (item !== undefined) return showItem(bundle, item, limit, json);
      if (neighbours) return showNeighbors(bundle, json);
      if (variants) return showVariants(bundle.items);
      return showSummary(bundle, folder, json);
    });
}

/** A product is called by its first variant. */
function showVariants(all: Item[]): void {
  const { items, placeOf } = productsOf(all);
  const data = Array.from(placeOf, ([id, place]) => [id, items[place].id]);
  console.log(Papa.unparse({ fields: ['item', 'product'], data }));
}

async function showSummary(bundle: Bundle, folder: string, json?: boolean): Promise<void> {
  const { manifest, items } = bundle;
  const files = await inventory(manifest, folderFetch(folder));
  const encoders = new Set(encoderFiles(manifest).map(({ file }) => file));
  // A file is called after its part: `shard-4f….bin`.
  const partOf = (file: string): string => (encoders.has(file) ? 'encoders' : file.split('-')[0]);
  const bytes: Record<string, number> = {};
  for (const { file, bytes: size } of files) {
    for (const part of [partOf(file), 'total']) bytes[part] = (bytes[part] ?? 0) + size;
  }
  const offers = await offersOf(manifest, folder);
  const rules = await rulesOf(manifest, folder);
  const { language, warning } = await languageOf(bundle);
  const locales = Object.keys(manifest.locales ?? {});
  const without = Object.fromEntries(
    MODALITIES.map((modality) => [modality, basisVectors(bundle, modality).has.filter((has) => !has).length]),
  );
  const categories = new Set(items.map((item) => item.category)).size;
  const training = manifest.side?.training;
  if (json) {
    console.log(
      JSON.stringify({
        items: items.length,
        categories,
        without,
        dim: manifest.dim,
        digest: manifest.digest,
        bytes,
        ...(language ? { language } : {}),
        ...(locales.length > 0 ? { locales } : {}),
        ...(training ? { training } : {}),
        ...(warning ? { warning } : {}),
        ...(offers.length > 0 ? { offers } : {}),
        ...(rules ? { rules } : {}),
      }),
    );
    return;
  }
  const { whole, count, target } = manifest.shards;
  const grouped = whole ? ', loaded as a whole' : `, loaded in parts of about ${target} (${count})`;
  console.log(
    `${counted(items.length, 'item')} in ${counted(categories, 'category', 'categories')}${grouped}, format ${manifest.schema}, digest ${manifest.digest.slice(0, 16)}`,
  );
  for (const modality of MODALITIES) {
    const { preset, taps, contentTap } = manifest.modalities[modality];
    const reads = modality === 'text' ? `, reads ${manifest.text.replace('-', ' and ')}` : '';
    const marked = taps.map((tap, i) => (i === contentTap ? `${tap}*` : tap)).join(', ');
    console.log(
      `${modality.padEnd(6)} ${preset}, ${taps.length} taps of ${manifest.dim} (${marked})${reads}; missing in ${without[modality]} items`,
    );
  }
  if (language) console.log(`language ${[language, ...locales].join(', ')}`);
  if (warning) console.error(warning);
  for (const { market, currency, offers: count, error } of offers) {
    const what = error ?? `${count} items${currency ? ` in ${currency}` : ''}`;
    console.log(`offers ${market}: ${what}`);
  }
  if (training) console.log(trainingText(training));
  if (rules) {
    const { error, count, holding, faults } = rules;
    const wrong = faults ? `; faults: ${faults}, named by \`sidestream rules check\`` : '';
    console.log(`rules: ${error ?? `${count}, ${holding} of which apply now${wrong}`}`);
  }
  const { total, ...parts } = bytes;
  const rows = Object.entries({ ...parts, total }).map(([part, count]) => [
    part,
    (count / 1024).toFixed(1),
    (count / items.length).toFixed(0),
  ]);
  console.log(table(['part', 'KB', 'bytes per item'], rows));
}

function languageOf({ manifest, items }: Bundle): ReturnType<typeof catalogLanguage> {
  const { preset: name, encoder } = manifest.modalities.text;
  const stored = v.safeParse(languagesSchema, encoder?.settings?.languages);
  const languages = (stored.success && stored.output) || undefined;
  return catalogLanguage({}, { language: manifest.language, items }, { name, languages });
}

function trainingText(training: NonNullable<NonNullable<Manifest['side']>['training']>): string {
  const { choices, shoppers, epochs, seconds, windows, halfLife, experts } = training;
  const of = windows > 1 ? `, the last one of ${windows} windows` : '';
  const trained = `side model: ${counted(choices, 'choice')} of ${counted(shoppers, 'shopper')}${of}; ${counted(epochs, 'epoch')}, ${seconds} s; half-life of a choice: ${halfLifeText(halfLife)}`;
  return experts ? `${trained}\n  experts and their use: ${expertsText(experts)}` : trained;
}

async function offersOf(manifest: Manifest, folder: string) {
  const inspected = (manifest.offers ?? []).map(async (market) => {
    try {
      const { currency, offers } = await fetchOffers(folderFetch(folder), manifest, market);
      return { market, currency, offers: offers.length };
    } catch (thrown) {
      return { market, error: SidestreamError.from(thrown).message };
    }
  });
  return Promise.all(inspected);
}

async function rulesOf({ rules: named }: Manifest, folder: string) {
  if (!named) return null;
  try {
    const { rules, problems } = await fetchRules(folderFetch(folder));
    const holding = rules.filter((rule) => holdsAt(rule, Date.now())).length;
    return { count: rules.length, holding, faults: problems.length || undefined };
  } catch (thrown) {
    return { error: SidestreamError.from(thrown).message };
  }
}

async function showNeighbors(bundle: Bundle, json?: boolean): Promise<void> {
  const categories = bundle.items.map(({ category }) => category);
  const meter = createMeter();
  const p5: Partial<Record<Basis, number | null>> = {};
  let most = 0;
  for (const basis of BASES) {
    const vectors = basisVectors(bundle, basis);
    const { length } = judgedItems(vectors, categories);
    most = Math.max(most, length);
    if (length === 0) {
      p5[basis] = null;
      continue;
    }
    p5[basis] = await metered(meter, `By ${basis}`, length, async (advance) => {
      const show = progressTo(advance);
      let done = 0;
      const judge = (items: number): void => {
        done += items;
        show(Math.min(length, Math.round(done)));
      };
      return round(await categoryPrecision(vectors, categories, 5, judge));
    });
  }
  const items = bundle.items.length;
  // A large catalogue is judged by a sample.
  const judged = most < categories.filter((category) => category !== '').length ? { judged: most } : {};
  if (json) console.log(JSON.stringify({ items, ...judged, p5 }));
  else if (categories.every((category) => category === ''))
    console.log(
      'No item of this bundle has a category, by which neighbours are compared. Add it to the feed, or look at single items with --item <id>.',
    );
  else
    for (const basis of BASES) console.log(`P@5 by category, ${basis.padEnd(6)} ${p5[basis] ?? 'nothing to compare'}`);
  if (!json && judged.judged) console.log(`Judged by ${judged.judged} of ${items} items, an even selection`);
}

function showItem(bundle: Bundle, id: string, limit: number, json?: boolean): void {
  const { items } = bundle;
  const index = items.findIndex((item) => item.id === id);
  if (index === -1) {
    throw new SidestreamError('runtime/unknown-item', `There is no item ${JSON.stringify(id)} in this bundle.`);
  }
  const near = (basis: Basis) =>
    nearest(basisVectors(bundle, basis), index, limit).map((neighbor) => ({
      id: items[neighbor.index].id,
      title: items[neighbor.index].title,
      category: items[neighbor.index].category,
      similarity: Number(neighbor.similarity.toFixed(4)),
    }));
  if (json) {
    console.log(JSON.stringify({ id, neighbours: Object.fromEntries(BASES.map((basis) => [basis, near(basis)])) }));
    return;
  }
  console.log(`Nearest to ${items[index].title} (${id}, ${items[index].category || 'no category'})`);
  for (const basis of BASES) {
    console.log(`\nby ${basis}`);
    const rows = near(basis).map(({ similarity, title, category, id }) => [
      similarity.toFixed(3),
      title.slice(0, 40),
      category.slice(0, 40),
      id,
    ]);
    console.log(rows.length > 0 ? table(['cosine', 'title', 'category', 'id'], rows) : 'nothing to compare');
  }
}

const round = (x: number): number | null => (Number.isFinite(x) ? Math.round(x * 1e4) / 1e4 : null);
