import { fetchFrom, type Item, openBundle } from '../../core/catalog';
import type { EventType, NewEvent } from '../../core/events';
import { type SerializedError, SidestreamError } from '../../error';
import type { Metrics } from '../experiment';
import type { Learner } from '../learner';
import type {
  BrowseRequest,
  BrowseResponse,
  BundleEncoders,
  CategoriesRequest,
  CategoryCount,
  Consent,
  Explanation,
  ImportResult,
  InspectionAnswers,
  KeptUpdate,
  MetricReport,
  RecommendRequest,
  RecommendResponse,
  RerankOptions,
  RerankResponse,
  SegmentsRequest,
  SegmentsResponse,
  Status,
  TrackDetails,
} from '../protocol';
import { type Kept, parseConsent, parsed, type TrackInput, trackSchema } from '../protocol';
import { loadReasons } from '../ranking';
import type { LocalItem, Snapshot } from '../store';
import type { ClusterLoader } from './cluster-loader';
import { ConsentService } from './consent-service';
import { preloadDevice } from './device-opening';
import type { EngineListener, EngineOptions } from './engine-options';
import { EventRecorder } from './event-recorder';
import { ExperimentAssignment, type LoadedExperiment, loadExperiment } from './experiment-assignment';
import { FeatureLoader } from './feature-loader';
import { startFirstList } from './first-list';
import { LearningScheduler } from './learning-scheduler';
import { ListChanges } from './list-changes';
import { LoadedCatalog } from './loaded-catalog';
import type { JoinMutable } from './mutable-files';
import { ProfileSession } from './profile-session';
import { ProfileStorage } from './profile-storage';
import { RecommendationService } from './recommendation-service';
import { StartedFiles } from './started-files';
import { TaskQueue } from './task-queue';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;
/** Only shops with offers, or with a file of rules, need this code. */
const mutableFiles = () => import('./mutable-files');
/** Only pages with an inspector need this code. */
const inspections = () => import('./inspection');
const profileTransfer = () => import('./profile-transfer');

/**
 * The recommender, independent of page and worker: connects catalogue, store, learner and ranking. Runs in the worker, where
 * the page calls its public methods through RemoteRecommender.
 */
export class Engine {
  readonly #listener: EngineListener;
  readonly #catalog: LoadedCatalog;
  readonly #experiment: ExperimentAssignment;
  readonly #storage: ProfileStorage;
  readonly #session: ProfileSession;
  /** Null if the whole catalogue is loaded. */
  readonly #clusters: ClusterLoader | null;
  readonly #events: EventRecorder;
  readonly #scheduler: LearningScheduler;
  readonly #features: FeatureLoader;
  readonly #recommendations: RecommendationService;
  readonly #consent: ConsentService;
  readonly #tasks: TaskQueue;
  readonly #changes: ListChanges;

  /**
   * @param large the code for a partly loaded catalogue; null if the whole catalogue is loaded
   * @param running null without an experiment
   */
  private constructor(
    options: EngineOptions,
    listener: EngineListener,
    catalog: LoadedCatalog,
    large: typeof import('./cluster-loader') | null,
    running: LoadedExperiment | null,
    storage: ProfileStorage,
  ) {
    const { rules = {}, lang } = options;
    const { clusters } = catalog.bundle;
    const changes = new ListChanges();
    const tasks = new TaskQueue((thrown) => listener.error(SidestreamError.from(thrown)));
    const experiment = new ExperimentAssignment(running, options, listener);
    const session = new ProfileSession(catalog, storage, listener);
    const clusterLoader =
      clusters && large && new large.ClusterLoader({ catalog, clusters, session, tasks, changes, listener });
    const events = new EventRecorder(storage, tasks, listener);
    const scheduler = new LearningScheduler({
      catalog,
      session,
      storage,
      tasks,
      listener,
      experiment,
      clusterLoader,
      changes,
    });
    const features = new FeatureLoader({
      catalog,
      session,
      scheduler,
      experiment,
      listener,
      onComplete: () => this.#loadLearned(),
    });
    const recommendations = new RecommendationService({
      catalog,
      experiment,
      rules,
      lang,
      session,
      clusterLoader,
      features,
      listener,
      storage,
      changes,
    });
    const consent = new ConsentService({ storage, scheduler, events, experiment, recommendations, changes });
    this.#listener = listener;
    this.#catalog = catalog;
    this.#changes = changes;
    this.#tasks = tasks;
    this.#experiment = experiment;
    this.#storage = storage;
    this.#session = session;
    this.#clusters = clusterLoader;
    this.#events = events;
    this.#scheduler = scheduler;
    this.#features = features;
    this.#recommendations = recommendations;
    this.#consent = consent;
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
   * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
   */
  static async start(options: EngineOptions, listener: EngineListener, given?: ProfileStorage): Promise<Engine> {
    if (options.consent !== undefined) parseConsent(options.consent, 'createRecommender() consent');
    const storage = given ?? new ProfileStorage(options);
    try {
      return await Engine.#start(options, listener, storage);
    } catch (thrown) {
      storage.close();
      throw thrown;
    }
  }

  static async #start(options: EngineOptions, listener: EngineListener, storage: ProfileStorage): Promise<Engine> {
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
        // Beside the items: the first list should have the right prices, and follow the rules.
        mutable ??= mutableFiles().then(({ openMutable }) => openMutable(manifest, options, listener, files), report);
      },
    });
    const returning = preloadDevice(options);
    const [running, bundle] = await Promise.all([experiment, opening]);
    // Most catalogues are loaded as a whole.
    const large = bundle.clusters && (await import('./cluster-loader'));
    // Parts of a large catalogue that arrive later may have variants.
    const variants = (large || bundle.items.some(({ group }) => group)) && (await import('../ranking/variants'));
    const catalog = new LoadedCatalog(bundle, variants || null);
    if (bundle.manifest.demand && !large && !catalog.index.hasPopularity) {
      // Without popularity, the first list would follow the order of the feed and change a moment later. A failure is
      // retried with the other trained files, and reported.
      await import('./load-learned').then(({ loadDemand }) => loadDemand(catalog)).catch(() => undefined);
    }
    if (bundle.manifest.locales) {
      catalog.texts = new (await import('./item-texts')).ItemTexts(bundle, options.lang, listener);
    }
    const engine = new Engine(options, listener, catalog, large, running, storage);
    // A list for this shopper depends on them.
    void returning.then((known) => (known ? engine.#features.load() : undefined));
    await engine.#open();
    engine.#clusters?.scheduleLoad();
    await (await mutable)?.(engine.#catalog, engine.#changes);
    return engine;
  }

  recommend(request: RecommendRequest): Promise<RecommendResponse> {
    return this.#recommendations.recommend(request);
  }

  rerank(ids: readonly string[], options: RerankOptions): Promise<RerankResponse> {
    return this.#recommendations.rerank(ids, options);
  }

  recommendSegments(request: SegmentsRequest): Promise<SegmentsResponse> {
    return this.#recommendations.segments(request);
  }

  setHints(hints: unknown): Promise<void> {
    return this.#recommendations.setHints(hints);
  }

  explain(itemId: string, request: RecommendRequest): Promise<Explanation> {
    return this.#recommendations.explain(itemId, request);
  }

  /** Resolves when the event is in the log. It is learned right after; `settled` waits for that. */
  async track(type: EventType, itemId: string, details: TrackDetails, time?: number): Promise<void> {
    const [rejected] = await this.trackAll([{ type, itemId, details }], time);
    if (rejected) throw SidestreamError.deserialize(rejected);
  }

  /**
   * Tracks several events at once; a rejected one does not affect the others.
   * @param time of the events, milliseconds since the epoch
   * @returns for each event, null if it is in the log, else the reason for its rejection
   * @throws SidestreamError `store/*` if no event could be written
   */
  async trackAll(events: TrackInput[], time = Date.now()): Promise<(SerializedError | null)[]> {
    const entries: NewEvent[] = [];
    const results = events.map((event) => {
      try {
        entries.push(this.#entry(event, time));
        return null;
      } catch (thrown) {
        return SidestreamError.from(thrown).serialize();
      }
    });
    if (this.#storage.consent === 'denied' || entries.length === 0) return results;
    await this.#events.append(entries);
    this.#learn();
    this.#reportUnknown(entries);
    return results;
  }

  async setConsent(level: Consent): Promise<void> {
    await this.#consent.answer(parseConsent(level, 'consent()'));
  }

  /** Deletes all Sidestream data on this device; later events stay in memory until the shopper consents again. */
  forget(): Promise<void> {
    return this.#consent.forget();
  }

  /** Counts of the events in the log of this device. */
  async metrics(): Promise<Metrics> {
    return (await this.#events.aggregates()).metrics(this.#experiment.label());
  }

  /** Counts of the events tracked through this engine, and of this visitor, since the last call. */
  async takeMetrics(sent: readonly string[] = []): Promise<MetricReport> {
    const { era } = this.#storage;
    const { takeMetrics } = await import('./visitor-counts');
    return takeMetrics(era, this.#events, this.#storage, this.#listener, this.#experiment, this.#consent, sent);
  }

  snapshots(): Promise<Snapshot[]> {
    return this.#storage.reading((store) => store.snapshots());
  }

  /** @param id parsed by its user */
  async rollback(id: unknown): Promise<void> {
    const { era } = this.#storage;
    await (await profileTransfer()).rollback(this.#transfer, id, era);
  }

  /** @throws SidestreamError `bundle/*` if the required features cannot be loaded */
  async exportProfile(passphrase?: unknown): Promise<Uint8Array> {
    return (await profileTransfer()).exportProfile(this.#transfer, passphrase);
  }

  /** Both are parsed by their users. */
  async importProfile(file: unknown, given?: unknown): Promise<ImportResult> {
    const { era } = this.#storage;
    return (await profileTransfer()).importProfile(this.#transfer, file, given, era);
  }

  /** Answers a question of the inspector. @param about parsed here */
  async inspect(question: string, about: unknown): Promise<InspectionAnswers[keyof InspectionAnswers]> {
    const { inspect } = await inspections();
    return inspect({ ...this.#transfer, recommendations: this.#recommendations }, question, about);
  }

  /** Data for the worker that replaces this one. */
  async handOver(): Promise<Kept> {
    const hints = await this.#recommendations.hintsGiven();
    return { ...(await this.copy()), counts: this.#events.take(), hints };
  }

  /** A copy of the data in memory only. */
  async copy(): Promise<Kept> {
    return { memory: await (await profileTransfer()).memoryOf(this.#transfer), counts: [] };
  }

  /**
   * Continues with the data of the worker before this one, or of an earlier page. A failure is reported, and recommendations go
   * on without them.
   * @param kept parsed here
   */
  async takeOver(kept: unknown): Promise<void> {
    try {
      const { takeOver } = await import('./hand-over');
      await takeOver(kept, {
        storage: this.#storage,
        scheduler: this.#scheduler,
        events: this.#events,
        listener: this.#listener,
        entryOf: (event, time) => this.#entry(event, time),
        recommendations: this.#recommendations,
      });
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
  }

  /** Saves unsaved data immediately: the page is hidden and may never be shown again. */
  async save(): Promise<void> {
    this.#scheduler.hurry();
  }

  async insertItem(local: LocalItem): Promise<Item> {
    const { era } = this.#storage;
    const item = await (await import('./insert-item')).insertItem(this.#transfer, local, era);
    this.#changes.announce();
    return item;
  }

  /** Changes prices and stock of items, for as long as the page is open. */
  async updateOffers(offers: unknown): Promise<KeptUpdate> {
    return (await mutableFiles()).updateOffers(this.#catalog, this.#changes, offers);
  }

  /** Files for the encoder worker to encode new items for this bundle. */
  async encoderFiles(): Promise<BundleEncoders> {
    const { bundleEncoders } = await import('./encoder-files');
    return bundleEncoders(this.#catalog.bundle, this.#listener);
  }

  async getItem(id: string, lang?: string): Promise<Item | null> {
    const item = this.#catalog.find(id) ?? (await this.#clusters?.find(id)) ?? null;
    return item && ((await this.#catalog.texts?.in(lang))?.(item) ?? item);
  }

  async browse(request: BrowseRequest): Promise<BrowseResponse> {
    return (await import('./browse')).browse(this.#catalog, request);
  }

  async categories(request?: CategoriesRequest): Promise<CategoryCount[]> {
    return (await import('./browse')).categories(this.#catalog, request);
  }

  async status(): Promise<Status> {
    await this.#features.waitFor();
    return this.#status();
  }

  /** Reports the current state: news of consent must not wait for the network. */
  async #status(): Promise<Status> {
    const storage = this.#storage;
    let read: Learner['status'];
    let era: number;
    do {
      // Erased while the learner was busy: report neither its state nor an answer that is not known yet.
      await storage.known();
      era = storage.era;
      read = await this.#session.run(({ learner }) => learner.status);
    } while (era !== storage.era);
    return {
      consent: this.#storage.consent,
      learning: this.#experiment.learns(),
      leading: this.#storage.leading,
      items: this.#catalog.count,
      ...read,
      backend: { encoders: null },
    };
  }

  /** Runs due tasks and resolves when no task is left. */
  async settled(): Promise<void> {
    await this.#features.load();
    await this.#tasks.settled();
    await this.#session.settled();
  }

  async reset(): Promise<void> {
    const { era } = this.#storage;
    await this.#scheduler.replaceStored(async () => {
      // Erased meanwhile: there is nothing left to reset.
      if (era === this.#storage.era) await this.#storage.change(era, (store) => store.clear({ keepItems: true }));
    });
    this.#events.forget();
    await this.#recommendations.begin();
    this.#changes.announce();
  }

  async close(): Promise<void> {
    this.#features.close();
    await this.settled();
    this.#storage.close();
  }

  /** Opens store and profile. If the store cannot be read, recommendations continue in memory. */
  async #open(): Promise<void> {
    try {
      await this.#consent.open();
      await this.#experiment.draw(this.#storage.counting);
      await this.#scheduler.restore();
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
    await this.#recommendations.begin();
  }

  /** Loads the files trained on the shop's logs, and their code. The first list does not wait for them. */
  #loadLearned(): void {
    const context = {
      catalog: this.#catalog,
      session: this.#session,
      tasks: this.#tasks,
      changes: this.#changes,
      listener: this.#listener,
    };
    this.#tasks.beside(async () => (await import('./load-learned')).loadLearned(context));
  }

  get #transfer() {
    return {
      catalog: this.#catalog,
      clusterLoader: this.#clusters,
      features: this.#features,
      listener: this.#listener,
      scheduler: this.#scheduler,
      session: this.#session,
      storage: this.#storage,
    };
  }

  /** Learns the events of the log, or notes them until the features are there. A list requested after this call waits for that. */
  #learn(): void {
    this.#tasks.beside(async () => {
      await this.#scheduler.catchUp();
      await this.#features.waitFor();
    });
  }

  /** @throws SidestreamError `runtime/invalid-input`, `runtime/unknown-item` */
  #entry(event: TrackInput, time: number): NewEvent {
    const { type, itemId, details } = parsed(trackSchema, event, 'track()');
    // In a large catalogue the item is looked up after the event is safe: it may not be loaded.
    if (!this.#clusters) this.#catalog.rowOf(itemId);
    return { type, itemId, time, ...details, variant: this.#experiment.label() };
  }

  /** Reports events of items that a large catalogue lacks; they stay in the log but are not learned. */
  #reportUnknown(entries: readonly NewEvent[]): void {
    const clusterLoader = this.#clusters;
    if (clusterLoader) this.#tasks.beside(() => clusterLoader.check(entries.map(({ itemId }) => itemId)));
  }

  #reportStatus(): void {
    this.#status().then(
      (status) => this.#listener.change(status),
      (thrown) => this.#listener.error(SidestreamError.from(thrown)),
    );
  }
}
