import * as Comlink from 'comlink';
import { type Item, openBundle } from '../catalog';
import { Mutex } from '../common/mutex';
import { type SerializedError, SidestreamError } from '../error';
import type { EventType, NewEvent } from '../events';
import type { Counts, Metrics } from '../experiment';
import { decodeProfile, encodeProfile, learnerMemory } from '../learner';
import type {
  BrowseRequest,
  BrowseResponse,
  BundleEncoders,
  Consent,
  Explanation,
  RecommendRequest,
  RecommendResponse,
  Status,
  TrackDetails,
} from '../protocol';
import { type Kept, parseConsent, parsed, type TrackInput, trackSchema } from '../protocol';
import { encryptedFiles, type LocalItem, type Snapshot } from '../store';
import type { ClusterLoader } from './cluster-loader';
import { preloadDevice } from './device-opening';
import type { EngineListener, EngineOptions } from './engine-options';
import { EventRecorder } from './event-recorder';
import { ExperimentAssignment } from './experiment-assignment';
import { LearningScheduler } from './learning-scheduler';
import { loadLearned } from './load-learned';
import { LoadedCatalog } from './loaded-catalog';
import { ProfileSession } from './profile-session';
import { ProfileStorage } from './profile-storage';
import { RecommendationService } from './recommendation-service';
import { TaskQueue } from './task-queue';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;

/** How often a grant is tried against deletions of other tabs. */
const GRANT_ATTEMPTS = 3;

/**
 * The recommender itself, without page or worker around it: catalogue, store, learner and ranking wired together.
 * Runs inside the worker; every public method is a remote call of the page.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #listener: EngineListener;
  readonly #catalog: LoadedCatalog;
  readonly #experiment: ExperimentAssignment;
  readonly #storage: ProfileStorage;
  readonly #session: ProfileSession;
  /** Null where the whole catalogue is loaded. */
  readonly #clusters: ClusterLoader | null;
  readonly #events: EventRecorder;
  readonly #scheduler: LearningScheduler;
  readonly #recommendations: RecommendationService;
  readonly #tasks: TaskQueue;
  /** Changes of consent, in this tab and in others: each is done before the next one begins. */
  readonly #consenting = new Mutex();

  /** @param large what a catalogue needs that is not loaded as a whole */
  private constructor(
    options: EngineOptions,
    listener: EngineListener,
    catalog: LoadedCatalog,
    large: typeof import('./cluster-loader') | null,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#catalog = catalog;
    const report = (error: SidestreamError): void => listener.error(error);
    const changed = (): void => this.#changed();
    const { seed, rules } = options;
    const { clusters } = catalog.bundle;
    this.#tasks = new TaskQueue((thrown) => report(SidestreamError.from(thrown)));
    this.#experiment = new ExperimentAssignment(options.experiment, report);
    this.#storage = new ProfileStorage(options);
    this.#session = new ProfileSession(catalog, seed, this.#storage, report);
    const [experiment, storage, session, tasks] = [this.#experiment, this.#storage, this.#session, this.#tasks];
    this.#clusters =
      clusters && large && new large.ClusterLoader({ shop: catalog, clusters, session, tasks, report, changed });
    const clusterLoader = this.#clusters;
    this.#events = new EventRecorder(storage, tasks, report);
    const learning = (): boolean => options.learning && experiment.learning;
    this.#scheduler = new LearningScheduler({
      ...{ catalog, session, storage, tasks, listener, seed, learning, clusterLoader, changed },
    });
    this.#recommendations = new RecommendationService({ shop: catalog, experiment, rules, session, clusterLoader });
    this.#storage.subscribe({
      onError: report,
      onEvents: () => this.#learn(),
      onProfile: () => {
        this.#events.restart();
        this.#tasks.later('refresh', REFRESH_DELAY, () => this.#scheduler.reload());
      },
      // The tab that led before may have ended before it learned, or saved, the last events.
      onLead: () => this.#tasks.queue(() => this.#scheduler.reload()),
      onErased: () => this.#tasks.beside(() => this.#consenting.run(() => this.#erase())),
      onGranted: () => this.#tasks.beside(() => this.#consenting.run(() => this.#grantElsewhere())),
      onTakenOver: () => this.#tasks.beside(() => this.#scheduler.rebase()),
    });
  }

  /**
   * Loads the bundle and, with consent, the profile.
   * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
   */
  static async start(options: EngineOptions, listener: EngineListener): Promise<Engine> {
    if (options.consent !== undefined) parseConsent(options.consent, 'createRecommender() consent');
    const opening = openBundle(
      options.bundle,
      (loaded, total) => listener.progress({ stage: 'bundle', loaded, total }),
      { whole: false, onIncomplete: (error) => listener.error(error) },
    );
    void preloadDevice(options);
    const bundle = await opening;
    // Most catalogues are loaded as a whole.
    const large = bundle.clusters && (await import('./cluster-loader'));
    const engine = new Engine(options, listener, new LoadedCatalog(bundle), large);
    await engine.#open();
    engine.#clusters?.keepUp();
    const [catalog, session, tasks] = [engine.#catalog, engine.#session, engine.#tasks];
    loadLearned({ catalog, session, tasks, listener, changed: () => engine.#changed() });
    return engine;
  }

  recommend(request: RecommendRequest): Promise<RecommendResponse> {
    return this.#recommendations.recommend(request);
  }

  explain(itemId: string, request: RecommendRequest): Promise<Explanation> {
    return this.#recommendations.explain(itemId, request);
  }

  /** Resolves when the event is kept. It is learned right after; `settled` waits for that. */
  async track(type: EventType, itemId: string, details: TrackDetails): Promise<void> {
    const [refused] = await this.trackAll([{ type, itemId, details }]);
    if (refused) throw SidestreamError.deserialize(refused);
  }

  /**
   * Several events at once. One that is refused does not hold up the others.
   * @returns for each event null when it is kept, else why it was refused
   * @throws SidestreamError `store/*` when none could be kept
   */
  async trackAll(events: TrackInput[]): Promise<(SerializedError | null)[]> {
    const entries: NewEvent[] = [];
    const results = events.map((event) => {
      try {
        entries.push(this.#entry(event));
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
    const wanted = parseConsent(level, 'consent()');
    if (wanted === 'granted') await this.#grantHere();
    else await this.#withdraw(wanted, !this.#storage.holds(wanted));
  }

  /** Nothing of ours is left on this device; what comes is kept in memory until the shopper consents again. */
  async forget(): Promise<void> {
    await this.#withdraw('pending', true);
  }

  /** What happened on this device, as far as the log was kept. */
  metrics(): Promise<Metrics> {
    return this.#events.metrics(this.#experiment.label);
  }

  /** What was tracked through this engine since the last call. */
  async takeMetrics(): Promise<Counts[]> {
    return this.#events.take();
  }

  snapshots(): Promise<Snapshot[]> {
    return this.#storage.snapshots();
  }

  async rollback(id: number): Promise<void> {
    const { era } = this.#storage;
    await this.#scheduler.replaceStored(() => this.#storage.rollback(id, era));
  }

  async exportProfile(passphrase?: string): Promise<Uint8Array> {
    await this.#scheduler.catchUp();
    const profile = await this.#session.run(({ learner }) => learner.save());
    const file = await encodeProfile(profile);
    return passphrase === undefined ? file : (await encryptedFiles()).encryptFile(file, passphrase);
  }

  async importProfile(file: Uint8Array, passphrase = ''): Promise<void> {
    const { era } = this.#storage;
    const { isEncrypted, decryptFile } = await encryptedFiles();
    const profile = await decodeProfile(isEncrypted(file) ? await decryptFile(file, passphrase) : file);
    this.#scheduler.check(profile);
    await this.#scheduler.replaceStored(async () => {
      // Its events were numbered by another log: here it knows all there are.
      const lastEvent = await this.#session.run(({ learner }) => learner.lastEvent);
      await this.#storage.replace({ ...profile, lastEvent }, era);
    });
  }

  /** What the worker that takes the place of this one goes on with. */
  async handOver(): Promise<Kept> {
    await this.#scheduler.catchUp();
    const inMemory = this.#storage.inMemory && this.#storage.consent !== 'denied';
    const memory = inMemory && {
      profile: await this.exportProfile(),
      events: await this.#storage.eventsAfter(0),
      items: await this.#storage.localItems(),
    };
    return { memory: memory || null, counts: this.#events.take() };
  }

  /** Goes on with what a worker before this one kept. What cannot be kept is reported: it is no reason to have no shop. */
  async takeOver({ memory, counts }: Kept): Promise<void> {
    this.#events.resume(counts);
    if (!memory || this.#storage.consent === 'denied') return;
    const { era } = this.#storage;
    const { events, items } = memory;
    try {
      const profile = await decodeProfile(memory.profile);
      this.#scheduler.check(profile);
      await this.#scheduler.replaceStored(() => this.#storage.takeIn(profile, events, items, era));
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
  }

  /** Whether the page is hidden or the battery low: then nothing is trained, and what is not saved yet is saved at once. */
  async setResting(resting: boolean): Promise<void> {
    await this.#scheduler.rest(resting);
  }

  async insertItem(local: LocalItem): Promise<Item> {
    const { id } = local.item;
    const { era } = this.#storage;
    const refused = new SidestreamError(
      'runtime/invalid-input',
      `addItem(): the shop already has an item "${id}"; choose another id.`,
    );
    if (await this.#clusters?.find(id)) throw refused;
    await this.#session.train(async ({ learner }) => {
      if (!this.#catalog.accepts(local)) throw refused;
      await this.#storage.saveLocalItem(local, era);
      this.#catalog.add([local]);
      await learner.setCatalog(this.#catalog);
    });
    this.#changed();
    return local.item;
  }

  /** What the encoder worker needs to encode new items for this bundle. */
  async encoderFiles(): Promise<BundleEncoders> {
    const { bundleEncoders } = await import('./encoder-files');
    const files = await bundleEncoders(this.#catalog.bundle, (progress) => this.#listener.progress(progress));
    return Comlink.transfer(files, [files.text.onnx, files.image.onnx, files.projection]);
  }

  async getItem(id: string): Promise<Item | null> {
    return this.#catalog.find(id) ?? (await this.#clusters?.find(id)) ?? null;
  }

  async browse(request: BrowseRequest): Promise<BrowseResponse> {
    return this.#catalog.browse(request);
  }

  async categories(): Promise<{ category: string; count: number }[]> {
    return this.#catalog.categories();
  }

  async status(): Promise<Status> {
    const { backend, ...learned } = await this.#session.run(({ learner }) => learner.status);
    return {
      consent: this.#storage.consent,
      learning: this.#options.learning && this.#experiment.learning,
      leading: this.#storage.leading,
      items: this.#catalog.count,
      ...learned,
      backend: { learner: backend, encoders: null },
      memory: backend === null ? null : await learnerMemory(),
    };
  }

  /** Runs what is due now and resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await this.#tasks.settled();
    await this.#session.settled();
  }

  async reset(): Promise<void> {
    const { era } = this.#storage;
    await this.#scheduler.replaceStored(async () => {
      // What was erased meanwhile needs no reset.
      if (era === this.#storage.era) await this.#storage.clear(era);
    });
    this.#events.forget();
    await this.#begin();
    this.#changed();
  }

  async close(): Promise<void> {
    await this.settled();
    this.#storage.close();
    await this.#session.dispose();
  }

  /** A store that cannot be read is no reason to have no shop. */
  async #open(): Promise<void> {
    try {
      await this.#consenting.run(() => this.#storage.open());
      await this.#experiment.draw(this.#storage.counting);
      await this.#scheduler.restore();
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
    await this.#begin();
  }

  /** The page begins, or begins again with another past. */
  #begin(): Promise<void> {
    return this.#session.run(({ learner }) => this.#recommendations.begin(learner));
  }

  /** Learns what the log has, beside everything else: what was asked for after this call comes after it. */
  #learn(): void {
    this.#tasks.beside(() => this.#scheduler.catchUp());
  }

  /** @throws SidestreamError `runtime/invalid-input`, `runtime/unknown-item` */
  #entry(event: TrackInput): NewEvent {
    const { type, itemId, details } = parsed(trackSchema, event, 'track()');
    // Whether an item that is not loaded exists can wait until the event is safe.
    if (!this.#clusters) this.#catalog.rowOf(itemId);
    return { type, itemId, time: Date.now(), ...details, variant: this.#experiment.label };
  }

  /** An event of an item that a large catalogue does not have is kept, and nothing is learned of it: that is reported. */
  #reportUnknown(entries: readonly NewEvent[]): void {
    const clusterLoader = this.#clusters;
    if (clusterLoader) this.#tasks.beside(() => clusterLoader.check(entries.map(({ itemId }) => itemId)));
  }

  /** The answer counts from now on; work because of an earlier one ends first. */
  async #grantHere(): Promise<void> {
    if (this.#storage.holds('granted')) return;
    this.#storage.agree();
    await this.#consenting.run(async () => {
      if (!this.#storage.holds('granted')) await this.#grant();
    });
  }

  /** The shopper agreed in another tab, unless they have answered otherwise since. */
  async #grantElsewhere(): Promise<void> {
    if (this.#storage.consent !== 'granted' && this.#storage.lastAnswer.consent === 'granted') await this.#grant();
  }

  async #grant(): Promise<void> {
    const { lastAnswer } = this.#storage;
    await this.#scheduler.catchUp();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#scheduler.moveToDevice();
        break;
      } catch (thrown) {
        // The deletion that belongs to an earlier answer may still be under way in another tab.
        const { code } = SidestreamError.from(thrown);
        const answered = this.#storage.lastAnswer !== lastAnswer;
        if (code !== 'store/forgotten' || answered || attempt === GRANT_ATTEMPTS) throw thrown;
      }
    }
    this.#events.restart();
    await this.#experiment.draw(this.#storage.counting);
    this.#changed();
  }

  /**
   * Nothing is kept from now on, whatever is under way; what the device holds is deleted.
   * @param forget whether the content of memory goes too
   * @throws SidestreamError `store/blocked`: then all is forgotten here, and the next call tries to delete again
   */
  async #withdraw(consent: 'pending' | 'denied', forget: boolean): Promise<void> {
    if (forget) this.#storage.leave(consent);
    await this.#consenting.run(async () => {
      // Beside each other: a training that is under way must not hold up the deletion.
      const all = await Promise.allSettled([this.#storage.deleteDevice(), forget && this.#erase()]);
      for (const result of all) if (result.status === 'rejected') throw result.reason;
    });
  }

  /** Forgets what this tab knows of the shopper; the storage has left the device already. */
  async #erase(): Promise<void> {
    await this.#scheduler.erase(async () => {
      this.#events.forget();
      this.#experiment.forget();
      await this.#experiment.draw(this.#storage.counting);
    });
    // Granted again meanwhile: what the device holds goes on.
    if (this.#storage.consent === 'granted') await this.#scheduler.restore();
    await this.#begin();
    this.#changed();
  }

  #changed(): void {
    this.#clusters?.keepUp();
    this.status().then(
      (status) => this.#listener.change(status),
      (thrown) => this.#listener.error(SidestreamError.from(thrown)),
    );
  }
}
