import * as Comlink from 'comlink';
import { type Item, openBundle } from '../catalog';
import { SidestreamError } from '../error';
import { type BaseModel, type EventType, Learner, type NewEvent, type Profile, parseProfile } from '../learner';
import { rank } from '../ranking';
import { DeviceStore, deleteDeviceStore, type LocalItem, MemoryStore, type Store } from '../store';
import type {
  BrowseRequest,
  BrowseResponse,
  Consent,
  RecommendRequest,
  RecommendResponse,
  Status,
  TrackDetails,
} from './api';
import { Chores } from './chores';
import { type BundleEncoders, bundleEncoders } from './encoder-files';
import type { EngineListener, EngineOptions } from './engine-options';
import { firstStore } from './first-store';
import { parsed, recommendSchema, trackSchema } from './requests';
import { Shopfront } from './shopfront';

/** Quiet time after a choice before the experts train, ms: a click is followed by reading, not by another click. */
const TRAINING_DELAY = 150;
/** Quiet time before the profile is saved, ms. */
const SAVE_DELAY = 400;

/**
 * The recommender itself, without page or worker around it: catalogue, store, learner and ranking wired together.
 * Runs inside the worker; every public method is a remote call of the page.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #listener: EngineListener;
  readonly #shop: Shopfront;
  #store: Store;
  #consent: Consent;
  #learner: Learner;
  #responses = 0;
  readonly #chores = new Chores((thrown) => this.#listener.error(SidestreamError.from(thrown)));
  #base: BaseModel | null = null;
  /** Set after a training failed: the page goes on with the other terms. */
  #expertsFailed = false;
  /** Newer code wrote the stored profile: it stays as it is. */
  #profileLocked = false;

  private constructor(
    options: EngineOptions,
    listener: EngineListener,
    shop: Shopfront,
    store: Store,
    consent: Consent,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#shop = shop;
    this.#store = store;
    this.#consent = consent;
    this.#learner = new Learner(this.#shop, { seed: this.#options.seed });
  }

  /** Loads the bundle and, with consent, the profile. */
  static async start(options: EngineOptions, listener: EngineListener): Promise<Engine> {
    const opening = openBundle(options.bundle, (loaded, total) =>
      listener.progress({ stage: 'bundle', loaded, total }),
    );
    // The bundle may fail while the store is still opening; the failure is thrown by the await below.
    opening.catch(() => undefined);
    const { consent, store, failure } = await firstStore(options);
    const engine = new Engine(options, listener, new Shopfront(await opening), store, consent);
    if (failure) listener.error(failure);
    await engine.#restore();
    // The first list does not wait for them: what the other terms say comes first.
    const { companions, base } = engine.#shop.bundle.manifest;
    if (companions) engine.#chores.queue(() => engine.#loadCompanions());
    if (base) engine.#chores.queue(() => engine.#loadBase());
    return engine;
  }

  async recommend(request: RecommendRequest): Promise<RecommendResponse> {
    const { placement, itemId, limit, exclude } = parsed(recommendSchema, request, 'recommend()');
    await this.#prepare();
    const { index } = this.#shop;
    const row = itemId === undefined ? null : this.#shop.rowOf(itemId);
    const rows = exclude.flatMap((id) => index.rowOf.get(id) ?? []);
    const ranked = rank(index, this.#learner.state, { placement, row, limit, exclude: new Set(rows) });
    return {
      id: `${placement}-${this.#options.seed}-${++this.#responses}`,
      placement,
      items: ranked.map(({ row: at, ...place }, position) => ({ ...place, item: index.items[at], position })),
    };
  }

  async track(type: EventType, itemId: string, details: TrackDetails): Promise<void> {
    const event = parsed(trackSchema, { type, itemId, details }, 'track()');
    if (this.#consent === 'denied') return;
    this.#shop.rowOf(event.itemId);
    const entry: NewEvent = { type: event.type, itemId: event.itemId, time: Date.now(), ...event.details };
    const logged = await this.#store.append(entry);
    if (!this.#options.learning) return;
    await this.#prepare();
    this.#learner.observe(logged);
    this.#scheduleSave();
    if (type === 'impression') return;
    this.#scheduleTraining();
    this.#changed();
  }

  async setConsent(level: Consent): Promise<void> {
    await this.settled();
    if (level === this.#consent) return;
    const previous = this.#consent;
    if (level === 'granted') await this.#moveToDevice();
    else {
      this.#store.close();
      this.#store = new MemoryStore();
      if (level === 'denied' || previous === 'granted') await deleteDeviceStore(this.#options.namespace);
      await this.#replaceLearner();
      this.#shop.clearLocal();
      await this.#learner.setCatalogue(this.#shop);
    }
    this.#consent = level;
    this.#changed();
  }

  async insertItem(local: LocalItem): Promise<Item> {
    await this.settled();
    this.#shop.add([local]);
    if (!this.#shop.find(local.item.id)) {
      throw new SidestreamError(
        'runtime/invalid-input',
        `addItem(): the shop already has an item "${local.item.id}"; choose another id.`,
      );
    }
    await this.#store.saveLocalItem(local);
    await this.#learner.setCatalogue(this.#shop);
    this.#changed();
    return local.item;
  }

  /** What the encoder worker needs to encode new items for this bundle. */
  async encoderFiles(): Promise<BundleEncoders> {
    const files = await bundleEncoders(this.#shop.bundle, (progress) => this.#listener.progress(progress));
    return Comlink.transfer(files, [files.text.onnx, files.image.onnx, files.projection]);
  }

  async getItem(id: string): Promise<Item | null> {
    return this.#shop.find(id);
  }

  async browse(request: BrowseRequest): Promise<BrowseResponse> {
    return this.#shop.browse(request);
  }

  async categories(): Promise<{ category: string; count: number }[]> {
    return this.#shop.categories();
  }

  async status(): Promise<Status> {
    const { backend, ...learned } = this.#learner.status;
    return {
      consent: this.#consent,
      learning: this.#options.learning,
      items: this.#shop.index.items.length,
      ...learned,
      backend: { learner: backend, encoders: null },
    };
  }

  /** Runs what is due now and resolves when nothing is left to do. */
  async settled(): Promise<void> {
    await this.#chores.settled();
  }

  async reset(): Promise<void> {
    await this.settled();
    await this.#store.clear({ keepItems: true });
    this.#profileLocked = false;
    await this.#replaceLearner();
    this.#changed();
  }

  async close(): Promise<void> {
    await this.settled();
    this.#learner.dispose();
    this.#base?.dispose();
    this.#store.close();
  }

  async #replaceLearner(): Promise<void> {
    this.#learner.dispose();
    this.#learner = new Learner(this.#shop, { seed: this.#options.seed });
    if (this.#base) await this.#learner.useBase(this.#base);
  }

  /** Brings the base model up to the history; one that fails is dropped, and the rest of the ranking goes on. */
  async #prepare(): Promise<void> {
    try {
      await this.#learner.prepare();
    } catch (thrown) {
      this.#learner.forgetBase();
      this.#base = null;
      this.#listener.error(SidestreamError.from(thrown));
    }
  }

  async #loadCompanions(): Promise<void> {
    const companions = await this.#shop.bundle.companions(this.#bundleProgress);
    if (!companions) return;
    this.#shop.setCompanions(companions);
    this.#changed();
  }

  async #loadBase(): Promise<void> {
    const file = await this.#shop.bundle.base(this.#bundleProgress);
    if (!file) return;
    this.#base = await this.#learner.loadBase(new Uint8Array(file.bytes));
    this.#changed();
  }

  readonly #bundleProgress = (loaded: number, total: number): void => {
    this.#listener.progress({ stage: 'bundle', loaded, total });
  };

  /** Brings items, profile and log from the store into catalogue and learner. */
  async #restore(): Promise<void> {
    const local = await this.#store.localItems();
    if (local.length > 0) {
      this.#shop.add(local);
      await this.#learner.setCatalogue(this.#shop);
    }
    if (!this.#options.learning) return;
    const stored = await this.#store.profile();
    let profile: Profile | null = null;
    try {
      profile = stored === null ? null : parseProfile(stored);
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      this.#profileLocked = error.code === 'store/newer-schema';
      this.#listener.error(error);
    }
    this.#learner.restore(profile, await this.#store.events());
    if (this.#learner.awakeningDue) this.#chores.queue(() => this.#withExperts(() => this.#learner.awaken()));
    else this.#scheduleTraining();
  }

  async #moveToDevice(): Promise<void> {
    const device = await DeviceStore.open(this.#options.namespace);
    const memory = this.#store;
    const fresh = (await device.events()).length === 0;
    for (const { id: _, ...event } of await memory.events()) await device.append(event);
    for (const item of await memory.localItems()) await device.saveLocalItem(item);
    // The ids of a fresh log are those of the log in memory, so what was learned from them stays true.
    if (fresh && this.#options.learning) await device.saveProfile(this.#learner.save());
    this.#store = device;
    if (fresh) return;
    await this.#replaceLearner();
    await this.#restore();
  }

  #scheduleTraining(): void {
    if (this.#expertsFailed || !this.#learner.trainingDue) return;
    this.#chores.later('train', TRAINING_DELAY, () => this.#withExperts(() => this.#train()));
  }

  async #train(): Promise<void> {
    this.#listener.progress({ stage: 'learn', loaded: 0, total: 1 });
    try {
      await this.#learner.train();
    } finally {
      this.#listener.progress({ stage: 'learn', loaded: 1, total: 1 });
    }
    this.#scheduleSave();
  }

  #scheduleSave(): void {
    if (this.#profileLocked) return;
    this.#chores.later('save', SAVE_DELAY, () => this.#store.saveProfile(this.#learner.save()));
  }

  /** A failure of the experts is reported and silences them; the rest of the ranking goes on. */
  async #withExperts(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#expertsFailed = true;
      throw thrown;
    }
    this.#changed();
  }

  #changed(): void {
    this.status().then(
      (status) => this.#listener.change(status),
      (thrown) => this.#listener.error(SidestreamError.from(thrown)),
    );
  }
}
