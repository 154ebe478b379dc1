import { SidestreamError } from '../../../error';
import { profileFiles } from '../../learner';
import type { EngineOptions } from '../../protocol';
import { type DeviceStore, deviceStoreExists, deviceStores } from '../../store';

/** Opens the store on the device and creates it if necessary. @throws SidestreamError `store/*` */
export async function openDevice({ namespace, encrypt }: EngineOptions): Promise<DeviceStore> {
  return (await loadDeviceStore()).open(namespace, encrypt);
}

/** Opens the store on the device only if it exists. @returns null without one, also when it was deleted a moment ago */
export async function openExistingDevice({ namespace, encrypt }: EngineOptions): Promise<DeviceStore | null> {
  if (!(await deviceStoreExists(namespace))) return null;
  return (await loadDeviceStore()).openExisting(namespace, encrypt);
}

/**
 * Starts loading the code of the device's store, if it will be needed, in parallel to the bundle.
 * @returns whether a store from an earlier visit will be used
 */
export async function preloadDevice({ consent, namespace }: EngineOptions): Promise<boolean> {
  const exists = await deviceStoreExists(namespace);
  const needed = consent === 'granted' || (!consent && exists);
  // Opening the store retries and reports the error.
  if (needed) loadDeviceStore().catch(() => undefined);
  return needed && exists;
}

/** Loads the code of the store on the device and of the profiles in it. @throws SidestreamError `store/unavailable` */
async function loadDeviceStore(): Promise<typeof DeviceStore> {
  try {
    const [{ DeviceStore: Implementation }] = await Promise.all([deviceStores(), profileFiles()]);
    return Implementation;
  } catch (cause) {
    throw new SidestreamError(
      'store/unavailable',
      'The code that stores a profile on the device could not be loaded. Recommendations continue in memory; check the connection and the files beside worker.js, and try again.',
      { cause },
    );
  }
}

export const forgotten = (cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/forgotten',
    'The shopper withdrew consent, so no data is kept. Ask for consent, then try again.',
    { cause },
  );
