import type { Places } from '../../device/worker';

/** Files of the package that run in their own worker. */
export type WorkerFile = 'worker.js' | 'encoder-worker.js';

/**
 * Addresses of the package's files; null if a bundler builds the workers from the sources, as here. The package's build replaces
 * this module.
 */
export const ownPlaces = (): Places | null => null;

export const startSource = (file: WorkerFile): Worker =>
  file === 'worker.js'
    ? new Worker(new URL('../../device/worker/worker.ts', import.meta.url), { type: 'module', name: 'sidestream' })
    : new Worker(new URL('../../device/worker/encoder-worker.ts', import.meta.url), {
        type: 'module',
        name: 'sidestream-encoders',
      });
