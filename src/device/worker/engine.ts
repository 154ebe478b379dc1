import * as v from 'valibot';
import type { Modality } from '../../core/catalog';
import { itemIdSchema, type NewEvent, storedTime } from '../../core/events';
import { matrixBackend } from '../../core/kernel';
import { SidestreamError } from '../../error';
import {
  callSchema,
  consentSchema,
  type EncoderBackend,
  type EncoderRun,
  type InspectionAnswers,
  type Kept,
  localItemSchema,
  optionsSchema,
  parsed,
  recommendSchema,
  type Status,
  trackSchema,
  type WorkerRecommender,
} from '../protocol';
import type { EngineListener, EngineOptions } from './engine-options';
import { type EngineParts, engineParts } from './engine-parts';
import { loadExperiment } from './experiment-assignment';
import type { ItemFinder } from './find-items';
import { ProfileStorage } from './profile-storage';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;
const modalitySchema = v.picklist(['text', 'image'] satisfies Modality[]);
const runsSchema = v.array(
  v.strictObject({
    modality: modalitySchema,
    encoder: v.string(),
    backend: v.picklist(['webgpu', 'wasm'] satisfies EncoderBackend[]),
    reason: v.nullable(v.string()),
    milliseconds: v.number(),
  }),
);
const timeSchema = v.optional(storedTime);
const givenSchema = v.record(v.string(), v.unknown());
const textsSchema = v.optional(v.array(v.string()), []);
const takenSchema = v.strictObject({ sent: textsSchema, errors: textsSchema });

const mutableFiles = () => import('./mutable-files');
const otherLists = () => import('./other-lists');
const profileTransfer = () => import('./profile-transfer');
const addedItems = () => import('./added-items');

/** Checks the options of a call; the page keeps its time limit. */
const checkCall = (call: unknown, method: string): unknown => parsed(v.optional(callSchema), call, method);

/**
 * The recommender in its worker, which the page calls: parses the arguments of every call, or leaves that to code that loads
 * late, and connects catalogue, store, learner and ranking. `Recommender` and `WorkerRecommender` document the methods.
 */
export class Engine implements WorkerRecommender {
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

  async join(options: unknown, given: unknown) {
    const [wanted, running] = [parsed(givenSchema, options, 'join()'), parsed(givenSchema, given, 'join()')];
    await loadExperiment(parsed(optionsSchema, wanted, 'createRecommender()').experiment);
    return (await import('./fresh-options')).freshOptions(wanted, running);
  }

  async recommend(request: unknown = {}, call?: unknown) {
    const given = parsed(recommendSchema, request, 'recommend()');
    checkCall(call, 'recommend()');
    return this.#timed(this.#parts.recommendations.recommend(given));
  }

  async rerank(ids: unknown, options: unknown, call?: unknown) {
    checkCall(call, 'rerank()');
    return this.#timed((await otherLists()).rerankList(ids, options, this.#parts));
  }

  async find(request: unknown, call?: unknown, query?: unknown, runs?: unknown) {
    checkCall(call, 'find()');
    this.#ran(parsed(v.optional(runsSchema, []), runs, 'find()', 'runs'));
    this.#finder ??= new (await import('./find-items')).ItemFinder(this.#parts);
    return this.#finder.find(request, query);
  }

  async recommendSegments(request?: unknown) {
    return (await otherLists()).rankedSegments(request, this.#parts);
  }

  async recommendRows(request?: unknown) {
    return this.#timed((await otherLists()).plannedRows(request, this.#parts));
  }

  async products(ids: unknown, request?: unknown) {
    return (await otherLists()).products(ids, request, this.#parts);
  }

  async setHints(hints: unknown) {
    const { storage, recommendations } = this.#parts;
    const { era } = storage;
    (await recommendations.hints()).set(hints, era);
  }

  async explain(itemId: unknown, request: unknown = {}) {
    const id = parsed(itemIdSchema, itemId, 'explain()', 'itemId');
    const given = parsed(recommendSchema, request, 'explain()');
    return (await otherLists()).explainedItem(id, given, this.#parts);
  }

  async track(type: unknown, itemId: unknown, details: unknown = {}, time?: unknown) {
    const at = parsed(timeSchema, time, 'track()', 'time');
    const [rejected] = await this.#track([{ type, itemId, details }], at);
    if (rejected) throw SidestreamError.deserialize(rejected);
  }

  async trackAll(events: unknown) {
    return this.#track(parsed(v.array(v.unknown()), events, 'trackAll()', 'events'));
  }

  async consent(level: unknown) {
    return this.#parts.consent.answer(parsed(consentSchema, level, 'consent()'));
  }

  forget() {
    return this.#parts.consent.forget();
  }

  async metrics() {
    return (await this.#parts.events.aggregates()).metrics(this.#parts.experiment.label());
  }

  async takeMetrics(sent?: unknown, errors?: unknown) {
    const given = parsed(takenSchema, { sent, errors }, 'takeMetrics()');
    const { era } = this.#parts.storage;
    const operation = { firstList: this.#firstList, encoder: this.#runs.at(-1)?.backend ?? null };
    return (await import('./visitor-counts')).takeMetrics(this.#parts, given, operation, era);
  }

  snapshots() {
    return this.#parts.storage.reading((store) => store.snapshots());
  }

  async rollback(id: unknown, options?: unknown) {
    const { era } = this.#parts.storage;
    await (await profileTransfer()).rollback(this.#parts, id, options, era);
  }

  async exportProfile(passphrase?: unknown) {
    return (await profileTransfer()).exportProfile(this.#parts, passphrase);
  }

  async importProfile(file: unknown, given?: unknown) {
    const { era } = this.#parts.storage;
    return (await profileTransfer()).importProfile(this.#parts, file, given, era);
  }

  async inspect<Question extends keyof InspectionAnswers>(question: Question, about?: unknown) {
    return (await import('./inspection')).inspect(this.#parts, question, about);
  }

  async handOver() {
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

  async save() {
    this.#parts.scheduler.hurry();
  }

  async queryEncoder(modality: unknown) {
    const wanted = parsed(modalitySchema, modality, 'queryEncoder()', 'modality');
    return (await addedItems()).queryEncoder(this.#parts, wanted);
  }

  async encoderFiles() {
    return (await addedItems()).encoderFiles(this.#parts);
  }

  async insertItem(item: unknown, runs: unknown) {
    const { era } = this.#parts.storage;
    const local = parsed(localItemSchema, item, 'insertItem()', 'item');
    this.#ran(parsed(runsSchema, runs, 'insertItem()', 'runs'));
    return (await addedItems()).insertItem(this.#parts, local, era);
  }

  async updateOffers(offers: unknown) {
    const { catalog, changes } = this.#parts;
    return (await mutableFiles()).updateOffers(catalog, changes, offers);
  }

  async getItem(id: unknown, lang?: unknown) {
    const { catalog, rest, shardLoader } = this.#parts;
    const wanted = parsed(v.string(), id, 'getItem()', 'id');
    const language = parsed(v.optional(v.string()), lang, 'getItem()', 'lang');
    if (!catalog.find(wanted)) await rest.waitFor(true);
    const item = catalog.find(wanted) ?? (await shardLoader?.find(wanted)) ?? null;
    return item && (await catalog.shown(language))(item);
  }

  /** The ids whose items are in memory. For measurements. */
  loaded(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#parts.catalog.find(id));
  }

  async browse(request?: unknown) {
    return (await otherLists()).browse(this.#parts, request);
  }

  async categories(request?: unknown) {
    return (await otherLists()).categories(this.#parts, request);
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
    const { storage, scheduler, events, recommendations, changes } = this.#parts;
    const { era } = storage;
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

  /** Learns the events of the log, or notes them until all items are there. A list requested after this call waits for that. */
  #learn(): void {
    const { tasks, scheduler, rest } = this.#parts;
    tasks.beside(async () => {
      await scheduler.catchUp();
      await rest.waitFor();
    });
  }

  /** Notes how long the first list took. */
  async #timed<T>(list: Promise<T>): Promise<T> {
    const asked = performance.now();
    const made = await list;
    this.#firstList ??= this.#startTime + performance.now() - asked;
    return made;
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
