import { SidestreamError } from '../error';
import { deleteDeviceStore } from '../store';

/**
 * Carries a refusal out without a worker: deletes what this tab and this device keep of a namespace. Other tabs, and workers of
 * this page, are told first, and stop at once.
 * @throws SidestreamError `store/blocked`, `store/unavailable`
 */
export async function erase(namespace: string, consent: 'denied' | 'pending'): Promise<void> {
  const name = `sidestream/${namespace}`;
  deleteVisits(`${name} `);
  tell(name, consent);
  try {
    await deleteDeviceStore(namespace);
  } catch (thrown) {
    throw SidestreamError.from(thrown, 'store/unavailable');
  }
}

function deleteVisits(beginning: string): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(beginning)) sessionStorage.removeItem(key);
  } catch {
    // Denied by the browser: then the tab keeps nothing.
  }
}

function tell(name: string, consent: 'denied' | 'pending'): void {
  const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  try {
    const channel = new BroadcastChannel(name);
    channel.postMessage({ consent, stamp: [Date.now(), tab] });
    channel.close();
  } catch {
    // The browser has none, as in some embedded pages: then no other tab hears of anything.
  }
}
