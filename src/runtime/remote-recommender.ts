import * as v from 'valibot';
import type { Item } from '../catalog';
import type { SerializedError } from '../error';
import type { Counts, Metrics } from '../experiment';
import { type EventType, itemIdSchema } from '../learner';
import type { LocalItem, Snapshot } from '../store';
import type {
  BrowseRequest,
  BrowseResponse,
  CallOptions,
  Consent,
  Explanation,
  Progress,
  RecommendRequest,
  RecommendResponse,
  Status,
  TrackDetails,
} from './api';
import type { BundleEncoders } from './encoder-files';
import { Engine } from './engine';
import type { GivenOptions } from './given-options';
import { type Kept, keptSchema } from './hand-over';
import { browseSchema, callSchema, optionsSchema, parsed, type TrackInput } from './requests';

/** Listener on the page; errors come as plain data, since a cloned Error loses its code. */
export type RemoteListener = (
  ...[type, event]: ['change', Status] | ['progress', Progress] | ['error', SerializedError]
) => void;

const idSchema = v.pipe(v.number(), v.safeInteger());
const passphraseSchema = v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty; leave it out for none')));
const fileSchema = v.instance(Blob, 'must be a Blob or File');

/**
 * The recommender in its worker, as the page reaches it: what comes from the page is parsed here, or by the engine where
 * it is used. So the page need not load the schemas.
 */
export class RemoteRecommender {
  readonly #engine: Engine;
  /** Backend of the encoders once they ran. */
  #encoders: string | null = null;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Loads the bundle and, with consent, the profile.
   * @param given parsed here
   * @param kept what to go on with, from `handOver()`
   * @param restarted whether another worker of the page ran before
   * @throws SidestreamError `runtime/invalid-input`, `bundle/*`
   */
  static async start(
    given: unknown,
    listener: RemoteListener,
    kept: Kept | null,
    restarted: boolean,
  ): Promise<RemoteRecommender> {
    const options = { ...parsed(optionsSchema, given, 'createRecommender()'), restarted };
    let remote: RemoteRecommender | null = null;
    const engine = await Engine.start(options, {
      change: (status) => listener('change', remote?.complete(status) ?? status),
      progress: (progress) => listener('progress', progress),
      error: (error) => listener('error', error.serialize()),
    });
    remote = new RemoteRecommender(engine);
    if (kept) await engine.takeOver(parsed(keptSchema, kept, 'handOver()'));
    return remote;
  }

  /**
   * What a further caller of `createRecommender()` asks for.
   * @param options the caller's
   * @param given what this recommender was started with
   * @returns names of options that hold only after a restart
   * @throws SidestreamError `runtime/invalid-input` for an option that is wrong, or not the one that is given already
   */
  async join(options: GivenOptions, given: GivenOptions): Promise<string[]> {
    parsed(optionsSchema, options, 'createRecommender()');
    const { freshOptions } = await import('./fresh-options');
    return freshOptions(options, given, v.getDefaults(optionsSchema));
  }

  async recommend(request: RecommendRequest, wait: CallOptions): Promise<RecommendResponse> {
    parsed(callSchema, wait, 'recommend()');
    return this.#engine.recommend(request);
  }

  async explain(itemId: string, request: RecommendRequest = {}): Promise<Explanation> {
    return this.#engine.explain(parsed(itemIdSchema, itemId, 'explain()', 'itemId'), request);
  }

  track(type: EventType, itemId: string, details: TrackDetails): Promise<void> {
    return this.#engine.track(type, itemId, details);
  }

  /** Several events at once, each kept or refused for itself: null where it was kept. Rejects where the store fails. */
  trackAll(events: TrackInput[]): Promise<(SerializedError | null)[]> {
    return this.#engine.trackAll(events);
  }

  consent(level: Consent): Promise<void> {
    return this.#engine.setConsent(level);
  }

  async getItem(id: string): Promise<Item | null> {
    return this.#engine.getItem(parsed(v.string(), id, 'getItem()', 'id'));
  }

  async browse(request: BrowseRequest = {}): Promise<BrowseResponse> {
    return this.#engine.browse(parsed(browseSchema, request, 'browse()'));
  }

  categories(): Promise<{ category: string; count: number }[]> {
    return this.#engine.categories();
  }

  async status(): Promise<Status> {
    return this.complete(await this.#engine.status());
  }

  metrics(): Promise<Metrics> {
    return this.#engine.metrics();
  }

  takeMetrics(): Promise<Counts[]> {
    return this.#engine.takeMetrics();
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

  async rollback(id: number): Promise<void> {
    return this.#engine.rollback(parsed(idSchema, id, 'rollback()', 'id'));
  }

  async exportProfile(passphrase?: string): Promise<Blob> {
    const bytes = await this.#engine.exportProfile(
      parsed(passphraseSchema, passphrase, 'exportProfile()', 'passphrase'),
    );
    return new Blob([bytes as BlobPart], { type: 'application/octet-stream' });
  }

  async importProfile(file: Blob, passphrase?: string): Promise<void> {
    const found = parsed(fileSchema, file, 'importProfile()', 'file');
    const phrase = parsed(v.optional(v.string()), passphrase, 'importProfile()', 'passphrase');
    return this.#engine.importProfile(new Uint8Array(await found.arrayBuffer()), phrase);
  }

  /** What the encoder worker needs to encode new items for this bundle. */
  encoderFiles(): Promise<BundleEncoders> {
    return this.#engine.encoderFiles();
  }

  /** @param backend what it was encoded with */
  insertItem(item: LocalItem, backend: string): Promise<Item> {
    this.#encoders = backend;
    return this.#engine.insertItem(item);
  }

  /** Whether the page is hidden or the battery low. */
  setResting(resting: boolean): Promise<void> {
    return this.#engine.setResting(resting);
  }

  /** Ends it for another to take its place, with what that one goes on with. */
  async handOver(): Promise<Kept> {
    const kept = await this.#engine.handOver();
    await this.close();
    return kept;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  private complete(status: Status): Status {
    return { ...status, backend: { ...status.backend, encoders: this.#encoders } };
  }
}
