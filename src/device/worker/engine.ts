import * as v from 'valibot';
import type { Modality } from '../../core/catalog';
import { type EventType, type NewEvent, storedTime } from '../../core/events';
import { matrixBackend } from '../../core/kernel';
import { SidestreamError } from '../../error';
import {
  type CallOptions,
  checkCall,
  consentSchema,
  type EncoderBackend,
  type EncoderRun,
  type FindRequest,
  type GivenOptions,
  type InspectionAnswers,
  type Kept,
  localItemSchema,
  optionsSchema,
  parsed,
  recommendSchema,
  type Status,
  type TrackDetails,
  type TrackInput,
  trackSchema,
} from '../protocol';
import type { QueryVector } from '../ranking';
import type { LocalItem } from '../store';
import type { EngineListener, EngineOptions } from './engine-options';
import { type Call, type EngineParts, engineParts } from './engine-parts';
import { loadExperiment } from './experiment-assignment';
import type { ItemFinder } from './find-items';
import { ProfileStorage } from './profile-storage';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;
const runsSchema = v.array(
  v.strictObject({
    modality: v.picklist(['text', 'image'] satisfies Modality[]),
    encoder: v.string(),
    backend: v.picklist(['webgpu', 'wasm'] satisfies EncoderBackend[]),
    reason: v.nullable(v.string()),
    milliseconds: v.number(),
  }),
);
const timeSchema = v.optional(storedTime);
const textsSchema = v.optional(v.array(v.string()), []);
const takenSchema = v.strictObject({ sent: textsSchema, errors: textsSchema });

const otherLists = () => import('./other-lists');
const profileTransfer = () => import('./profile-transfer');
const addedItems = () => import('./added-items');

/**
 * The recommender in its worker, and the table of the calls that the page may make: each parses its arguments, or names the late code
 * that does. `Recommender` documents those that a page's script makes, too.
 */
export class Engine {
  readonly #parts: EngineParts;
  /** Its code is loaded with the first search. */
  #finder: ItemFinder | null = null;
  /** The last run of each encoder, the latest one last. */
  #runs: EncoderRun[] = [];
  /** Time of the last call that tracked events. */
  #lastCall = 0;
  /** Time that the start took, since the worker was created, ms. */
  #startTime = 0;
  /** The same with the first list, without the time in which nobody asked for one; null before it. */
  #firstList: number | null = null;

  private constructor(parts: EngineParts) {
    this.#parts = parts;
    const { storage, tasks, changes, listener, scheduler, events, consent } = parts;
    changes.subscribe(() => this.#reportStatus());
    storage.listener = {
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
    };
  }

  /**
   * Loads the bundle and, with consent, the profile.
   * @param storage receives the shopper's answers while the bundle is loaded; closed if the start fails
   * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
   */
  static async start(
    options: EngineOptions,
    listener: EngineListener,
    storage = new ProfileStorage(options),
  ): Promise<Engine> {
    try {
      const parts = await engineParts(options, listener, storage);
      const engine = new Engine(parts);
      await engine.#open();
      await parts.joinMutable();
      // After the offers: no list may have old prices.
      await parts.shardLoader?.start();
      engine.#startTime = performance.now();
      return engine;
    } catch (thrown) {
      storage.close();
      throw thrown;
    }
  }

  /** Lists, and what they are about. */
  readonly recommend = this.#timed(async (request: unknown = {}, call?: unknown) => {
    checkCall(call, 'recommend()');
    return this.#parts.recommendations.recommend(parsed(recommendSchema, request, 'recommend()'));
  });
  readonly rerank = this.#timed(this.#late(async () => (await otherLists()).rerankList));
  readonly recommendRows = this.#timed(this.#late(async () => (await otherLists()).plannedRows));
  readonly recommendSegments = this.#late(async () => (await otherLists()).rankedSegments);
  readonly explain = this.#late(async () => (await otherLists()).explainedItem);
  readonly products = this.#late(async () => (await otherLists()).products);
  readonly browse = this.#late(async () => (await otherLists()).browse);
  readonly categories = this.#late(async () => (await otherLists()).categories);

  /** The shopper's profile. */
  readonly rollback = this.#late(async () => (await profileTransfer()).rollback);
  readonly exportProfile = this.#late(async () => (await profileTransfer()).exportProfile);
  readonly importProfile = this.#late(async () => (await profileTransfer()).importProfile);
  readonly snapshots = () => this.#parts.storage.reading((store) => store.snapshots());
  readonly forget = () => this.#parts.consent.forget();
  readonly consent = async (level: unknown) =>
    this.#parts.consent.answer(parsed(consentSchema, level, 'profile.consent()'));
  readonly metrics = async () => (await this.#parts.events.aggregates()).metrics(this.#parts.experiment.label());
  /** Saves unsaved data immediately: the page is hidden and may never be shown again. */
  readonly save = async () => this.#parts.scheduler.hurry();

  /** Also returns the offers now in force, each with all fields updated so far. */
  readonly updateOffers = this.#late(async () => (await import('./mutable-files')).updateOffers);
  /** Files for the encoder worker to encode queries like this bundle's items. */
  readonly queryEncoder = this.#late(async () => (await addedItems()).queryEncoder);
  /** Files for the encoder worker to encode new items for this bundle. */
  readonly encoderFiles = this.#late(async () => (await addedItems()).encoderFiles);

  /**
   * Checks the options of a further caller of `createRecommender()`.
   * @param given the options that this recommender was started with
   * @returns names of options that take effect only after a restart
   * @throws SidestreamError `runtime/invalid-input` for an option that is invalid, or differs from `given`
   */
  async join(options: GivenOptions, given: GivenOptions) {
    await loadExperiment(parsed(optionsSchema, options, 'createRecommender()').experiment);
    return (await import('./fresh-options')).freshOptions(options, given);
  }

  /** Finds by words, or, with a query that the page has encoded, what is nearest to it. */
  async find(
    request: Omit<FindRequest, 'image'>,
    call?: CallOptions,
    query?: QueryVector,
    runs: readonly EncoderRun[] = [],
  ) {
    checkCall(call, 'find()');
    this.#ran(parsed(runsSchema, runs, 'find()', 'runs'));
    this.#finder ??= new (await import('./find-items')).ItemFinder(this.#parts);
    return this.#finder.find(request, query);
  }

  async setHints(hints: unknown) {
    const { recommendations, era } = this.#call;
    (await recommendations.hints()).set(hints, era);
  }

  /** @param time of the event, milliseconds since the epoch; default: now */
  async track(type: EventType, itemId: string, details: TrackDetails = {}, time?: number) {
    const at = parsed(timeSchema, time, 'track()', 'time');
    const [rejected] = await this.#track([{ type, itemId, details }], at);
    if (rejected) throw SidestreamError.deserialize(rejected);
  }

  /**
   * Tracks several events at once; a rejected one does not affect the others.
   * @returns for each event, null if it is in the log, else the reason for its rejection
   * @throws SidestreamError `store/*` if no event could be written
   */
  async trackAll(events: readonly TrackInput[]) {
    return this.#track(parsed(v.array(v.unknown()), events, 'trackAll()', 'events'));
  }

  /**
   * Counts since the last call, for the hooks of the page.
   * @param sent keys of reports that were sent
   * @param errors codes of errors since the last call
   */
  async takeMetrics(sent?: readonly string[], errors?: readonly string[]) {
    const given = parsed(takenSchema, { sent, errors }, 'takeMetrics()');
    const call = this.#call;
    const operation = { firstList: this.#firstList, encoder: this.#runs.at(-1)?.backend ?? null };
    return (await import('./visitor-counts')).takeMetrics(call, given, operation);
  }

  async inspect<Question extends keyof InspectionAnswers>(question: Question, about?: unknown) {
    return (await import('./inspection')).inspect(this.#parts, question, about);
  }

  /** Closes it and returns the data in memory only, for the worker that replaces this one. */
  async handOver(): Promise<Kept> {
    const { recommendations, events } = this.#parts;
    const hints = await recommendations.hintsGiven();
    const kept = { memory: await (await profileTransfer()).memoryOf(this.#parts), counts: events.take(), hints };
    await this.close();
    return kept;
  }

  /** Continues with the data of the worker before this one. A failure is reported, and recommendations continue without them. */
  async takeOver(kept: Kept): Promise<void> {
    try {
      await (await profileTransfer()).takeOver(kept, this.#parts);
    } catch (thrown) {
      this.#parts.listener.error(SidestreamError.from(thrown));
    }
  }

  /** Adds an item that this device encoded. @param runs of the encoders */
  async insertItem(item: LocalItem, runs: readonly EncoderRun[]) {
    const call = this.#call;
    const local = parsed(localItemSchema, item, 'insertItem()', 'item');
    this.#ran(parsed(runsSchema, runs, 'insertItem()', 'runs'));
    return (await addedItems()).insertItem(call, local);
  }

  async getItem(id: unknown, lang?: unknown) {
    const { catalog, rest, shardLoader } = this.#parts;
    const wanted = parsed(v.string(), id, 'catalog.get()', 'id');
    const language = parsed(v.optional(v.string()), lang, 'catalog.get()', 'lang');
    if (!catalog.find(wanted)) await rest.waitFor(true);
    const item = catalog.find(wanted) ?? (await shardLoader?.find(wanted)) ?? null;
    return item && (await catalog.shown(language))(item);
  }

  /** The ids whose items are in memory. For measurements. */
  loaded(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#parts.catalog.find(id));
  }

  async status() {
    await this.#parts.rest.waitFor();
    return this.#status();
  }

  async settled() {
    const { rest, tasks, session } = this.#parts;
    await rest.load();
    await tasks.settled();
    await session.settled();
  }

  async reset() {
    const { storage, scheduler, events, recommendations, changes, era } = this.#call;
    await scheduler.reload(async () => {
      // Erased meanwhile: there is nothing left to reset.
      if (era === storage.era) await storage.change(era, (store) => store.clear({ keepItems: true }));
    });
    events.forget();
    await recommendations.begin();
    changes.announce();
  }

  async close() {
    this.#parts.rest.close();
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

  /** Tracks events one by one: a rejected one does not affect the others. */
  async #track(given: readonly unknown[], called = Date.now()) {
    // Choices of one time are one order. If the clock was set back, its time counts.
    const again = called <= this.#lastCall && this.#lastCall - called < 1000;
    const time = again ? this.#lastCall + 1 : called;
    this.#lastCall = time;
    const entries: NewEvent[] = [];
    const results = given.map((event) => {
      try {
        entries.push(this.#entry(event, time));
        return null;
      } catch (thrown) {
        return SidestreamError.from(thrown).serialize();
      }
    });
    const { storage, events, shardLoader, rest, catalog, tasks } = this.#parts;
    if (storage.consent === 'denied' || entries.length === 0) return results;
    await events.append(entries);
    this.#learn();
    // Events of items that the catalogue lacks stay in the log, but are reported and not learned.
    const ids = entries.map(({ itemId }) => itemId);
    const check = async (): Promise<void> => {
      if (shardLoader) return shardLoader.check(ids);
      await rest.load();
      // Without the rest, nothing is known about them.
      if (rest.complete) for (const id of ids) catalog.rowOf(id);
    };
    if (!catalog.whole) tasks.beside(check);
    return results;
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
        leading: storage.tabs.leading,
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

  /** Learns the events of the log, or notes them until all items are there. A list requested after this call waits for that. */
  #learn(): void {
    const { tasks, scheduler, rest } = this.#parts;
    tasks.beside(async () => {
      await scheduler.catchUp();
      await rest.waitFor();
    });
  }

  /** A call that comes now. */
  get #call(): Call {
    return { ...this.#parts, era: this.#parts.storage.era };
  }

  /** A call whose code is loaded with the first one; it parses its own arguments. */
  #late<Given extends unknown[], Answer>(
    load: () => Promise<(call: Call, ...given: Given) => Promise<Answer>>,
  ): (...given: Given) => Promise<Answer> {
    return async (...given) => {
      const call = this.#call;
      return (await load())(call, ...given);
    };
  }

  /** A call for a list. Notes how long the first one took. */
  #timed<Given extends unknown[], List>(make: (...given: Given) => Promise<List>): (...given: Given) => Promise<List> {
    return async (...given) => {
      const asked = performance.now();
      const list = await make(...given);
      this.#firstList ??= this.#startTime + performance.now() - asked;
      return list;
    };
  }

  #ran(runs: readonly EncoderRun[]): void {
    for (const run of runs) this.#runs = [...this.#runs.filter(({ encoder }) => encoder !== run.encoder), run];
  }

  /** @throws SidestreamError `runtime/invalid-input`, `runtime/unknown-item` */
  #entry(event: unknown, time: number): NewEvent {
    const { catalog, experiment } = this.#parts;
    const { type, itemId, details } = parsed(trackSchema, event, 'track()');
    // Otherwise the item is looked up after the event is safe: it may not be loaded.
    if (catalog.whole) catalog.rowOf(itemId);
    return { type, itemId, time, ...details, variant: experiment.label() };
  }
}
