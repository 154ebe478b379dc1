import { fetchFrom, openBundle } from '../../core/catalog';
import type { NewEvent } from '../../core/events';
import { matrixBackend } from '../../core/kernel';
import { SidestreamError } from '../../error';
import {
  consentSchema,
  type EncoderRun,
  optionsSchema,
  parsed,
  type Status,
  trackSchema,
  type WorkerRecommender,
} from '../protocol';
import { loadReasons } from '../ranking';
import { type Calls, parsingCalls } from './calls';
import { preloadDevice } from './device-opening';
import { ListChanges } from './engine-context';
import type { EngineListener, EngineOptions } from './engine-options';
import { type EngineParts, engineParts } from './engine-parts';
import { ExperimentAssignment, loadExperiment } from './experiment-assignment';
import { LoadedCatalog } from './loaded-catalog';
import type { JoinMutable } from './mutable-files';
import { ProfileSession } from './profile-session';
import { ProfileStorage } from './profile-storage';
import { StartedFiles, startFirstList } from './started-files';
import { TaskQueue } from './task-queue';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;
/** Only shops with offers, or with a file of rules, need this code. */
const mutableFiles = () => import('./mutable-files');
const profileTransfer = () => import('./profile-transfer');
const addedItems = () => import('./added-items');

/**
 * The recommender, independent of page and worker: connects catalogue, store, learner and ranking. Runs in the worker, where
 * the page calls its methods. `Recommender` and `WorkerRecommender` document them.
 */
export class Engine implements Calls {
  readonly #parts: EngineParts;
  readonly #onClose: () => void;
  /** The last run of each encoder, the latest one last. */
  #runs: EncoderRun[] = [];

  /** @param onClose called when `close()` begins */
  private constructor(parts: EngineParts, onClose: () => void) {
    this.#parts = parts;
    this.#onClose = onClose;
    const { storage, tasks, changes, listener, scheduler, events, consent } = parts;
    changes.subscribe(() => this.#reportStatus());
    storage.subscribe({
      onError: (error) => listener.error(error),
      onEvents: () => this.#learn(),
      onProfile: () => {
        events.restart();
        tasks.later('refresh', REFRESH_DELAY, () => scheduler.reload());
      },
      // The tab that led before may have ended before it learned, or saved, the last events.
      onLead: () => tasks.queue(() => scheduler.reload()),
      onErased: () => tasks.beside(() => consent.erasedElsewhere()),
      onGranted: () => tasks.beside(() => consent.grantedElsewhere()),
      onTakenOver: () => tasks.beside(() => scheduler.rebase()),
    });
  }

  /**
   * Loads the bundle and, with consent, the profile.
   * @param given receives the shopper's answers while the bundle is loaded; closed if the start fails
   * @returns the engine behind the parsing of its arguments
   * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
   */
  static async start(
    options: EngineOptions,
    listener: EngineListener,
    given?: ProfileStorage,
  ): Promise<WorkerRecommender> {
    if (options.consent !== undefined) parsed(consentSchema, options.consent, 'createRecommender() consent');
    const storage = given ?? new ProfileStorage(options);
    try {
      return parsingCalls(await Engine.#start(options, listener, storage));
    } catch (thrown) {
      storage.close();
      throw thrown;
    }
  }

  static async #start(options: EngineOptions, heard: EngineListener, storage: ProfileStorage): Promise<Engine> {
    let closed = false;
    const listener: EngineListener = {
      change: (status) => heard.change(status),
      progress: (progress) => heard.progress(progress),
      error(error) {
        // A read in the background that the page's own close() ended is no news to the page.
        if (!closed || error.code !== 'runtime/closed') heard.error(error);
      },
    };
    const experiment = loadExperiment(options.experiment);
    const report = (thrown: unknown): undefined => void listener.error(SidestreamError.from(thrown));
    let mutable: Promise<JoinMutable | undefined> | undefined;
    const files = new StartedFiles(fetchFrom(options.bundle), options.manifest);
    // Lists in the language of the page need them; a list without them reports it.
    loadReasons(options.lang).catch(() => undefined);
    const opening = openBundle(files.over(), (loaded, total) => listener.progress({ stage: 'bundle', loaded, total }), {
      whole: false,
      featuresLater: true,
      onIncomplete: report,
      onManifest(manifest) {
        startFirstList(manifest, options, files);
        if (!(manifest.offers || manifest.rules || options.market || options.offers?.size)) return;
        // Fetched in parallel with the items: the first list should have the right prices, and follow the rules.
        mutable ??= mutableFiles().then(({ openMutable }) => openMutable(manifest, options, listener, files), report);
      },
    });
    const returning = preloadDevice(options);
    const [running, bundle] = await Promise.all([experiment, opening]);
    // Most catalogues are loaded as a whole.
    const large = bundle.clusters && (await import('./cluster-loader'));
    // Parts of a large catalogue that arrive later may have variants.
    const variants = large || bundle.items.some(({ group }) => group) ? await import('../ranking/variants') : null;
    const catalog = new LoadedCatalog(bundle, variants?.productVariants);
    if (bundle.manifest.demand && !large && !catalog.index.hasPopularity) {
      // Without popularity, the first list would follow the order of the feed and change a moment later. A failure is
      // retried with the other trained files, and reported.
      await import('./load-learned').then(({ loadDemand }) => loadDemand(catalog)).catch(() => undefined);
    }
    if (bundle.manifest.locales) {
      catalog.texts = new (await import('./item-texts')).ItemTexts(bundle, options.lang, listener);
    }
    const context = {
      options,
      listener,
      catalog,
      storage,
      session: new ProfileSession(catalog, storage, listener),
      experiment: new ExperimentAssignment(running, options, listener),
      tasks: new TaskQueue(report),
      changes: new ListChanges(),
    };
    const parts = engineParts(context, large);
    const engine = new Engine(parts, () => {
      closed = true;
    });
    // A list for this shopper depends on them.
    void returning.then((known) => (known ? parts.features.load() : undefined));
    await engine.#open();
    parts.clusterLoader?.scheduleLoad();
    await (await mutable)?.(catalog, context.changes);
    return engine;
  }

  async join(...[options, given]: Parameters<Calls['join']>) {
    const { experiment } = parsed(optionsSchema, options, 'createRecommender()');
    await loadExperiment(experiment);
    return (await import('./fresh-options')).freshOptions(options, given);
  }

  recommend(...[request]: Parameters<Calls['recommend']>) {
    return this.#parts.recommendations.recommend(request);
  }

  rerank(ids: unknown, options: unknown) {
    return this.#parts.recommendations.rerank(ids, options);
  }

  find(...[request, , query, runs]: Parameters<Calls['find']>) {
    this.#ran(runs);
    return this.#parts.recommendations.find(request, query);
  }

  recommendSegments(request: unknown) {
    return this.#parts.recommendations.segments(request);
  }

  recommendRows(request: unknown) {
    return this.#parts.recommendations.rows(request);
  }

  async products(ids: unknown, request: unknown) {
    return (await import('./other-lists')).products(ids, request, this.#parts);
  }

  setHints(hints: unknown) {
    return this.#parts.recommendations.setHints(hints);
  }

  explain(...[itemId, request]: Parameters<Calls['explain']>) {
    return this.#parts.recommendations.explain(itemId, request);
  }

  async track(type: unknown, itemId: unknown, details: unknown = {}, time?: number) {
    const [rejected] = await this.trackAll([{ type, itemId, details }], time);
    if (rejected) throw SidestreamError.deserialize(rejected);
  }

  async trackAll(given: readonly unknown[], time = Date.now()) {
    const entries: NewEvent[] = [];
    const results = given.map((event) => {
      try {
        entries.push(this.#entry(event, time));
        return null;
      } catch (thrown) {
        return SidestreamError.from(thrown).serialize();
      }
    });
    const { storage, events, clusterLoader, tasks } = this.#parts;
    if (storage.consent === 'denied' || entries.length === 0) return results;
    await events.append(entries);
    this.#learn();
    // Events of items that a large catalogue lacks stay in the log, but are reported and not learned.
    if (clusterLoader) tasks.beside(() => clusterLoader.check(entries.map(({ itemId }) => itemId)));
    return results;
  }

  consent(...[level]: Parameters<Calls['consent']>) {
    return this.#parts.consent.answer(level);
  }

  forget() {
    return this.#parts.consent.forget();
  }

  async metrics() {
    return (await this.#parts.events.aggregates()).metrics(this.#parts.experiment.label());
  }

  async takeMetrics(sent: readonly string[]) {
    const { era } = this.#parts.storage;
    return (await import('./visitor-counts')).takeMetrics(this.#parts, sent, era);
  }

  snapshots() {
    return this.#parts.storage.reading((store) => store.snapshots());
  }

  async rollback(id: unknown) {
    const { era } = this.#parts.storage;
    await (await profileTransfer()).rollback(this.#parts, id, era);
  }

  async exportProfile(passphrase: unknown) {
    return (await profileTransfer()).exportProfile(this.#parts, passphrase);
  }

  async importProfile(file: unknown, given: unknown) {
    const { era } = this.#parts.storage;
    return (await profileTransfer()).importProfile(this.#parts, file, given, era);
  }

  async inspect(question: unknown, about: unknown) {
    return (await import('./inspection')).inspect(this.#parts, question, about);
  }

  async handOver() {
    const { recommendations, events } = this.#parts;
    const hints = await recommendations.hintsGiven();
    const kept = { ...(await this.copy()), counts: events.take(), hints };
    await this.close();
    return kept;
  }

  async copy() {
    return { memory: await (await profileTransfer()).memoryOf(this.#parts), counts: [] };
  }

  async takeOver(kept: unknown) {
    try {
      const { takeOver } = await import('./profile-transfer');
      await takeOver(kept, this.#parts, (event, time) => this.#entry(event, time));
    } catch (thrown) {
      this.#parts.listener.error(SidestreamError.from(thrown));
    }
  }

  async save() {
    this.#parts.scheduler.hurry();
  }

  async queryEncoder(...[modality]: Parameters<Calls['queryEncoder']>) {
    return (await addedItems()).queryEncoder(this.#parts, modality);
  }

  async encoderFiles() {
    return (await addedItems()).encoderFiles(this.#parts);
  }

  async insertItem(...[local, runs]: Parameters<Calls['insertItem']>) {
    const { era } = this.#parts.storage;
    this.#ran(runs);
    return (await addedItems()).insertItem(this.#parts, local, era);
  }

  async updateOffers(offers: unknown) {
    const { catalog, changes } = this.#parts;
    return (await mutableFiles()).updateOffers(catalog, changes, offers);
  }

  async getItem(id: string, lang?: string) {
    const { catalog, clusterLoader } = this.#parts;
    const item = catalog.find(id) ?? (await clusterLoader?.find(id)) ?? null;
    return item && ((await catalog.texts?.in(lang))?.(item) ?? item);
  }

  async browse(request: unknown) {
    return (await import('./other-lists')).browse(this.#parts.catalog, request);
  }

  async categories(request: unknown) {
    return (await import('./other-lists')).categories(this.#parts.catalog, request);
  }

  async status() {
    await this.#parts.features.waitFor();
    return this.#status();
  }

  async settled() {
    const { features, tasks, session } = this.#parts;
    await features.load();
    await tasks.settled();
    await session.settled();
  }

  async reset() {
    const { storage, scheduler, events, recommendations, changes } = this.#parts;
    const { era } = storage;
    await scheduler.replaceStored(async () => {
      // Erased meanwhile: there is nothing left to reset.
      if (era === storage.era) await storage.change(era, (store) => store.clear({ keepItems: true }));
    });
    events.forget();
    await recommendations.begin();
    changes.announce();
  }

  async close() {
    this.#onClose();
    this.#parts.features.close();
    await this.settled();
    this.#parts.storage.close();
  }

  /** Opens store and profile. If the store cannot be read, recommendations continue in memory. */
  async #open(): Promise<void> {
    const { consent, experiment, storage, scheduler, listener, recommendations } = this.#parts;
    try {
      await consent.open();
      await experiment.draw(storage.counting);
      await scheduler.restore();
    } catch (thrown) {
      listener.error(SidestreamError.from(thrown));
    }
    await recommendations.begin();
  }

  /** The current state, without waiting: news of consent must not wait for the network. */
  async #status(): Promise<Status> {
    const { storage, session, experiment, catalog } = this.#parts;
    for (;;) {
      // Erased while the learner was busy: report neither its state nor an answer that is not known yet.
      await storage.known();
      const { era } = storage;
      const read = await session.run(({ learner }) => learner.status);
      if (era !== storage.era) continue;
      return {
        consent: storage.consent,
        learning: experiment.learns(),
        leading: storage.leading,
        items: catalog.count,
        ...read,
        backend: { encoders: this.#runs.at(-1)?.backend ?? null, learner: matrixBackend(), runs: [...this.#runs] },
      };
    }
  }

  #reportStatus(): void {
    const { listener } = this.#parts;
    this.#status().then(
      (status) => listener.change(status),
      (thrown) => listener.error(SidestreamError.from(thrown)),
    );
  }

  /** Learns the events of the log, or notes them until the features are there. A list requested after this call waits for that. */
  #learn(): void {
    const { tasks, scheduler, features } = this.#parts;
    tasks.beside(async () => {
      await scheduler.catchUp();
      await features.waitFor();
    });
  }

  /** Notes what encoders ran in this page. */
  #ran(runs: readonly EncoderRun[]): void {
    for (const run of runs) this.#runs = [...this.#runs.filter(({ encoder }) => encoder !== run.encoder), run];
  }

  /** @throws SidestreamError `runtime/invalid-input`, `runtime/unknown-item` */
  #entry(event: unknown, time: number): NewEvent {
    const { clusterLoader, catalog, experiment } = this.#parts;
    const { type, itemId, details } = parsed(trackSchema, event, 'track()');
    // In a large catalogue the item is looked up after the event is safe: it may not be loaded.
    if (!clusterLoader) catalog.rowOf(itemId);
    return { type, itemId, time, ...details, variant: experiment.label() };
  }
}
