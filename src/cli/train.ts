import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BaseModel, baseConfig } from '../base-model';
import { createMeter, openFolder } from '../build';
import { BASE_RECIPES, type BaseConfig, type BaseRecipe, type Bundle } from '../catalog';
import { SidestreamError } from '../error';
import { endOfPast, type LearnedFromReplay } from '../evaluate';
import {
  hasCheckpoint,
  type Interaction,
  isBundle,
  removeCheckpoint,
  startCompute,
  storeLearned,
  trainBase,
} from '../training';
import { byProduct, cooccurrenceTable, demandOf, factorsOf, interactionsOf, readEventFile } from './event-file';
import { earlierEvents, learnMap, withReplay } from './gradient-map';
import { positiveInteger, positiveNumber } from './option-parsers';

interface TrainOptions {
  bundle: string;
  events: string;
  out: string;
  windows: number;
  recipe: BaseRecipe;
  seed: number;
  epochs: number;
  batch?: number;
  rate?: number;
  width: number;
  length: number;
  validation: number;
  past: number;
  companionsOnly?: boolean;
  map: boolean;
  resume?: boolean;
  json?: boolean;
}

/** `sidestream train`: learns a base model, what is chosen together, factors of the items and what is in demand from a shop's event log, on this machine. */
export function trainCommand(): Command {
  return new Command('train')
    .description(
      "learn a base model, what is chosen together, factors of the items and their demand from a shop's event log",
    )
    .requiredOption('--bundle <folder>', 'bundle with the features of the items')
    .requiredOption('--events <file>', 'CSV or JSON lines with user, item and time')
    .requiredOption(
      '--out <path>',
      'folder of a bundle to put it into; another folder or a .safetensors file gets the base model alone',
    )
    .addOption(
      new Option('--windows <n>', 'train window after window, with a new expert in each')
        .argParser(positiveInteger)
        .default(1),
    )
    .addOption(new Option('--all', 'train on all events at once (the default)').conflicts('windows'))
    .addOption(new Option('--recipe <name>', 'how to train').choices([...BASE_RECIPES]).default(BASE_RECIPES[0]))
    .option('--seed <n>', 'same seed, same model', positiveInteger, 1)
    .option('--epochs <n>', 'at most so many; training stops when the validation gets no better', positiveInteger, 30)
    .option('--batch <n>', 'sequences of one step', positiveInteger)
    .option('--rate <x>', 'learning rate', positiveNumber)
    .option('--width <n>', 'numbers in an item embedding', positiveInteger, 64)
    .option('--length <n>', 'items of a history that the model sees', positiveInteger, 20)
    .option('--validation <share>', 'last share of the events, kept for validation', share, 0.1)
    .option(
      '--past <share>',
      'only the first share of the events, as `evaluate` leaves the rest to be ranked',
      fraction,
      1,
    )
    .option(
      '--companions-only',
      'only count what is chosen, together and again, and make factors of it, which takes seconds; no base model',
    )
    .option(
      '--no-map',
      'learn neither how the experts of the shoppers should learn nor the lift of new items, for which a second base model is trained; a small log gives none',
    )
    .option('--resume', 'go on from the checkpoint of an interrupted training')
    .option('--json', 'print the result as one line of JSON, last')
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const started = performance.now();
  if (options.companionsOnly && !(await isBundle(options.out))) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `${options.out} is no bundle, and co-occurrence is stored in bundles only. Give the folder of one with --out.`,
    );
  }
  const { bundle, log, products } = byProduct(await openFolder(options.bundle), await readEventFile(options.events));
  const end = endOfPast(log.events, options.past);
  const past = { ...log, events: log.events.filter(({ time }) => time < end) };
  const { interactions, unknown } = interactionsOf(past, bundle);
  const say = (line: string): void => console.error(line);
  if (unknown > 0) console.error(`${unknown} events are about items that are not in the bundle; they are left out.`);
  const cooccurrence = cooccurrenceTable(interactions, bundle.items.length);
  // Only a bundle takes more than a base model.
  const whole = await isBundle(options.out);
  const earlier = options.map && !options.companionsOnly && whole ? earlierEvents(past.events, bundle) : null;
  // An interrupted training left a checkpoint of the model that it was at.
  const earlierOptions: TrainOptions = { ...options, out: join(options.out, 'earlier.safetensors') };
  earlierOptions.resume = options.resume === true && hasCheckpoint(earlierOptions.out);
  const trained = options.companionsOnly ? null : await trainModel(options, bundle, interactions);
  const base = trained?.model;
  const demand = demandOf(past, bundle);
  const { seed } = options;
  const factors = whole ? await factorsOf(interactions, bundle, { base, cooccurrence, seed }) : undefined;
  let found: LearnedFromReplay | null = null;
  if (earlier && factors && base) {
    const part = interactionsOf({ events: earlier, rejected: [] }, bundle).interactions;
    say(
      `Training a base model of the earlier ${part.length} events, from which the map of the experts' gradients is learned`,
    );
    const { model: earlierBase } = await trainModel(earlierOptions, bundle, part);
    const sources = { bundle, events: past.events, base, learned: { factors }, earlierBase, seed };
    found = await learnMap({ ...sources, meter: createMeter(), say });
  }
  const mapped = factors && withReplay(factors, found);
  const { cooccurrence: companions, ...counts } = products.spread({ cooccurrence, factors: mapped, demand });
  const stored = await storeLearned({ base, companions, ...counts }, options.out, bundle.manifest.digest);
  if (trained) await Promise.all([options.out, ...(whole ? [earlierOptions.out] : [])].map(removeCheckpoint));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const about = { seconds, events: interactions.length, unknown };
  if (options.json) {
    const { epochs, validation, model } = trained ?? {};
    const files = { ...stored.base, companions: stored.companions ?? null, factors: stored.factors ?? null };
    const map = found && { ...found.evidence, used: found.map !== null };
    const coldStart = found?.coldStart ?? null;
    const repeats = demand.repeats && { share: demand.repeats.share, interval: demand.repeats.interval };
    const counted = { demand: stored.demand ?? null, repeats: repeats ?? null };
    console.log(
      JSON.stringify({ ...files, ...counted, ...about, epochs, validation, config: model?.config, map, coldStart }),
    );
    return;
  }
  const quality = trained?.validation
    ? `, HR@10 ${percent(trained.validation.hr10)} and NDCG@10 ${percent(trained.validation.ndcg10)} on the validation`
    : '';
  const how = trained ? `Trained on ${about.events} events in ${seconds} s (${trained.epochs} epochs${quality})` : null;
  console.log(how ?? `Counted ${about.events} events in ${seconds} s`);
  for (const { file, bytes } of Object.values(stored)) console.log(`${file}: ${(bytes / 1e3).toFixed(0)} kB`);
  const met = cooccurrence.offsets.filter((offset, item) => item > 0 && offset > cooccurrence.offsets[item - 1]).length;
  if (stored.demand && demand.repeats) {
    const { share, interval } = demand.repeats;
    console.log(`${percent(share)} of the purchases are repeats, by the median after ${interval.toFixed(1)} days`);
  }
  if (stored.companions) console.log(`${met} of ${cooccurrence.count} items have co-occurrence`);
}

async function trainModel(options: TrainOptions, bundle: Bundle, interactions: Interaction[]) {
  await startCompute('wasm');
  const config: BaseConfig = baseConfig(options.recipe, {
    embeddingDim: options.width,
    maxSeqLen: options.length,
  });
  const { weights, validation, epochs } = await trainBase({
    ...options,
    config,
    bundle,
    interactions,
    meter: createMeter(),
    say: (line) => console.error(line),
  });
  return { model: BaseModel.from(weights, config, bundle.features), validation, epochs };
}

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;

function fraction(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n <= 1)) throw new InvalidArgumentError('must be a number above 0, up to 1.');
  return n;
}

function share(text: string): number {
  const n = Number(text);
  if (!(n >= 0 && n <= 0.5)) throw new InvalidArgumentError('must be a number from 0 to 0.5.');
  return n;
}
