import { type ConsentAnswer, channelName, type Refusal } from '../../device/protocol';
import { deleteDeviceStore } from '../../device/store';
import { deleteVisits } from './visit-records';

// Part of the page's first script: a refusal must not depend on a file that has to be loaded.

/** Deletions under way, by namespace. */
const erasures = new Map<string, Promise<unknown>>();

/**
 * Carries a refusal out without a worker: deletes what this tab and this device keep of a namespace. Other tabs, and workers of
 * this page, are told first, and stop at once.
 * @throws SidestreamError `store/blocked`, `store/unavailable`
 */
export async function erase(namespace: string, consent: Refusal): Promise<void> {
  deleteVisits(namespace);
  tell(namespace, consent);
  const erasing = deleteDeviceStore(namespace);
  const settled = Promise.allSettled([erasing]);
  erasures.set(namespace, settled);
  try {
    await erasing;
  } finally {
    if (erasures.get(namespace) === settled) erasures.delete(namespace);
  }
}

/** The deletion under way, which a grant that comes after it has to wait for; undefined without one. It never rejects. */
export const erasureOf = (namespace: string): Promise<unknown> | undefined => erasures.get(namespace);

function tell(namespace: string, consent: Refusal): void {
  const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  try {
    const channel = new BroadcastChannel(channelName(namespace));
    channel.postMessage({ consent, stamp: [Date.now(), tab] } satisfies ConsentAnswer);
    channel.close();
  } catch {
    // The browser has none, as in some embedded pages: then no other tab hears of anything.
  }
}
