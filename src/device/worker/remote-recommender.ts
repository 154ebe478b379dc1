import * as v from 'valibot';
import type { Item } from '../../core/catalog';
import { type EventType, storedTime } from '../../core/events';
import type { SerializedError } from '../../error';
import type { Metrics } from '../experiment';
import type {
  BrowseRequest,
  BrowseResponse,
  BundleEncoders,
  CallOptions,
  CategoriesRequest,
  CategoryCount,
  Consent,
  EncoderBackend,
  Explanation,
  GivenOptions,
  ImportOptions,
  ImportResult,
  InspectionAnswers,
  KeptUpdate,
  MetricReport,
  Offer,
  RecommendRequest,
  RecommendResponse,
  RemoteListener,
  RerankOptions,
  RerankResponse,
  SegmentsRequest,
  SegmentsResponse,
  Status,
  TrackDetails,
  WorkerRecommender,
} from '../protocol';
import { callSchema, type Kept, optionsSchema, parsed, type TrackInput } from '../protocol';
import type { LocalItem, Snapshot } from '../store';
import { Engine } from './engine';
import type { EngineListener, EngineOptions } from './engine-options';
import { loadExperiment } from './experiment-assignment';
import type { ProfileStorage } from './profile-storage';

const timeSchema = v.optional(storedTime);
const encoderBackendSchema = v.picklist(['webgpu', 'wasm'] satisfies EncoderBackend[]);

/**
 * The worker's interface for the page. Arguments are parsed here, or in the engine where they are used: the page does not
 * load the schemas.
 */
export class RemoteRecommender implements WorkerRecommender {
  readonly #engine: Engine;
  /** Backend of the encoders; null before they ran. */
  #encoders: EncoderBackend | null = null;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Loads the bundle and, with consent, the profile.
   * @param kept `Kept`, parsed by its user
   * @throws SidestreamError `bundle/*`
   */
  static async start(
    options: EngineOptions,
    listener: RemoteListener,
    kept: unknown,
    storage: ProfileStorage,
  ): Promise<RemoteRecommender> {
    let remote: RemoteRecommender | null = null;
    const reports: EngineListener = {
      change: (status) => listener('change', remote ? remote.#complete(status) : status),
      progress: (progress) => listener('progress', progress),
      error: (error) => listener('error', error.serialize()),
    };
    const engine = await Engine.start(options, reports, storage);
    remote = new RemoteRecommender(engine);
    // Withdrawn meanwhile: also drop the previously kept data.
    if (kept && storage.era === 0) await engine.takeOver(kept);
    return remote;
  }

  async join(options: GivenOptions, given: GivenOptions): Promise<string[]> {
    const { experiment } = parsed(optionsSchema, options, 'createRecommender()');
    await loadExperiment(experiment);
    const { freshOptions } = await import('./fresh-options');
    return freshOptions(options, given, v.getDefaults(optionsSchema));
  }

  async recommend(request: RecommendRequest, wait: CallOptions): Promise<RecommendResponse> {
    parsed(callSchema, wait, 'recommend()');
    return this.#engine.recommend(request);
  }

  async rerank(ids: readonly string[], options: RerankOptions, wait: CallOptions): Promise<RerankResponse> {
    parsed(callSchema, wait, 'rerank()');
    return this.#engine.rerank(ids, options);
  }

  recommendSegments(request: SegmentsRequest): Promise<SegmentsResponse> {
    return this.#engine.recommendSegments(request);
  }

  setHints(hints: unknown): Promise<void> {
    return this.#engine.setHints(hints);
  }

  async explain(itemId: string, request: RecommendRequest = {}): Promise<Explanation> {
    return this.#engine.explain(itemId, request);
  }

  async track(type: EventType, itemId: string, details: TrackDetails, time?: number): Promise<void> {
    return this.#engine.track(type, itemId, details, parsed(timeSchema, time, 'track()', 'time'));
  }

  trackAll(events: TrackInput[]): Promise<(SerializedError | null)[]> {
    return this.#engine.trackAll(events);
  }

  consent(level: Consent): Promise<void> {
    return this.#engine.setConsent(level);
  }

  async getItem(id: string, lang?: string): Promise<Item | null> {
    return this.#engine.getItem(parsed(v.string(), id, 'getItem()', 'id'), lang);
  }

  async browse(request: BrowseRequest = {}): Promise<BrowseResponse> {
    return this.#engine.browse(request);
  }

  categories(request?: CategoriesRequest): Promise<CategoryCount[]> {
    return this.#engine.categories(request);
  }

  async status(): Promise<Status> {
    return this.#complete(await this.#engine.status());
  }

  metrics(): Promise<Metrics> {
    return this.#engine.metrics();
  }

  takeMetrics(sent: readonly string[]): Promise<MetricReport> {
    return this.#engine.takeMetrics(sent);
  }

  settled(): Promise<void> {
    return this.#engine.settled();
  }

  reset(): Promise<void> {
    return this.#engine.reset();
  }

  forget(): Promise<void> {
    return this.#engine.forget();
  }

  snapshots(): Promise<Snapshot[]> {
    return this.#engine.snapshots();
  }

  rollback(id: number): Promise<void> {
    return this.#engine.rollback(id);
  }

  async inspect(question: string, about?: unknown): Promise<InspectionAnswers[keyof InspectionAnswers]> {
    return this.#engine.inspect(question, about);
  }

  async exportProfile(passphrase?: string): Promise<Blob> {
    const bytes = await this.#engine.exportProfile(passphrase);
    return new Blob([bytes as BlobPart], { type: 'application/octet-stream' });
  }

  importProfile(file: Blob, given?: string | ImportOptions): Promise<ImportResult> {
    return this.#engine.importProfile(file, given);
  }

  updateOffers(offers: Offer[]): Promise<KeptUpdate> {
    return this.#engine.updateOffers(offers);
  }

  encoderFiles(): Promise<BundleEncoders> {
    return this.#engine.encoderFiles();
  }

  async insertItem(item: LocalItem, backend: string): Promise<Item> {
    this.#encoders = parsed(encoderBackendSchema, backend, 'insertItem()', 'backend');
    return this.#engine.insertItem(item);
  }

  save(): Promise<void> {
    return this.#engine.save();
  }

  async handOver(): Promise<Kept> {
    const kept = await this.#engine.handOver();
    await this.close();
    return kept;
  }

  copy(): Promise<Kept> {
    return this.#engine.copy();
  }

  takeOver(kept: unknown): Promise<void> {
    return this.#engine.takeOver(kept);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #complete(status: Status): Status {
    return { ...status, backend: { encoders: this.#encoders } };
  }
}
