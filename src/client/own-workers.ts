import type { Places } from '../protocol';

/** Files of the package that run in a worker of their own. */
export type WorkerFile = 'worker.js' | 'encoder-worker.js';

/**
 * Where the files of the package lie, seen from the page's script; null where a bundler makes the workers from the
 * sources. The package has another module in the place of this one.
 */
export const ownPlaces = (): Places | null => null;

/** Starts a worker of the sources. */
export const startSource = (file: WorkerFile): Worker =>
  file === 'worker.js'
    ? new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'sidestream' })
    : new Worker(new URL('../worker/encoder-worker.ts', import.meta.url), {
        type: 'module',
        name: 'sidestream-encoders',
      });
