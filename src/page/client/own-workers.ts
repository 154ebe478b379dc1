import type { Places } from '../../device/protocol';

/** Files of the package that run in a worker of their own. */
export type WorkerFile = 'worker.js' | 'encoder-worker.js';

/**
 * Addresses of the package's files; null where a bundler makes the workers from the sources, as here. The package's build
 * replaces this module.
 */
export const ownPlaces = (): Places | null => null;

/** Starts a worker from the sources. */
export const startSource = (file: WorkerFile): Worker =>
  file === 'worker.js'
    ? new Worker(new URL('../../device/worker/worker.ts', import.meta.url), { type: 'module', name: 'sidestream' })
    : new Worker(new URL('../../device/worker/encoder-worker.ts', import.meta.url), {
        type: 'module',
        name: 'sidestream-encoders',
      });
