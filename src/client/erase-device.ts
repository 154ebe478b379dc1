import { SidestreamError } from '../error';
import { deleteDeviceStore } from '../store';

/**
 * Deletes everything of a namespace on this device without a recommender: the database, and what a visit keeps in this tab. Other
 * tabs of the shop are told, and forget. It needs no bundle, no worker and no network.
 * @throws SidestreamError `store/blocked`, `store/unavailable`
 */
export async function eraseDevice({ namespace = 'default' }: { namespace?: string } = {}): Promise<void> {
  const name = `sidestream/${namespace}`;
  endVisit(`${name} `);
  tellTabs(name);
  try {
    await deleteDeviceStore(namespace);
  } catch (thrown) {
    throw SidestreamError.from(thrown, 'store/unavailable');
  }
}

function endVisit(prefix: string): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  } catch {
    // The tab keeps nothing.
  }
}

function tellTabs(name: string): void {
  try {
    const channel = new BroadcastChannel(name);
    const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
    channel.postMessage({ consent: 'pending', stamp: [Date.now(), tab] });
    channel.close();
  } catch {
    // Embedded pages of some browsers have no channel: their tabs notice that the database is gone.
  }
}
