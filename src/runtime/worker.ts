import * as Comlink from 'comlink';
import { RemoteRecommender } from './remote-recommender';
import { carryErrors } from './rpc';
import type { WorkerHost } from './worker-api';

carryErrors();

const host: WorkerHost = {
  async start(options, listener, kept, restarted) {
    return Comlink.proxy(await RemoteRecommender.start(options, listener, kept, restarted));
  },
};

Comlink.expose(host);
