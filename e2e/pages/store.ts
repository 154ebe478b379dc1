import { openDB } from 'idb';
import type { Encryption } from '../../src/device/store';
import { DeviceStore } from '../../src/device/store/device-store';

const NAMESPACE = 'at-rest';

/** Code of the error that a call rejects with; `none` when it resolves. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    ({ code }) => code,
  );

const store = {
  /** Stores an event, a profile, a local item and a unit about an item. */
  async keep(encrypt: Encryption, itemId: string): Promise<void> {
    const device = await DeviceStore.open(NAMESPACE, encrypt);
    await device.append([{ type: 'click', itemId, time: Date.now() }]);
    const bytes = new TextEncoder().encode(`history of ${itemId}`);
    const snapshot = { time: Date.now(), choices: 1, windows: 1, lastEvent: 1 };
    await device.saveProfile({ schema: 1, bytes }, await device.generation(), { snapshot });
    await device.saveLocalItem({
      item: { id: itemId, title: itemId, description: '', category: '', availability: 'in-stock', attributes: {} },
      values: new Int8Array(4),
      scales: new Float32Array(1),
      encoders: 'text/image',
    });
    await device.text('unit', (known) => known ?? `unit of ${itemId}`);
    device.close();
  },

  /** Item ids of the log and of the local items. */
  async read(encrypt: Encryption): Promise<string[]> {
    const device = await DeviceStore.open(NAMESPACE, encrypt);
    const [events, items] = [await device.eventsAfter(0), await device.localItems()];
    device.close();
    return [...events.map(({ itemId }) => itemId), ...items.map(({ item }) => item.id)];
  },

  codeOfRead: (encrypt: Encryption): Promise<string> => codeOf(store.read(encrypt)),

  /** The first event as it is stored, for a test that tries keys on it. */
  async encryptedEvent(): Promise<number[]> {
    const raw = await openDB(`sidestream/${NAMESPACE}`);
    const [row] = await raw.getAll('events');
    raw.close();
    return [...(row.sealed ?? [])];
  },
};

declare global {
  interface Window {
    store: typeof store;
  }
}

window.store = store;
