import { type ConsentAnswer, channelName, type Refusal } from '../../device/protocol';
import { deleteDeviceStore } from '../../device/store';

// Part of the page's first script: a refusal must not depend on a file that still has to load.

/**
 * Beginning of the keys under which the tab keeps places in feeds, in sessionStorage. An address has no space, so a namespace that
 * has spaces or is a prefix of another one cannot be confused with it.
 */
export const tabKey = (namespace: string, bundle: string): string =>
  `sidestream/${namespace} ${bundle.replaceAll(' ', '%20')}`;

/** Deletes what the tab keeps for a namespace, with any bundle. */
export function clearTab(namespace: string): void {
  const beginning = `sidestream/${namespace} `;
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(beginning) && !key.slice(beginning.length).includes(' ')) sessionStorage.removeItem(key);
    }
  } catch {
    // The browser denies access: the tab keeps nothing.
  }
}

const erasures = new Map<string, Promise<unknown>>();

/**
 * Carries out a refusal without a worker: deletes the data of a namespace in this tab and on this device. Other tabs and the
 * workers of this page are told first and stop at once.
 * @throws SidestreamError `store/blocked`, `store/unavailable`
 */
export async function erase(namespace: string, consent: Refusal): Promise<void> {
  clearTab(namespace);
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

/** The deletion in progress, which a later grant must wait for, if any. It never rejects. */
export const erasureOf = (namespace: string): Promise<unknown> | undefined => erasures.get(namespace);

function tell(namespace: string, consent: Refusal): void {
  const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  try {
    const channel = new BroadcastChannel(channelName(namespace));
    channel.postMessage({ consent, stamp: [Date.now(), tab] } satisfies ConsentAnswer);
    channel.close();
  } catch {
    // The browser has no BroadcastChannel, as in some embedded pages: other tabs then learn nothing.
  }
}
