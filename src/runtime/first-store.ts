import { SidestreamError } from '../error';
import { DeviceStore, deleteDeviceStore, deviceStoreExists, MemoryStore, type Store } from '../store';
import type { Consent } from './api';
import type { EngineOptions } from './engine-options';

/** Where a page keeps things when it opens. */
export interface FirstStore {
  consent: Consent;
  store: Store;
  /** Why what was agreed to be kept cannot be; the page goes on in memory. */
  failure: SidestreamError | null;
}

/** The device's own store where the shopper agreed, now or on an earlier visit; else memory, and with a no, nothing else. */
export async function firstStore({ consent: given, namespace }: EngineOptions): Promise<FirstStore> {
  const consent = given ?? ((await deviceStoreExists(namespace)) ? 'granted' : 'pending');
  if (consent === 'denied') await deleteDeviceStore(namespace);
  if (consent !== 'granted') return { consent, store: new MemoryStore(), failure: null };
  try {
    return { consent, store: await DeviceStore.open(namespace), failure: null };
  } catch (thrown) {
    return { consent, store: new MemoryStore(), failure: SidestreamError.from(thrown) };
  }
}
