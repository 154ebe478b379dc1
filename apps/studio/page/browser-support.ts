/** Name of the lock that the tab holds which shows Studio. */
const LOCK = 'sidestream-studio';

const CURRENT = 'Open this page in a current Chrome, Edge or Firefox, in a window that is not private.';

/** Why Studio cannot work in this browser, in a sentence with what to do; null if it can. */
export async function unsupported(): Promise<string | null> {
  if (!isSecureContext) return 'Studio needs an address that begins with https, or this computer’s own.';
  if (typeof WebAssembly === 'undefined')
    return `Studio computes with WebAssembly, which is switched off or missing in this browser. ${CURRENT}`;
  const noFiles = `Studio keeps its work in the browser’s private file system, which this browser does not offer here. ${CURRENT}`;
  if (!('locks' in navigator)) return noFiles;
  try {
    await navigator.storage.getDirectory();
    return null;
  } catch {
    // Private windows of some browsers refuse it.
    return noFiles;
  }
}

/**
 * Waits until no other tab shows Studio, and holds its lock until this tab is closed.
 * @param wait called if another tab has it
 */
export async function onlyTab(wait: () => void): Promise<void> {
  const held = (options: LockOptions) =>
    new Promise<boolean>((resolve) => {
      void navigator.locks.request(LOCK, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => undefined);
      });
    });
  if (await held({ ifAvailable: true })) return;
  wait();
  await held({});
}
