import * as Comlink from 'comlink';
import { optionsSchema, parsed, type WorkerHost } from '../protocol';
import { Engine } from './engine';
import type { EngineListener } from './engine-options';
import { ProfileStorage } from './profile-storage';

/** The first object that a worker exposes: it starts the worker's one recommender, and carries out a refusal before that has started. */
export function recommenderHost(): WorkerHost {
  let storage: ProfileStorage | null = null;
  let running: Engine | null = null;
  return {
    async start(given, listener, kept, restarted, offers, lang, manifest, withdrawn) {
      const own = parsed(optionsSchema, given, 'createRecommender()');
      const options = { ...own, restarted, offers, lang, manifest, withdrawn };
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
    async refuse(level) {
      if (running) await running.consent(level);
      else storage?.refuse(level);
    },
  };
}
