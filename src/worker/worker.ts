import * as Comlink from 'comlink';
import type { WorkerHost } from '../protocol';
import { carryErrors } from '../protocol';
import { RemoteRecommender } from './remote-recommender';

carryErrors();

const host: WorkerHost = {
  async start(...given) {
    return Comlink.proxy(await RemoteRecommender.start(...given));
  },
};

Comlink.expose(host);
