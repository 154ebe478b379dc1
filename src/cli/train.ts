import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { BaseModel, baseConfig } from '../base-model';
import { createMeter, JointMeter, type Meter, openFolder, requireRoom } from '../build';
import { BASE_RECIPES, type BaseConfig, type BaseRecipe, type Bundle, type Factors } from '../catalog';
import { counted } from '../common/counted';
import { sha256 } from '../common/sha256';
import { SidestreamError } from '../error';
import {
  EARLIER,
  endOfPast,
  type LearnedFromReplay,
  type LogEvent,
  parseReplayResult,
  type Replay,
  replayStepSchema,
} from '../evaluate';
import type { Weights } from '../model';
import {
  cooccurrenceTable,
  factorsOf,
  hasCheckpoint,
  type Interaction,
  isBundle,
  removeCheckpoint,
  requireBundle,
  startCompute,
  storeBase,
  storeLearned,
  type TrainBaseRequest,
  type TrainBaseResult,
  trainBase,
} from '../training';
import { baseFile, TRAINING } from './evaluate/input';
import {
  byProduct,
  concludeRefused,
  demandOf,
  interactionsOf,
  REFUSED_HELP,
  readEventFile,
  unknownText,
} from './event-file';
import { earlierEvents, learnMap, mapReplay, withReplay } from './gradient-map';
import { interruptible } from './interrupt';
import { positiveInteger, positiveNumber } from './option-parsers';
import { processesOption } from './shared-options';
import {
  doTasks,
  isTaskProcess,
  parentMeter,
  TaskProcesses,
  type TaskProcessesOptions,
  WORKER_OPTION,
} from './task-processes';

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
  models: string;
  resume?: boolean;
  json?: boolean;
  processes: number;
  /** Whether this process does tasks for another one. */
  worker?: boolean;
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
      shareOfLog,
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
    .option(
      '--models <folder>',
      'where the second base model is kept for `evaluate`, which needs the same',
      '.cache/base-models',
    )
    .option('--resume', 'go on from the checkpoint of an interrupted training')
    .addOption(
      processesOption(': the second base model and the replayed shoppers of the map are learned beside the first'),
    )
    .option('--json', 'print the result as one line of JSON, last')
    .addOption(new Option(WORKER_OPTION, 'do steps of a training for another process').hideHelp())
    .addHelpText('after', `\nExit status: 0 when the files were written, ${REFUSED_HELP}, 1 after an error.`)
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
  const folder = await openFolder(options.bundle);
  await checkOut(options, folder.manifest.digest);
  const read = await readEventFile(options.events, isTaskProcess(options));
  const { bundle, log, products } = byProduct(folder, read);
  const end = endOfPast(log.events, options.past);
  const past = { ...log, events: log.events.filter(({ time }) => time < end) };
  const { interactions, unknown } = interactionsOf(past, bundle);
  // Only a bundle takes more than a base model.
  const whole = await isBundle(options.out);
  const say = (line: string): void => console.error(line);
  const shop = { options, bundle, events: past.events, interactions, checkpoints: await checkpointsOf(options, whole) };
  if (isTaskProcess(options)) await trainForOther(shop);
  const leftOut = unknownText(past, bundle, unknown);
  if (leftOut) say(leftOut);
  if (interactions.length < FEW_EVENTS) say(fewEvents(interactions.length));
  const cooccurrence = cooccurrenceTable(interactions, bundle.items.length);
  const earlier = options.map && !options.companionsOnly && whole ? earlierEvents(past.events, bundle) : null;
  const { seed, companionsOnly } = options;
  if (!companionsOnly) await startCompute('wasm');
  const onSignal = (): void => say(howToGoOn(shop.checkpoints));
  const pool = earlier && options.processes > 1 ? trainProcesses(options, { say, onSignal }) : null;
  const learned = async (trained: TrainedModel | null) => ({
    base: trained?.model,
    factors: whole ? await factorsOf(interactions, bundle, { base: trained?.model, cooccurrence, seed }) : undefined,
  });
  const training = companionsOnly ? Promise.resolve(null) : trainMain(shop, pool);
  const learning = training.then(learned);
  const mapping = earlier && learnFromEarlier(shop, { earlier, learning, pool, say });
  const [trained, { base, factors }, found] = await Promise.all([training, learning, mapping]).finally(() =>
    pool?.close(),
  );
  const demand = demandOf(past, bundle);
  const mapped = factors && withReplay(factors, found);
  const { cooccurrence: companions, ...counts } = products.spread({ cooccurrence, factors: mapped, demand });
  const stored = await storeLearned({ base, companions, ...counts }, options.out, bundle.manifest.digest);
  if (trained) await Promise.all(Object.values(shop.checkpoints).map(removeCheckpoint));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const about = { seconds, events: interactions.length, unknown };
  if (options.json) {
    const refused = concludeRefused(log);
    const { epochs, validation, model } = trained ?? {};
    const files = { ...stored.base, companions: stored.companions ?? null, factors: stored.factors ?? null };
    const map = found && { ...found.evidence, used: found.map !== null };
    const coldStart = found?.coldStart ?? null;
    const repeats = demand.repeats && { share: demand.repeats.share, interval: demand.repeats.interval };
    const counted = { demand: stored.demand ?? null, repeats: repeats ?? null };
    console.log(
      JSON.stringify({
        ...files,
        ...counted,
        ...about,
        refused,
        returns: read.returns,
        epochs,
        validation,
        config: model?.config,
        map,
        coldStart,
      }),
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
  concludeRefused(log);
}

/** Events below which little can be learned: docs/tutorials/train-on-your-log.md names this number. */
const FEW_EVENTS = 2000;

const fewEvents = (count: number): string =>
  `Warning: ${counted(count, 'event')}, and below ${FEW_EVENTS.toLocaleString('en')} what is learned is mostly chance. It is written all the same: before you publish it, train on a longer log, or compare the lists.`;

/** Reports before hours of work that the result could not be written. @throws SidestreamError */
async function checkOut({ out, bundle, models, companionsOnly }: TrainOptions, digest: string): Promise<void> {
  if ((await isBundle(out)) && resolve(out) !== resolve(bundle)) await requireBundle(out, digest);
  const isFile = out.endsWith('.safetensors');
  if (isFile && (await isFolder(out))) {
    throw new SidestreamError('runtime/invalid-input', `--out ${out} is a folder. Name a file, or another folder.`);
  }
  await requireRoom('--out', isFile ? dirname(out) : out);
  if (!companionsOnly) await requireRoom('--models', models);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** What is said when a signal ends a training. */
const howToGoOn = ({ all, earlier }: Checkpoints): string =>
  hasCheckpoint(all) || hasCheckpoint(earlier)
    ? '\nInterrupted. The training is kept as it was after its last whole epoch: the same command with --resume goes on from there.'
    : '\nInterrupted before the first epoch ended, so the next training begins with the first epoch.';

/** A shop's log, and what `train` was asked for. */
interface Shop {
  options: TrainOptions;
  bundle: Bundle;
  /** Sorted by time. */
  events: readonly LogEvent[];
  /** Those of the events that are on items of the bundle. */
  interactions: Interaction[];
  checkpoints: Checkpoints;
}

/** Where the base models of the whole log and of its earlier part have their checkpoints. */
interface Checkpoints {
  all: string;
  earlier: string;
}

/** Beside the model, or with the kept models where `out` is a bundle, whose folder may be online while a training runs. */
async function checkpointsOf({ out, models }: TrainOptions, isInBundle: boolean): Promise<Checkpoints> {
  const of = (await sha256(new TextEncoder().encode(resolve(out)))).slice(0, 12);
  const named = (part: string): string => join(models, `training-${of}-${part}.safetensors`);
  return { all: isInBundle ? named('all') : out, earlier: named('earlier') };
}

/** A base model and how its training went. */
interface TrainedModel extends Omit<TrainBaseResult, 'weights'> {
  model: BaseModel;
}

const configOf = ({ recipe, width, length }: TrainOptions): BaseConfig =>
  baseConfig(recipe, { embeddingDim: width, maxSeqLen: length });

/** A step of a training that a process does: a base model, or a part of the replay by the weights of the earlier one. */
const taskSchema = v.union([
  v.strictObject({ train: v.picklist(['all', 'earlier']) }),
  v.strictObject({ replay: replayStepSchema, weights: v.custom<Weights>(isWeights) }),
]);

function isWeights(data: unknown): boolean {
  return v.is(v.record(v.string(), v.object({ shape: v.array(v.number()), values: v.instance(Float32Array) })), data);
}
const trainedSchema = v.object({
  weights: v.custom<Weights>(isWeights),
  validation: v.nullable(v.object({ hr10: v.number(), ndcg10: v.number() })),
  epochs: v.number(),
});

/** Processes that train and replay. */
function trainProcesses(options: TrainOptions, told: Pick<TaskProcessesOptions, 'say' | 'onSignal'>): TaskProcesses {
  const { bundle, events, out, models, recipe, batch, rate, resume } = options;
  const numbers = ['windows', 'seed', 'epochs', 'width', 'length', 'validation', 'past'] as const;
  const command = [
    ...['train', '--bundle', bundle, '--events', events, '--out', out],
    ...['--models', models, '--recipe', recipe],
    ...numbers.flatMap((name) => [`--${name}`, String(options[name])]),
    ...(batch === undefined ? [] : ['--batch', String(batch)]),
    ...(rate === undefined ? [] : ['--rate', String(rate)]),
    ...(resume ? ['--resume'] : []),
  ];
  const meters = new JointMeter();
  return new TaskProcesses({ size: options.processes, command, ...told, meter: () => meters.meter() });
}

/** Does what another process asks for, until that one ends. */
async function trainForOther(shop: Shop): Promise<void> {
  const { options, bundle, events } = shop;
  await startCompute('wasm');
  const meter = parentMeter();
  let replay: Promise<Replay | null> | null = null;
  await doTasks(async (data) => {
    const task = v.parse(taskSchema, data);
    if ('train' in task) return task.train === 'all' ? trainOnAll(shop, meter) : trainOnEarlier(shop, meter);
    const earlierBase = BaseModel.from(task.weights, configOf(options), bundle.features);
    replay ??= mapReplay({ bundle, events, earlierBase, seed: options.seed, meter });
    return (await (await replay)?.([task.replay]))?.[0];
  });
}

/** Trains the base model of the whole log. */
async function trainMain(shop: Shop, pool: TaskProcesses | null): Promise<TrainedModel> {
  const { options, bundle } = shop;
  const { weights, ...how } = pool
    ? v.parse(trainedSchema, await pool.run('all events', { train: 'all' }))
    : await alone(shop, trainOnAll);
  return { model: BaseModel.from(weights, configOf(options), bundle.features), ...how };
}

/** Trains the base model of the earlier events, and learns from the shoppers who came later. */
async function learnFromEarlier(
  shop: Shop,
  {
    earlier,
    learning,
    pool,
    say,
  }: {
    earlier: readonly LogEvent[];
    /** Base model and factors of the whole log. */
    learning: Promise<{ base?: BaseModel; factors?: Factors }>;
    pool: TaskProcesses | null;
    say(line: string): void;
  },
): Promise<LearnedFromReplay | null> {
  const { options, bundle, events } = shop;
  // In one process, one training comes after the other.
  if (!pool) await learning;
  say(
    `Training a base model of the first ${earlier.length} events beside it, from which the map of the experts' gradients and the lift of new items are learned; it is kept for evaluate`,
  );
  const { weights } = pool
    ? v.parse(trainedSchema, await pool.run('earlier events', { train: 'earlier' }))
    : await alone(shop, trainOnEarlier);
  const earlierBase = BaseModel.from(weights, configOf(options), bundle.features);
  await keepEarlier({ options, bundle, events }, earlierBase);
  const replay: Replay | undefined =
    pool === null
      ? undefined
      : (steps) =>
          Promise.all(
            steps.map(async (step) => parseReplayResult(await pool.run('replay', { replay: step, weights }))),
          );
  const now = async () => {
    const { base, factors } = await learning;
    if (!base || !factors)
      throw new SidestreamError('runtime/unexpected', 'A map is learned beside a base model only.');
    return { base, factors };
  };
  return learnMap({ bundle, events, now, earlierBase, seed: options.seed, meter: createMeter(), say, replay });
}

/** Keeps the base model of the earlier part as `evaluate` would train it, where nothing about the training was chosen. */
async function keepEarlier(
  { options, bundle, events }: Pick<Shop, 'options' | 'bundle' | 'events'>,
  model: BaseModel,
): Promise<void> {
  const { windows, epochs, validation, batch, rate, seed, models } = options;
  const how = [{ windows, epochs, validation }, configOf(options)];
  const usual = JSON.stringify(how) === JSON.stringify([TRAINING, baseConfig('sidestream')]);
  if (!usual || batch !== undefined || rate !== undefined) return;
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const shop = { bundle, events: [...events], rowOf, seed, past: EARLIER, half: 'all' as const, models };
  const { path } = await baseFile({ ...shop, meter: createMeter(), say: () => undefined });
  await storeBase(model, path, bundle.manifest.digest);
}

/** Trains in this process, without others. */
const alone = (shop: Shop, work: typeof trainOnAll): Promise<TrainBaseResult> =>
  interruptible(
    () => work(shop, createMeter()),
    () => console.error(howToGoOn(shop.checkpoints)),
  );

const trainOnAll = ({ options, bundle, interactions, checkpoints }: Shop, meter: Meter): Promise<TrainBaseResult> =>
  trainOn({ ...options, bundle, interactions, checkpoint: checkpoints.all, meter }, options);

function trainOnEarlier({ options, bundle, events, checkpoints }: Shop, meter: Meter): Promise<TrainBaseResult> {
  const earlier = earlierEvents(events, bundle) ?? [];
  const { interactions } = interactionsOf({ events: earlier, rejected: [] }, bundle);
  const checkpoint = checkpoints.earlier;
  // An interrupted training left a checkpoint of the model that it was at.
  const resume = options.resume === true && hasCheckpoint(checkpoint);
  return trainOn({ ...options, resume, bundle, interactions, checkpoint, meter }, options);
}

const trainOn = (request: Omit<TrainBaseRequest, 'config' | 'say'>, options: TrainOptions): Promise<TrainBaseResult> =>
  trainBase({
    ...request,
    config: configOf(options),
    say: (line) => console.error(line),
    onUnused: (after) =>
      console.error(
        `There is a checkpoint of this training after ${after}, from which --resume goes on. This training begins with the first epoch, after which it replaces that checkpoint.`,
      ),
  });

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;

function shareOfLog(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n <= 1)) throw new InvalidArgumentError('must be a number above 0, up to 1.');
  return n;
}

function share(text: string): number {
  const n = Number(text);
  if (!(n >= 0 && n <= 0.5)) throw new InvalidArgumentError('must be a number from 0 to 0.5.');
  return n;
}
