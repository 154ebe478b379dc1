import { messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';

/** Fixed, because a browser knows a service worker by its address. */
const FILE = 'studio-service-worker.js';
/** Time after which the page no longer waits to be controlled, ms. */
const TIMEOUT = 10_000;

let registered: Promise<void> | undefined;

/**
 * Lets this page and its workers read Studio's files by address: see `BUNDLE_ADDRESS` and `IMAGE_BASE`. Workers that were
 * started before do not see them.
 * @throws SidestreamError `runtime/unexpected` with what to do
 */
export function registerStudioFiles(): Promise<void> {
  registered ??= register().catch((thrown: unknown) => {
    registered = undefined;
    throw thrown;
  });
  return registered;
}

async function register(): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    const reason = isSecureContext
      ? 'This browser allows no service workers here. Leave private browsing, or use another browser.'
      : 'Studio needs an address that begins with https:// or http://localhost.';
    throw failed(reason);
  }
  const container = navigator.serviceWorker;
  try {
    await container.register(new URL(FILE, document.baseURI), { updateViaCache: 'none' });
  } catch (cause) {
    throw failed(`The browser refused the service worker (${messageOf(cause)}). Reload the page.`, cause);
  }
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      // After a forced reload, no service worker may control the page.
      () => reject(failed('The page is not connected to its files. Reload it, without holding the Shift key.')),
      TIMEOUT,
    );
    const check = (): void => {
      if (!container.controller) return;
      clearTimeout(timer);
      container.removeEventListener('controllerchange', check);
      resolve();
    };
    container.addEventListener('controllerchange', check);
    check();
  });
}

const failed = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError('runtime/unexpected', `The bundle cannot be shown. ${reason}`, { cause });
