import { SidestreamError } from '../../error';
import { profileFiles } from '../learner';
import { type Closing, type DeviceStore, deviceStoreExists, deviceStores } from '../store';
import type { EngineOptions } from './engine-options';

export type Closed = Exclude<Closing, 'lost'>;

/** A store on the device, and why its connection was closed; null while it is open. */
export interface OpenedDevice {
  readonly store: DeviceStore;
  closed: Closed | null;
}

type OnClosed = (store: DeviceStore, why: Closed) => void;

/**
 * Opens the store on the device and creates it if necessary.
 * @param onClosed called with the store when its connection was closed from elsewhere
 * @throws SidestreamError `store/*`
 */
export async function openDevice({ namespace, encrypt }: EngineOptions, onClosed: OnClosed): Promise<OpenedDevice> {
  const Implementation = await loadDeviceStore();
  const { closing, watch } = closingWatch(onClosed);
  return watch(await Implementation.open(namespace, { encrypt, upgradeProfile, onClosed: closing }));
}

/** Opens the store on the device only if it exists. @returns null without one, also when it was deleted a moment ago */
export async function openExistingDevice(
  { namespace, encrypt }: EngineOptions,
  onClosed: OnClosed,
): Promise<OpenedDevice | null> {
  if (!(await deviceStoreExists(namespace))) return null;
  const Implementation = await loadDeviceStore();
  const { closing, watch } = closingWatch(onClosed);
  const store = await Implementation.openExisting(namespace, { encrypt, upgradeProfile, onClosed: closing });
  return store && watch(store);
}

const upgradeProfile = async (stored: unknown) => (await profileFiles()).upgradeStoredProfile(stored);

/** Notices that a connection is closed from elsewhere, also before the store is returned. */
function closingWatch(onClosed: OnClosed) {
  let opened: OpenedDevice | null = null;
  let closed: Closed | null = null;
  const closing = (why: Closed): void => {
    closed = why;
    if (!opened) return;
    opened.closed = why;
    onClosed(opened.store, why);
  };
  const watch = (store: DeviceStore): OpenedDevice => {
    opened = { store, closed };
    return opened;
  };
  return { closing, watch };
}

/**
 * Starts loading the code of the device's store, if it will be needed, in parallel to the bundle.
 * @returns whether a store from an earlier visit will be used
 */
export async function preloadDevice({ consent, namespace }: EngineOptions): Promise<boolean> {
  try {
    const exists = await deviceStoreExists(namespace);
    const needed = consent === 'granted' || (!consent && exists);
    if (needed) await loadDeviceStore();
    return needed && exists;
  } catch {
    // Opening the store retries and reports the error.
    return false;
  }
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
