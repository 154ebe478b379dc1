import * as Comlink from 'comlink';
import { type Item, openBundle } from '../catalog';
import { SidestreamError } from '../error';
import type { Counts, Metrics } from '../experiment';
import { decodeProfile, type EventType, encodeProfile, learnerMemory, type NewEvent } from '../learner';
import { type LocalItem, type Snapshot, sealedFiles } from '../store';
import { Advice } from './advice';
import { Aisles } from './aisles';
import type {
  BrowseRequest,
  BrowseResponse,
  Consent,
  Explanation,
  RecommendRequest,
  RecommendResponse,
  Status,
  TrackDetails,
} from './api';
import { Chores } from './chores';
import { type BundleEncoders, bundleEncoders } from './encoder-files';
import type { EngineListener, EngineOptions } from './engine-options';
import { Keeper } from './keeper';
import { Ledger } from './ledger';
import { Lessons } from './lessons';
import { loadLearned } from './load-learned';
import { parsed, type TrackInput, trackSchema } from './requests';
import { Shopfront } from './shopfront';
import { Trial } from './trial';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;

/**
 * The recommender itself, without page or worker around it: catalogue, store, learner and ranking wired together.
 * Runs inside the worker; every public method is a remote call of the page.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #listener: EngineListener;
  readonly #shop: Shopfront;
  readonly #advice: Advice;
  readonly #keeper: Keeper;
  readonly #ledger: Ledger;
  readonly #lessons: Lessons;
  readonly #trial: Trial;
  /** Null where the whole catalogue is loaded. */
  readonly #aisles: Aisles | null;
  readonly #chores = new Chores((thrown) => this.#listener.error(SidestreamError.from(thrown)));

  private constructor(given: EngineOptions, listener: EngineListener, shop: Shopfront) {
    this.#trial = new Trial(given.experiment, (error) => listener.error(error));
    const options = this.#trial.options(given);
    this.#options = options;
    this.#listener = listener;
    this.#shop = shop;
    const { rules } = options;
    const [lessons, aisles] = [() => this.#lessons, () => this.#aisles];
    this.#advice = new Advice({ shop, trial: this.#trial, rules, lessons, aisles });
    this.#keeper = new Keeper(options, {
      error: (error) => listener.error(error),
      lastEvent: () => this.#lessons.learner.lastEvent,
      onEvents: () => this.#chores.queue(() => this.#lessons.catchUp()),
      onProfile: () => {
        this.#ledger.restart();
        this.#chores.later('refresh', REFRESH_DELAY, () => this.#lessons.reload());
      },
      // The one who led before may have died before it learned, or saved, the last events.
      onLead: () => this.#chores.queue(() => this.#lessons.reload()),
    });
    const [keeper, chores] = [this.#keeper, this.#chores];
    this.#ledger = new Ledger(keeper, chores, (error) => listener.error(error));
    const changed = () => this.#changed();
    const meet = async (ids: readonly string[]) => this.#aisles?.meet(ids);
    this.#lessons = new Lessons({ options, shop, keeper, chores, listener, changed, meet });
    const { clusters } = shop.bundle;
    const report = (error: SidestreamError) => listener.error(error);
    this.#aisles = clusters && new Aisles({ shop, clusters, lessons: this.#lessons, chores, report, changed });
  }

  /** Loads the bundle and, with consent, the profile. */
  static async start(options: EngineOptions, listener: EngineListener): Promise<Engine> {
    const opening = openBundle(
      options.bundle,
      (loaded, total) => listener.progress({ stage: 'bundle', loaded, total }),
      { whole: false, onIncomplete: (error) => listener.error(error) },
    );
    // The bundle may fail while the store is still opening; the failure is thrown by the await below.
    opening.catch(() => undefined);
    const engine = new Engine(options, listener, new Shopfront(await opening));
    await engine.#open();
    engine.#aisles?.keepUp();
    const [shop, lessons, chores] = [engine.#shop, engine.#lessons, engine.#chores];
    loadLearned({ shop, lessons, chores, listener, changed: () => engine.#changed() });
    return engine;
  }

  recommend(request: RecommendRequest): Promise<RecommendResponse> {
    return this.#advice.recommend(request);
  }

  explain(itemId: string, request: RecommendRequest): Promise<Explanation> {
    return this.#advice.explain(itemId, request);
  }

  async track(type: EventType, itemId: string, details: TrackDetails): Promise<void> {
    await this.trackAll([{ type, itemId, details }]);
  }

  /** Several events at once: all are kept, or none. */
  async trackAll(events: TrackInput[]): Promise<void> {
    const variant = this.#trial.label;
    const entries = events.map((event): NewEvent => {
      const { type, itemId, details } = parsed(trackSchema, event, 'track()');
      // Whether an item that is not loaded exists can wait until the event is safe.
      if (!this.#aisles) this.#shop.rowOf(itemId);
      return { type, itemId, time: Date.now(), ...details, variant };
    });
    if (this.#keeper.consent === 'denied' || entries.length === 0) return;
    await this.#ledger.append(entries);
    await this.#lessons.catchUp();
    await this.#aisles?.check(entries.map(({ itemId }) => itemId));
  }

  async setConsent(level: Consent): Promise<void> {
    await this.settled();
    if (level === this.#keeper.consent) return;
    if (level === 'granted') await this.#moveToDevice();
    else await this.#leaveDevice(level);
    this.#changed();
  }

  /** Nothing of ours is left on this device; what comes is kept in memory until the shopper consents again. */
  async forget(): Promise<void> {
    await this.settled();
    await this.#leaveDevice('pending');
    this.#changed();
  }

  /** What happened on this device, as far as the log was kept. */
  metrics(): Promise<Metrics> {
    return this.#ledger.metrics(this.#trial.label);
  }

  /** What was tracked through this engine since the last call. */
  async takeMetrics(): Promise<Counts[]> {
    return this.#ledger.take();
  }

  snapshots(): Promise<Snapshot[]> {
    return this.#keeper.snapshots();
  }

  async rollback(id: number): Promise<void> {
    await this.settled();
    await this.#keeper.rollback(id);
    await this.#lessons.reload();
  }

  async exportProfile(passphrase?: string): Promise<Uint8Array> {
    await this.settled();
    const file = await encodeProfile(this.#lessons.learner.save());
    return passphrase === undefined ? file : (await sealedFiles()).seal(file, passphrase);
  }

  async importProfile(file: Uint8Array, passphrase = ''): Promise<void> {
    await this.settled();
    const { isSealed, openSealed } = await sealedFiles();
    const profile = await decodeProfile(isSealed(file) ? await openSealed(file, passphrase) : file);
    // Its events were numbered by another log: here it knows all there are.
    await this.#keeper.replace({ ...profile, lastEvent: this.#lessons.learner.lastEvent });
    await this.#lessons.reload();
  }

  /** Whether the page is hidden or the battery low: then nothing is trained, and what is not saved yet is saved at once. */
  async setResting(resting: boolean): Promise<void> {
    this.#lessons.rest(resting);
  }

  async insertItem(local: LocalItem): Promise<Item> {
    await this.settled();
    const taken = await this.#aisles?.find(local.item.id);
    if (!taken) this.#shop.add([local]);
    if (!this.#shop.find(local.item.id) || taken) {
      throw new SidestreamError(
        'runtime/invalid-input',
        `addItem(): the shop already has an item "${local.item.id}"; choose another id.`,
      );
    }
    await this.#keeper.saveLocalItem(local);
    await this.#lessons.inTurn(() => this.#lessons.learner.setCatalogue(this.#shop));
    this.#changed();
    return local.item;
  }

  /** What the encoder worker needs to encode new items for this bundle. */
  async encoderFiles(): Promise<BundleEncoders> {
    const files = await bundleEncoders(this.#shop.bundle, (progress) => this.#listener.progress(progress));
    return Comlink.transfer(files, [files.text.onnx, files.image.onnx, files.projection]);
  }

  async getItem(id: string): Promise<Item | null> {
    return this.#shop.find(id) ?? (await this.#aisles?.find(id)) ?? null;
  }

  async browse(request: BrowseRequest): Promise<BrowseResponse> {
    return this.#shop.browse(request);
  }

  async categories(): Promise<{ category: string; count: number }[]> {
    return this.#shop.categories();
  }

  async status(): Promise<Status> {
    const { backend, ...learned } = this.#lessons.learner.status;
    return {
      consent: this.#keeper.consent,
      learning: this.#options.learning,
      leading: this.#keeper.leading,
      items: this.#shop.count,
      ...learned,
      backend: { learner: backend, encoders: null },
      memory: backend === null ? null : await learnerMemory(),
    };
  }

  /** Runs what is due now and resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await this.#chores.settled();
  }

  async reset(): Promise<void> {
    await this.settled();
    await this.#keeper.clear();
    this.#ledger.forget();
    await this.#lessons.inTurn(() => this.#lessons.startAfresh());
    this.#advice.begin();
    this.#changed();
  }

  async close(): Promise<void> {
    await this.settled();
    this.#lessons.dispose();
    this.#keeper.close();
  }

  /** A store that cannot be read is no reason to have no shop. */
  async #open(): Promise<void> {
    try {
      await this.#lessons.inTurn(async () => {
        await this.#keeper.open();
        await this.#trial.draw(this.#keeper.counting);
        await this.#lessons.restore();
        this.#advice.begin();
      });
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
  }

  async #moveToDevice(): Promise<void> {
    await this.#lessons.inTurn(async () => {
      const last = await this.#keeper.moveToDevice(this.#lessons.learner.save());
      this.#ledger.restart();
      await this.#trial.draw(this.#keeper.counting);
      if (last) {
        this.#lessons.learner.renumber(last);
        return;
      }
      await this.#lessons.restore();
    });
  }

  async #leaveDevice(consent: 'pending' | 'denied'): Promise<void> {
    await this.#lessons.inTurn(async () => {
      await this.#keeper.leaveDevice(consent);
      this.#ledger.forget();
      this.#trial.forget();
      await this.#trial.draw(this.#keeper.counting);
      await this.#lessons.startAfresh();
      this.#advice.begin();
      this.#shop.clearLocal();
      await this.#lessons.learner.setCatalogue(this.#shop);
    });
  }

  #changed(): void {
    this.#aisles?.keepUp();
    this.status().then(
      (status) => this.#listener.change(status),
      (thrown) => this.#listener.error(SidestreamError.from(thrown)),
    );
  }
}
