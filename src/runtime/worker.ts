import * as Comlink from 'comlink';
import type { SerializedError } from '../error';
import type { Progress, Status } from './api';
import { Engine } from './engine';
import type { EngineOptions } from './engine-options';
import { carryErrors } from './rpc';

/** Listener on the page; errors come as plain data, since a cloned Error loses its code. */
export interface RemoteListener {
  change(status: Status): void;
  progress(progress: Progress): void;
  error(error: SerializedError): void;
}

carryErrors();

/** What the page reaches first. */
const host = {
  async start(options: EngineOptions, listener: RemoteListener): Promise<Engine & Comlink.ProxyMarked> {
    const engine = await Engine.start(options, {
      change: (status) => listener.change(status),
      progress: (progress) => listener.progress(progress),
      error: (error) => listener.error(error.serialize()),
    });
    return Comlink.proxy(engine);
  },
};
export type Host = typeof host;

Comlink.expose(host);
