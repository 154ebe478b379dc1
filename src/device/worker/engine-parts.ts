import * as v from 'valibot';
import {
  type FetchFile,
  fetchFrom,
  freshFrom,
  localeFor,
  MANIFEST_FILE,
  type Manifest,
  marketFor,
  offeredMarket,
  offersFile,
  openHead,
} from '../../core/catalog';
import { SidestreamError } from '../../error';
import type { EarlyManifest } from '../protocol';
import { loadReasons, RULES_FILE } from '../ranking';
import { ConsentService } from './consent-service';
import { preloadDevice } from './device-opening';
import { ListChanges, TaskQueue } from './engine-context';
import type { EngineListener, EngineOptions } from './engine-options';
import { EventRecorder } from './event-recorder';
import { ExperimentAssignment, loadExperiment } from './experiment-assignment';
import { LearningScheduler } from './learning-scheduler';
import { LoadedCatalog } from './loaded-catalog';
import type { JoinMutable } from './mutable-files';
import { ProfileSession } from './profile-session';
import type { ProfileStorage } from './profile-storage';
import { RecommendationService } from './recommendation-service';
import { RestLoader } from './rest-loader';

export type EngineParts = Awaited<ReturnType<typeof engineParts>>;
/** The parts for a call, and the era in which the page made it: what belongs to a later era is not the call's to change. */
export type Call = EngineParts & { era: number };

/**
 * Loads a bundle, and makes the parts of an engine, each for the parts before it.
 * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
 */
export async function engineParts(options: EngineOptions, reports: EngineListener, storage: ProfileStorage) {
  const listener: EngineListener = {
    ...reports,
    error(error) {
      // A read in the background that the page's own close() ended is no news to the page.
      if (error.code !== 'runtime/closed') reports.error(error);
    },
  };
  const loading = loadExperiment(options.experiment).then(
    (found) => new ExperimentAssignment(found, options, listener),
  );
  let opened: string | undefined;
  const report = (thrown: unknown): undefined => void listener.error(SidestreamError.from(thrown));
  let mutable: Promise<JoinMutable | undefined> | undefined;
  const files = new StartedFiles(fetchFrom(options.bundle), options.manifest);
  // Lists in the language of the page need them; a list without them reports it.
  loadReasons(options.lang).catch(() => undefined);
  const returning = preloadDevice(options);
  const opening = openHead(files.over(), (loaded, total) => listener.progress({ stage: 'bundle', loaded, total }), {
    onIncomplete: report,
    // Other experiments need not wait for their code before the items are fetched.
    model: async () =>
      JSON.stringify(options.experiment)?.includes('"model"') ? (await loading).wantedModel(storage) : undefined,
    onManifest(manifest, model) {
      opened = model;
      startFirstList(manifest, options, files);
      void returning.then((known) => known && files.start(indexesOf(manifest)));
      if (!(manifest.offers || manifest.rules || options.market || options.offers?.size)) return;
      // Fetched in parallel with the items: the first list should have the right prices, and follow the rules.
      mutable ??= import('./mutable-files').then(
        ({ openMutable }) => openMutable(manifest, options, listener, files.over(freshFrom(options.bundle))),
        report,
      );
    },
  });
  const [experiment, bundle] = await Promise.all([loading, opening]);
  experiment.opened(opened);
  const { manifest } = bundle;
  const parts = manifest.shards.whole ? null : await import('./shard-loader');
  // Items that arrive later may have variants.
  const variants = manifest.variants ? await import('../ranking/variants') : null;
  const catalog = new LoadedCatalog(bundle, variants?.productVariants);
  if (manifest.locales) {
    catalog.texts = new (await import('./item-texts')).ItemTexts(bundle, options.lang, listener);
  }
  const context = {
    options,
    listener,
    catalog,
    storage,
    session: new ProfileSession(catalog, storage, listener),
    experiment,
    tasks: new TaskQueue(report),
    changes: new ListChanges(),
  };
  const shardLoader = parts && new parts.ShardLoader(context);
  const events = new EventRecorder(context);
  const scheduler = new LearningScheduler({ ...context, shardLoader });
  const rest = new RestLoader({ ...context, scheduler });
  const recommendations = new RecommendationService({ ...context, shardLoader, rest });
  const consent = new ConsentService({ ...context, scheduler, events, recommendations });
  // A list for this shopper depends on them.
  void returning.then((known) => (known ? rest.load() : undefined));
  const joinMutable = async (): Promise<void> => (await mutable)?.(catalog, context.changes);
  return { ...context, shardLoader, events, scheduler, rest, recommendations, consent, joinMutable };
}

/** The indexes by which a page finds the shards that a returning shopper's first list needs. */
const indexesOf = ({ shards }: Manifest): string[] =>
  shards.whole ? [] : [shards.directory, shards.ids, ...shards.files.slice(0, 1)].map(({ file }) => file);

const bytesSchema = v.nullable(v.instance(ArrayBuffer));

/**
 * Files of a bundle that were asked for before the code that reads them is there: a file that waits for code which waits for another
 * file costs the first list a round trip each.
 */
export class StartedFiles {
  readonly #started = new Map<string, Promise<Response>>();

  /**
   * @param fetchFile requests a file from the host
   * @param manifest the manifest that the page fetched while this worker's script loaded; null if it did not
   */
  constructor(
    private readonly fetchFile: FetchFile,
    manifest: EarlyManifest | null = null,
  ) {
    if (manifest) this.#keep(MANIFEST_FILE, this.#fromPage(manifest));
  }

  /** Requests files; the next fetch of each gets the result. @param fetchFile default: the constructor's */
  start(names: readonly string[], fetchFile = this.fetchFile): void {
    for (const name of names) if (!this.#started.has(name)) this.#keep(name, fetchFile(name));
  }

  /** Returns started files once, and requests all other files from the host. @param fetchFile default: the constructor's */
  over(fetchFile = this.fetchFile): FetchFile {
    const get = (name: string): Promise<Response> => {
      const started = this.#started.get(name);
      this.#started.delete(name);
      return started ?? fetchFile(name);
    };
    return Object.assign(get, { addressOf: fetchFile.addressOf });
  }

  #keep(name: string, response: Promise<Response>): void {
    // Reported to the caller that fetches the file.
    response.catch(() => undefined);
    this.#started.set(name, response);
  }

  async #fromPage(manifest: EarlyManifest): Promise<Response> {
    const bytes = v.parse(bytesSchema, await manifest());
    return bytes ? new Response(bytes) : this.fetchFile(MANIFEST_FILE);
  }
}

/**
 * Requests, as soon as the manifest is available, all files and code that the first list needs in addition to the items: in
 * one step, because each would otherwise wait for the code or the items that need it.
 */
function startFirstList(
  manifest: Manifest,
  { bundle, lang, market = marketFor(manifest, lang) }: EngineOptions,
  files: StartedFiles,
): void {
  const { offers, rules, locales, shards, variants } = manifest;
  const offered = offeredMarket(offers, market);
  const fresh = [...(offered ? [offersFile(offered)] : []), ...(rules ? [RULES_FILE] : [])];
  files.start(fresh, freshFrom(bundle));
  const tag = localeFor(manifest, lang);
  files.start([shards.head.file, ...(locales && tag !== null ? [locales[tag].head.file] : [])]);
  const code: Promise<unknown>[] = [];
  if (locales) code.push(import('./item-texts'));
  if (variants) code.push(import('../ranking/variants'));
  if (!shards.whole) code.push(import('./shard-loader'));
  // Its user requests it again, and reports a failure.
  for (const loading of code) loading.catch(() => undefined);
}
