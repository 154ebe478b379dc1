import * as Comlink from 'comlink';
import type { Kept } from './hand-over';
import { type RemoteListener, RemoteRecommender } from './remote-recommender';
import { carryErrors } from './rpc';

carryErrors();

/** What the page reaches first. */
const host = {
  async start(
    options: unknown,
    listener: RemoteListener,
    kept: Kept | null,
    restarted: boolean,
  ): Promise<RemoteRecommender & Comlink.ProxyMarked> {
    return Comlink.proxy(await RemoteRecommender.start(options, listener, kept, restarted));
  },
};
export type Host = typeof host;

Comlink.expose(host);
