import * as Comlink from 'comlink';
import type { LogEvent } from '../../../packages/shop/logs';
import { type KeptBytes, shopChoices } from '../../../packages/shop/training';
import {
  addLearned,
  type Bundle,
  type Learned,
  MANIFEST_FILE,
  openBundle,
  staleNames,
} from '../../../src/core/catalog';
import { carryErrors } from '../../../src/device/protocol';
import { SidestreamError } from '../../../src/error';
import { type StudioFolder, studioFolder } from '../files/opfs';
import type { LearnWorker } from '../session';
import { learn } from './learn';
import { readLogFile } from './read-log';
import {
  CHECKPOINT_FILE,
  dropCheckpoint,
  forgetLearned,
  keepEvents,
  keepLearned,
  keepLog,
  keptEvents,
  storedLog,
} from './stored';

/** The events of the log; null until it is read. */
let known: LogEvent[] | null = null;
let busy = false;
let stopping = false;

const host: LearnWorker = {
  readLog: (file, columns, on) =>
    alone(async () => {
      const bundle = await bundleOf(await studioFolder('bundle'));
      const { report, events } = await readLogFile(file, columns, bundle, (progress) => on(progress));
      await keepEvents(events);
      await forgetLearned();
      await keepLog(report);
      known = events;
      return report;
    }),

  recount: () =>
    alone(async () => {
      const log = await storedLog();
      if (!log) return null;
      known ??= await keptEvents();
      const bundle = await bundleOf(await studioFolder('bundle'));
      const { unknown, unknownNote } = shopChoices(bundle, { events: known, rejected: [] });
      const report = { ...log, unknown, unknownNote };
      await keepLog(report);
      return report;
    }),

  train: (on) =>
    alone(async () => {
      stopping = false;
      const folder = await studioFolder('bundle');
      const bundle = await bundleOf(folder);
      known ??= await keptEvents();
      const { report, learned } = await learn({
        bundle,
        events: known,
        checkpoint: await checkpoint(),
        stopped: () => stopping,
        on: (update) => on(update),
      });
      await store(learned, folder, bundle.manifest.digest);
      await keepLearned(report, bundle.manifest.digest);
      await dropCheckpoint();
      return report;
    }),

  stop: async () => {
    stopping = true;
  },
};

/** Reading and training change the same files. @throws SidestreamError `runtime/invalid-input` if something runs */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (busy) {
    throw new SidestreamError('runtime/invalid-input', 'A log is being read, or a training runs. Wait until it ends.');
  }
  busy = true;
  try {
    return await work();
  } finally {
    busy = false;
  }
}

/** @throws SidestreamError `bundle/unreachable` before the first encoding; other errors as in `openBundle` */
async function bundleOf(folder: StudioFolder): Promise<Bundle> {
  if (await folder.file(MANIFEST_FILE)) return openBundle(folder.fetch);
  throw new SidestreamError('bundle/unreachable', 'There is no bundle yet. Encode the catalogue first.');
}

async function checkpoint(): Promise<KeptBytes> {
  const folder = await studioFolder('log');
  return {
    name: CHECKPOINT_FILE,
    read: async () => {
      const file = await folder.file(CHECKPOINT_FILE);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    write: (bytes) => folder.write(CHECKPOINT_FILE, bytes),
  };
}

/**
 * Stores the result in the bundle, and removes files of earlier trainings.
 * @param digest of the bundle for which it was learned
 * @throws SidestreamError `bundle/invalid` if the bundle has been replaced
 */
async function store(learned: Learned, folder: StudioFolder, digest: string): Promise<void> {
  const bundle = await bundleOf(folder);
  if (bundle.manifest.digest !== digest) {
    const message = 'The catalogue was encoded again meanwhile. Learn again, for the new bundle.';
    throw new SidestreamError('bundle/invalid', message);
  }
  const next = await addLearned(bundle, learned, folder.write);
  const stale = await staleNames(await folder.names(), [next, bundle.manifest], folder.fetch);
  for (const name of stale) await folder.remove(name);
}

carryErrors();
Comlink.expose(host);
