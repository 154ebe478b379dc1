import * as Comlink from 'comlink';
import type { LogEvent } from '../../../packages/shop/logs';
import { type KeptBytes, shopChoices } from '../../../packages/shop/training';
import { encodeSideNetwork } from '../../../packages/shop/training/side';
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
  NETWORK_FILE,
  storedLog,
} from './stored';

/** The events of the log; null until it is read. */
let known: LogEvent[] | null = null;
let busy = false;
let stopping = false;

const host: LearnWorker = {
  readLog: (file, on) =>
    alone(async () => {
      const { report, events } = await readLogFile(file, await bundleOf(await studioFolder('bundle')), (progress) =>
        on(progress),
      );
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

  train: (on, fromScratch) =>
    alone(async () => {
      stopping = false;
      const folder = await studioFolder('bundle');
      const bundle = await bundleOf(folder);
      known ??= await keptEvents();
      const kept = await keptFile(NETWORK_FILE);
      const { report, learned, network } = await learn({
        bundle,
        events: known,
        checkpoint: await keptFile(CHECKPOINT_FILE),
        network: kept,
        fromScratch,
        stopped: () => stopping,
        on: (update) => on(update),
      });
      await store(learned, folder, bundle.manifest.digest);
      await kept.write(encodeSideNetwork(network));
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

async function keptFile(name: string): Promise<KeptBytes> {
  const folder = await studioFolder('log');
  return {
    name,
    read: async () => {
      const file = await folder.file(name);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    write: (bytes) => folder.write(name, bytes),
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
