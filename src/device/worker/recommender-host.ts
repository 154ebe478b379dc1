import * as Comlink from 'comlink';
import { optionsSchema, parsed, type Refusal, type WorkerHost } from '../protocol';
import { ProfileStorage } from './profile-storage';
import { RemoteRecommender } from './remote-recommender';

/** What a worker exposes first: starts its one recommender, and carries a refusal out before that has started. */
export function recommenderHost(): WorkerHost {
  let storage: ProfileStorage | null = null;
  let running: RemoteRecommender | null = null;
  return {
    async start(given, listener, kept, restarted, offers, lang, manifest, withdrawn) {
      const own = parsed(optionsSchema, given, 'createRecommender()');
      const options = { ...own, restarted, offers, lang, manifest, withdrawn };
      storage = new ProfileStorage(options);
      running = await RemoteRecommender.start(options, listener, kept, storage);
      return Comlink.proxy(running);
    },
    async refuse(level: Refusal) {
      if (running) await running.consent(level);
      else storage?.refuse(level);
    },
  };
}
