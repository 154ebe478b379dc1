import * as Comlink from 'comlink';
import { type Kept, optionsSchema, parsed, type Refusal, type RemoteListener } from '../protocol';
import { Engine } from './engine';
import type { EngineListener, EngineOptions } from './engine-options';
import { ProfileStorage } from './profile-storage';

/** State of the page at the start, beside its options. */
type PageState = Pick<EngineOptions, 'restarted' | 'withdrawn' | 'lang' | 'offers'>;

/** The object that the worker exposes first. */
export type RecommenderHost = ReturnType<typeof recommenderHost>;

/** The first object that a worker exposes: it starts the worker's one recommender, and carries out a refusal before that has started. */
export function recommenderHost() {
  let storage: ProfileStorage | null = null;
  let running: Engine | null = null;
  return {
    /**
     * Loads the bundle and, with consent, the profile.
     * @param given `GivenOptions`
     * @param kept from `handOver()` of the previous worker
     * @param manifest null: the worker fetches it
     * @throws SidestreamError `runtime/invalid-input`, `bundle/*`
     */
    async start(
      given: unknown,
      page: PageState,
      kept: Kept | null,
      listener: RemoteListener,
      manifest: EngineOptions['manifest'] = null,
    ) {
      const options = { ...parsed(optionsSchema, given, 'createRecommender()'), ...page, manifest };
      storage = new ProfileStorage(options);
      const reports: EngineListener = {
        change: (status) => listener('change', status),
        progress: (progress) => listener('progress', progress),
        error: (error) => listener('error', error.serialize()),
      };
      running = await Engine.start(options, reports, storage);
      // Withdrawn meanwhile: also drop the previously kept data.
      if (kept && storage.era === 0) await running.takeOver(kept);
      return Comlink.proxy(running);
    },
    /** The shopper withdrew consent while the recommender starts: it stores nothing from now on. The page deletes stored data. */
    async refuse(level: Refusal) {
      if (running) await running.consent(level);
      else storage?.refuse(level);
    },
  };
}
