import * as Comlink from 'comlink';
import type { WorkerHost } from '../protocol';
import { carryErrors } from '../protocol';
import { RemoteRecommender } from './remote-recommender';

carryErrors();

const host: WorkerHost = {
  async start(options, listener, kept, restarted) {
    return Comlink.proxy(await RemoteRecommender.start(options, listener, kept, restarted));
  },
};

Comlink.expose(host);
