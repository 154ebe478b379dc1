import { Command, InvalidArgumentError, Option } from 'commander';
import { createMeter, JointMeter, type Meter, openFolder } from '../../build';
import type { ByPart, DriftPart, LearnerSettings, Tuning, TuningEvidence, TuningLog, TuningPart } from '../../catalog';
import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import type { EventLog, LogEvent } from '../../evaluate';
import {
  type ChosenSettings,
  type ChosenThreshold,
  chooseSettings,
  LEAST_SHOPPERS,
  TUNING_PARTS,
  wordsOf,
} from '../../evaluate/tune';
import { startCompute, storeLearned } from '../../training';
import { byProduct, concludeRefused, REFUSED_HELP, readEventFile } from '../event-file';
import { positiveInteger } from '../option-parsers';
import { modelsOption, pastOption, processesOption } from '../shared-options';
import { doTasks, isTaskProcess, parentMeter, TaskProcesses, WORKER_OPTION } from '../task-processes';
import { logShop } from './log-shop';
import { madeUpShop } from './made-up-shop';
import { type ShopSource, TuningShop } from './tuning-shop';
import { tuningTables, tuningVerdict } from './tuning-tables';

/** Exit status where nothing beats the settings of every shop. */
const NOTHING_BETTER = 2;

/** Most shoppers of each part: more of them would take longer than a shop waits. */
const MOST_SHOPPERS = 72;

interface TuneOptions {
  bundle: string;
  /** Log; without it shoppers are made up. */
  events?: string;
  models: string;
  past: number;
  shoppers: number;
  seed: number;
  processes: number;
  json?: boolean;
  /** Whether this process does tasks for another one. */
  worker?: boolean;
}

/** `sidestream tune`: chooses how the shoppers' learners learn, by the shop's own log. */
export function tuneCommand(): Command {
  return new Command('tune')
    .description("choose how the shoppers' learners learn by the shop's own log, and put it into the bundle")
    .requiredOption(
      '--bundle <folder>',
      'bundle with a base model, as `train` leaves it; without --events: one without',
    )
    .option('--events <file>', 'log as .csv or .jsonl with user, item and time; shoppers are made up without one')
    .addOption(modelsOption())
    .addOption(pastOption())
    .option(
      '--shoppers <n>',
      `most shoppers to choose on, as many to confirm, and as many to report; ${LEAST_SHOPPERS} or more`,
      shoppersOf,
      MOST_SHOPPERS,
    )
    .option('--seed <n>', 'same seed, same settings', positiveInteger, 1)
    .addOption(processesOption(', between which the shoppers are divided'))
    .option('--json', 'print the result as one line of JSON, last')
    .addOption(new Option(WORKER_OPTION, 'do steps of the tuning for another process').hideHelp())
    .addHelpText(
      'after',
      `\nExit status: 0 when settings were written, ${NOTHING_BETTER} when nothing beats those of every shop by two standard errors (the bundle stays as it is), ${REFUSED_HELP} (the output says which), 1 after an error.`,
    )
    .action(tune);
}

function shoppersOf(text: string): number {
  const count = positiveInteger(text);
  if (count < LEAST_SHOPPERS) throw new InvalidArgumentError(`must be ${LEAST_SHOPPERS} or more.`);
  return count;
}

async function tune(options: TuneOptions): Promise<void> {
  const started = performance.now();
  await startCompute('wasm');
  const worker = isTaskProcess(options);
  const { source, digest, log, rejected } = await sourceOf(options, worker ? parentMeter() : createMeter());
  const shop = new TuningShop(source);
  if (worker) await doTasks((task) => shop.do(task));
  if (!log) say(MADE_UP);
  const pool = options.processes > 1 ? processes(options) : null;
  let found: ChosenSettings;
  try {
    await shop.learn(pool);
    found = await choose(shop, pool, options.seed);
  } finally {
    pool?.close();
  }
  const threshold = await shop.threshold();
  const evidence = { ...(log ? { log } : {}), seed: options.seed };
  const tuning = tuningOf(found, threshold, source.base, evidence);
  const stored = tuning && (await storeLearned({ tuning }, options.bundle, digest)).tuning;
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(tuningTables(found, threshold));
  if (stored) {
    const verdict = tuningVerdict(found);
    if (verdict) console.log(`\n${verdict}`);
    console.log(`\n${wordsOf(tuning?.settings ?? {})}\n${stored.file}: ${stored.bytes} bytes, in ${seconds} s`);
  } else {
    process.exitCode = NOTHING_BETTER;
    console.log(
      `\nNothing beats the settings of every shop by two standard errors on shoppers that it was not chosen on, so the bundle stays as it is (${seconds} s).`,
    );
  }
  const refused = concludeRefused({ rejected });
  if (options.json) console.log(lineOf(found, threshold, { tuning, file: stored?.file ?? null, seconds, refused }));
}

const MADE_UP =
  'Without a log settings are chosen on made-up shoppers, who want what texts, pictures and categories of this catalogue say. They know nothing of yours: tune again once there is a log.';

/** The shop and its shoppers. @throws SidestreamError `runtime/invalid-input` where settings cannot be chosen on them */
async function sourceOf(
  options: TuneOptions,
  meter: Meter,
): Promise<{ source: ShopSource; digest: string; log?: TuningLog; rejected: EventLog['rejected'] }> {
  const { bundle: folder, events: file, models, past, seed, shoppers } = options;
  const opened = await openFolder(folder);
  const { base, clusters, digest } = opened.manifest;
  if (clusters) throw refused('Pages load this catalogue in parts, without what is tuned beside it');
  if (file === undefined) {
    if (base)
      throw refused('The bundle has a base model, learned from a log; choose settings on that log with --events');
    const { bundle } = byProduct(opened, { events: [], rejected: [] });
    return { source: madeUpShop(bundle, seed, shoppers), digest, rejected: [] };
  }
  if (!base) {
    throw refused(
      'The bundle has no base model, beside which settings are chosen on a log; put one into it with `sidestream train`',
    );
  }
  const { bundle, log } = byProduct(opened, await readEventFile(file, isTaskProcess(options)));
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  const input = { bundle, events: log.events, rowOf, seed, past, half: 'all' as const, models, meter, say };
  const { rejected } = log;
  return { source: logShop(input, shoppers), digest, log: await logOf(log.events), rejected };
}

const refused = (why: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `${why}. Nothing is tuned.`);

const say = (line: string): void => console.error(line);

function processes({ bundle, events, models, past, shoppers, seed, processes: size }: TuneOptions): TaskProcesses {
  const files = ['--bundle', bundle, ...(events === undefined ? [] : ['--events', events]), '--models', models];
  const numbers = ['--past', past, '--shoppers', shoppers, '--seed', seed].map(String);
  const meters = new JointMeter();
  return new TaskProcesses({ size, command: ['tune', ...files, ...numbers], say, meter: () => meters.meter() });
}

/** Chooses all settings but the drift threshold. */
async function choose(shop: TuningShop, pool: TaskProcesses | null, seed: number): Promise<ChosenSettings> {
  const meter = createMeter();
  let shown: number | null = null;
  const onProgress = (done: number, total: number): void => {
    if (shown === null) meter.start('Replays', total);
    meter.advance(done - (shown ?? 0));
    shown = done;
  };
  try {
    return await chooseSettings(shop.shoppers(pool), { seed, onProgress });
  } finally {
    if (shown !== null) meter.stop();
  }
}

/** What becomes part of the bundle; null where nothing does. @param base whether the shop has a base model */
function tuningOf(
  { settings: lists, parts, compared }: ChosenSettings,
  { threshold, parts: drift }: ChosenThreshold,
  base: boolean,
  evidence: Pick<TuningEvidence, 'log' | 'seed'>,
): Tuning | null {
  const settings: LearnerSettings = { ...lists, ...(threshold === null ? {} : { driftThreshold: threshold }) };
  if (Object.keys(settings).length === 0) return null;
  const [wholeLists, wholeDrift] = [lists && whole(parts), threshold === null ? null : whole(drift)];
  return {
    ...{ base, settings },
    evidence: {
      date: new Date().toISOString().slice(0, 10),
      ...evidence,
      compared: compared.map(({ name }) => name),
      ...(wholeLists ? { lists: wholeLists } : {}),
      ...(wholeDrift ? { drift: wholeDrift } : {}),
    },
  };
}

/** The parts, where all of them were looked at. */
function whole<T extends TuningPart | DriftPart>({ choose, confirm, report }: Partial<ByPart<T>>): ByPart<T> | null {
  return choose && confirm && report ? { choose, confirm, report } : null;
}

async function logOf(events: readonly LogEvent[]): Promise<TuningLog> {
  const lines = events.map(({ user, item, time }) => `${user}\t${item}\t${time}`);
  return { sha256: await sha256(new TextEncoder().encode(lines.join('\n'))), events: events.length };
}

function lineOf(
  { best, parts, compared }: ChosenSettings,
  threshold: ChosenThreshold,
  { tuning, ...about }: { tuning: Tuning | null; file: string | null; seconds: number; refused: number },
): string {
  const looks = TUNING_PARTS.map((name) => [name, parts[name] ? 1 : 0]);
  const rounded = (value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(5)) : value;
  return JSON.stringify(
    {
      ...{ settings: tuning?.settings ?? null, ...about, best, parts, drift: threshold },
      ...{ reportLooks: Object.fromEntries(looks).report, compared },
    },
    (_, value: unknown) => rounded(value),
  );
}
