import { SidestreamError } from '../error';
import { upgradeStoredProfile } from '../learner';
import { type Closing, type DeviceStore, deviceStoreExists, deviceStores, type Store } from '../store';
import type { EngineOptions } from './engine-options';

/** Why a store was closed under its owner. */
export type Closed = Exclude<Closing, 'lost'>;

/** A store on the device, and why its connection was closed; null while it is open. */
export interface OpenedDevice {
  readonly store: DeviceStore;
  readonly closed: Closed | null;
}

type Options = Pick<EngineOptions, 'namespace' | 'encrypt'>;

/**
 * Opens the store on the device and creates it where there is none.
 * @param onClosed called with the store when its connection was closed from elsewhere
 * @throws SidestreamError `store/*`
 */
export async function openDevice(
  { namespace, encrypt }: Options,
  onClosed: (store: DeviceStore, why: Closed) => void,
): Promise<OpenedDevice> {
  const Implementation = await loadDeviceStore();
  const closing = new ClosingWatch(onClosed);
  return closing.watch(
    await Implementation.open(namespace, { encrypt, upgradeProfile: upgradeStoredProfile, onClosed: closing.onClosed }),
  );
}

/** The same where there is a store already. @returns null without one, also when it was deleted a moment ago */
export async function openExistingDevice(
  { namespace, encrypt }: Options,
  onClosed: (store: DeviceStore, why: Closed) => void,
): Promise<OpenedDevice | null> {
  if (!(await deviceStoreExists(namespace))) return null;
  const Implementation = await loadDeviceStore();
  const closing = new ClosingWatch(onClosed);
  const store = await Implementation.openExisting(namespace, {
    encrypt,
    upgradeProfile: upgradeStoredProfile,
    onClosed: closing.onClosed,
  });
  return store && closing.watch(store);
}

/** Begins to load the code of the store on the device where it will be needed, beside the bundle. */
export async function preloadDevice({
  consent,
  namespace,
}: Pick<EngineOptions, 'consent' | 'namespace'>): Promise<void> {
  try {
    if (consent === 'granted' || (consent === undefined && (await deviceStoreExists(namespace)))) await deviceStores();
  } catch {
    // Opening the store tries again, and reports why it fails.
  }
}

/** Ids of an event in the store it was copied from, and in the other one. */
export interface CopiedEvent {
  from: number;
  to: number;
}

/**
 * Copies the events after one to another store, until there are no more.
 * @param ids gets their ids in both stores, in the order of the log, as far as they are copied
 */
export async function copyEvents(from: Store, to: Store, after: number, ids: CopiedEvent[] = []): Promise<void> {
  let events = await from.eventsAfter(after);
  while (events.length > 0) {
    const copied = await to.append(events.map(({ id: _, ...event }) => event));
    ids.push(...events.map(({ id }, n) => ({ from: id, to: copied[n].id })));
    events = await from.eventsAfter(events[events.length - 1].id);
  }
}

/** Loads the code of the store on the device. @throws SidestreamError `store/unavailable` */
async function loadDeviceStore(): Promise<typeof DeviceStore> {
  try {
    return (await deviceStores()).DeviceStore;
  } catch (cause) {
    throw new SidestreamError(
      'store/unavailable',
      'The code that keeps a profile on the device could not be loaded. Recommendations go on in memory; check the connection and the files beside worker.js, and try again.',
      { cause },
    );
  }
}

/** Notices that a connection is closed from elsewhere, also before its owner has the store. */
class ClosingWatch {
  closed: Closed | null = null;
  #store: DeviceStore | null = null;

  /** @param report called once the owner has the store */
  constructor(report: (store: DeviceStore, why: Closed) => void) {
    this.onClosed = (why) => {
      this.closed = why;
      if (this.#store) report(this.#store, why);
    };
  }

  readonly onClosed: (why: Closed) => void;

  watch(store: DeviceStore): OpenedDevice {
    this.#store = store;
    return Object.assign(this, { store });
  }
}
