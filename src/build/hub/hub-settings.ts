import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models are looked for unless HF_ENDPOINT names a mirror. */
export const HUB_ENDPOINT = 'https://huggingface.co';

/** How the hub is reached, and where what it gave is kept. */
export interface HubSettings {
  endpoint: string;
  /** Sent to the endpoint, and to no other host. */
  token?: string;
  /** Nothing is asked of the network; what is in the cache has to do. */
  offline: boolean;
  /** Folder of the cache, in the layout of the hub's own tools, which share it. */
  cache: string;
  /** Milliseconds without a byte after which a connection counts as broken. */
  idleMs: number;
  /** Milliseconds before the second try; every further one waits twice as long. */
  retryMs: number;
}

/** Reads the settings the hub's own tools use: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE, HF_HOME. */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (env.HF_ENDPOINT || HUB_ENDPOINT).replace(/\/+$/, ''),
    ...(env.HF_TOKEN ? { token: env.HF_TOKEN } : {}),
    offline: /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? ''),
    cache: env.HF_HUB_CACHE || join(home, 'hub'),
    idleMs: 30_000,
    retryMs: 500,
  };
}
