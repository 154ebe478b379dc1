import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import * as v from 'valibot';
import { type Bundle, type Item, modelNameSchema, pickSideModel, type SideModel } from '../../../src/core/catalog';
import { sha256 } from '../../../src/core/common/bytes';
import { invalidInput } from '../../../src/error';
import { requireRoom } from '../../encoders/folders';
import { unknownText } from '../../shop/logs';
import { byProduct, continuation, fewEventsText, trainShop } from '../../shop/training';
import { decodeSideNetwork, encodeSideNetwork, type KeptBytes, SIDE_SETTINGS } from '../../shop/training/side';
import { createMeter, openFolder, withLock } from '../bundler';
import { demandWithout, MIN_SHOPPERS, openPrepared, type PreparedLog, preparedCooccurrence } from '../logs';
import {
  isBundle,
  keptFile,
  localShards,
  queuedShards,
  requireBundle,
  startCompute,
  storeLearned,
  writeWhole,
} from '../training';
import { jsonOption, modelsOption, numberThat, positiveInteger, processesOption } from './options';
import { impressionsOption, memoryOption, minShoppersOption, openTables, shoppersOption } from './prepare';
import { concludeRefused, interruptible, REFUSED_HELP, say } from './terminal';

const shareOfLog = numberThat((n) => n > 0 && n <= 1, 'must be a number above 0, up to 1.');

/** Exit status of a training that writes nothing because its model ranks worse. */
const WORSE = 3;

const trainOptions = () =>
  new Command('train')
    .description("learn co-occurrence, demand and the side model from a shop's event log")
    .requiredOption('--bundle <folder>', 'bundle with the features of the items')
    .option('--events <files...>', 'CSV, JSON lines or Parquet with user, item and time; folders and patterns, too')
    .option('--prepared <folder>', 'the log as `prepare` has made it, instead of --events')
    .requiredOption('--out <folder>', 'folder of the bundle that gets the result')
    .option('--seed <n>', 'random seed: the same seed gives the same model', positiveInteger, 1)
    .option(
      '--epochs <n>',
      'maximum number of epochs; the one that best ranks the choices of held-out shoppers is kept',
      positiveInteger,
      SIDE_SETTINGS.epochs,
    )
    .option('--past <share>', 'use only this first share of the events; `evaluate` ranks the rest', shareOfLog, 1)
    .addOption(memoryOption())
    .addOption(minShoppersOption())
    .addOption(shoppersOption())
    .addOption(impressionsOption())
    .option('--companions-only', 'only count choices, co-occurrence and repeats, which takes seconds')
    .option(
      '--as <name>',
      'add the result under this name, for a variant of an experiment; the bundle keeps its own (`models` promotes or removes it)',
      nameOfModel,
    )
    .addOption(modelsOption())
    .option(
      '--from-scratch',
      'train on the whole log (default: continue from the last training for --out, on the newer events, if there are any)',
    )
    .addOption(
      new Option(
        '--continue',
        'read only the events that are newer than the last run and add them to its counts; the side model learns them once they are a tenth of the log',
      ).conflicts(['fromScratch', 'shoppers', 'past']),
    )
    .option(
      '--resume',
      'continue an interrupted preparation or training where it was, if bundle and events are still the same',
    )
    .option(
      '--shards <n>',
      'number of parts into which the shoppers are divided, learned at the same time: another number gives another model',
      positiveInteger,
      1,
    )
    .addOption(processesOption(' that learn shards'))
    .option('--queue <address>', 'learn shards in `sidestream worker` processes, over redis://host:port')
    .option(
      '--unless-worse',
      'write nothing if the choices of held-out shoppers rank worse, beyond the error, than by the side model of --bundle',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExit status: 0 when the files were written, ${REFUSED_HELP}, ${WORSE} when they were not because of --unless-worse, 1 after an error.`,
    );

type TrainOptions = ReturnType<ReturnType<typeof trainOptions>['opts']>;

export const trainCommand = () => trainOptions().action(train);

async function train(options: TrainOptions): Promise<void> {
  const started = performance.now();
  const folder = await openFolder(options.bundle);
  await checkOptions(options, folder.manifest.digest);
  // The seed of the training draws no order of events.
  const { seed: _, events = [], prepared, continue: continues, ...limits } = options;
  const out = join(options.models, `log-${await digestOf(options.out)}`);
  const tables = await openTables(prepared, { ...limits, events, continues, items: folder.items, out });
  await trainOn(tables.folder, options, folder, started).finally(tables.remove);
}

/**
 * Runs some work while no other run works in the same models folder; see `withLock`.
 * @param yields false: the work leaves no time for signals
 */
export const withModels = <T>(folder: string, work: () => Promise<T>, { yields = true } = {}): Promise<T> =>
  withLock(join(folder, 'sidestream.lock'), work, { what: 'these models', say, yields });

/** Identifies the folder of a result in the names of kept files. @param as see `addLearned` */
const digestOf = async (out: string, as = ''): Promise<string> =>
  (await sha256(new TextEncoder().encode(resolve(out, as)))).slice(0, 12);

async function trainOn(prepared: string, options: TrainOptions, folder: Bundle, started: number): Promise<void> {
  const { bundle, products } = byProduct(folder, { events: [], rejected: [] });
  const { models, out, as } = options;
  // A further side model continues from the bundle's own.
  const network = options.fromScratch
    ? undefined
    : keptFile(join(models, `side-network-${await digestOf(out)}.weights`));
  const until = options.continue ? await learnedUntil(network) : undefined;
  const log = await openPrepared(prepared, bundle.items, until);
  const choices = log.rows.length;
  const notes = [unknownText(log.unknown, log.unknownIds), until === undefined ? fewEventsText(choices) : null];
  for (const note of notes) if (note !== null) say(note);
  const cooccurrence = await preparedCooccurrence(log);
  const { demand } = log;
  const { repeats } = demand;
  const learn = async () => {
    const before = options.unlessWorse ? await sideOf(folder, bundle.items) : null;
    const side = options.companionsOnly ? undefined : await trainModel(options, { bundle, log, before, network });
    const change = side?.change;
    if (change) {
      say(
        `Against the side model before: ln rank of held-out choices ${change.mean.toFixed(3)} ± ${change.se.toFixed(3)}`,
      );
      if (change.mean > change.se) return null;
    }
    const learned = products.spread({ cooccurrence, demand, ...(side && { side: side.learned }) });
    const stored = await storeLearned(learned, out, bundle.manifest.digest, as);
    if (side) {
      await writeWhole(side.networkFile, encodeSideNetwork(side.network));
      await rm(side.checkpoint, { force: true });
    }
    return { side, stored };
  };
  // The checkpoint and network of another run for the same folder would overwrite these.
  const result = await (options.companionsOnly ? learn() : withModels(models, learn));
  if (result === null) {
    console.log(`${out}: nothing was written, because the new side model ranks worse`);
    process.exitCode = WORSE;
    return;
  }
  const { side, stored } = result;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (options.json) {
    concludeRefused(log.refused);
    console.log(
      JSON.stringify({
        side: stored.side ?? null,
        training: side?.learned.training ?? null,
        weights: side?.learned.start?.weights ?? null,
        windows: side?.network.windows ?? null,
        companions: stored.companions ?? null,
        demand: stored.demand ?? null,
        repeats: repeats === undefined ? null : { share: repeats },
        seconds,
        events: choices,
        unknown: log.unknown,
        refused: log.refused,
        returns: log.returns,
      }),
    );
    return;
  }
  const how = side ? `Trained on ${choices} events` : `Counted ${log.events} events`;
  console.log(`${how} in ${seconds} s`);
  const parts = Object.entries(stored).map(([kind, { bytes }]) => `${kind} ${(bytes / 1e3).toFixed(1)} kB`);
  console.log(`${out}: ${parts.join(', ')}`);
  const met = cooccurrence.offsets.filter((offset, item) => item > 0 && offset > cooccurrence.offsets[item - 1]).length;
  if (stored.demand && repeats) console.log(`${(100 * repeats).toFixed(2)} % of the purchases are repeats`);
  if (stored.companions) console.log(`${met} of ${cooccurrence.count} items have co-occurrence`);
  concludeRefused(log.refused);
}

/** Time until which an earlier training has learned; undefined without one. */
async function learnedUntil(network: KeptBytes | undefined): Promise<number | undefined> {
  const bytes = await network?.read();
  return bytes ? decodeSideNetwork(bytes).until : undefined;
}

/**
 * Trains the side model. The checkpoint is stored with the kept models, because the folder of a bundle may be online meanwhile.
 * @returns undefined if the earlier side model stays
 */
async function trainModel(
  { seed, epochs, models, out, as, continue: continues, resume, shards, processes, queue }: TrainOptions,
  { bundle, log, before, network }: { bundle: Bundle; log: PreparedLog; before: SideModel | null; network?: KeptBytes },
) {
  const slow = await startCompute();
  if (slow) say(slow);
  const of = await digestOf(out, as);
  const [networkFile, checkpoint] = ['network', 'training'].map((kind) => join(models, `side-${kind}-${of}.weights`));
  const goOn = (): void =>
    say('\nInterrupted. The training is kept as of its last whole epoch: the same command with --resume continues it.');
  const request = {
    bundle,
    choices: log,
    cooccurrence: (left: ReadonlySet<number>) => preparedCooccurrence(log, left),
    demand: (left: ReadonlySet<number>) => demandWithout(log, left),
    before,
    seed,
    settings: { epochs },
    shards: shardsOf(shards, processes, queue),
    checkpoint: keptFile(checkpoint),
    resume,
    meter: createMeter(),
    say,
    network,
  };
  if (continues) {
    const { why, isEarly } = await continuation(request);
    if (isEarly) {
      say(`The side model stays as it is; co-occurrence and demand are new. ${why}`);
      return;
    }
    if (why !== undefined) throw invalidInput(`${why}. Train on the whole log, without --continue.`);
  }
  return { ...(await interruptible(() => trainShop(request), goOn)), networkFile, checkpoint };
}

/** Where shards are learned; undefined: in this process. */
const shardsOf = (count: number, processes: number, queue?: string) =>
  count === 1 && queue === undefined
    ? undefined
    : { count, start: queue === undefined ? localShards(Math.min(count, processes)) : queuedShards(queue, say) };

/** The side model of a bundle, of the first variant of each product. */
async function sideOf(folder: Bundle, products: readonly Item[]): Promise<SideModel | null> {
  const model = await folder.side();
  const rowOf = new Map(folder.items.map(({ id }, row) => [id, row]));
  return (
    model &&
    pickSideModel(
      model,
      products.map(({ id }) => rowOf.get(id) ?? 0),
    )
  );
}

/** Reports before hours of work if the result could not be written. @throws SidestreamError */
async function checkOptions(options: TrainOptions, digest: string): Promise<void> {
  const { out, bundle, models, companionsOnly, events, prepared, past, memory, minShoppers, shoppers, impressions } =
    options;
  if ((events === undefined) === (prepared === undefined)) {
    throw invalidInput(
      'Name the log with --events, or the folder that `sidestream prepare` made of it with --prepared.',
    );
  }
  const limits = past < 1 || memory || minShoppers !== MIN_SHOPPERS || shoppers || impressions !== 'left-out';
  if (prepared !== undefined && limits) {
    throw invalidInput(
      '--past, --memory, --min-shoppers, --shoppers and --impressions need --events: a prepared log is used as it is. `prepare` has the last four.',
    );
  }
  if (!(await isBundle(out))) {
    throw invalidInput(
      `${out} is not a bundle, and trained models are stored only in bundles. Give the folder of a bundle with --out.`,
    );
  }
  if (resolve(out) !== resolve(bundle)) await requireBundle(out, digest);
  await requireRoom('--out', out);
  if (!companionsOnly || events) await requireRoom('--models', models);
}

function nameOfModel(text: string): string {
  if (v.is(modelNameSchema, text)) return text;
  throw new InvalidArgumentError('must have 1 to 32 letters, digits, ".", "_" or "-".');
}
