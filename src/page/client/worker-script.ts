import { trustedScript } from '../../core/common/trusted-script';
import type { PlacesMessage } from '../../device/worker';
import { SidestreamError } from '../../error';
import { ownPlaces, startSource, type WorkerFile } from './own-workers';

/** The address last given to `setWorkerUrl()`. */
let ofPage: string | undefined;

/**
 * Absolute address of the package's `worker.js`.
 * @param given its address or the address of its folder, relative to the page
 * @throws SidestreamError `runtime/invalid-input`
 */
export function workerAddress(given: unknown): string {
  const base = globalThis.document?.baseURI;
  if (typeof given === 'string' && URL.canParse(given, base)) {
    const address = new URL(given, base);
    if (/\/(worker\.js)?$/.test(address.pathname)) return new URL('worker.js', address).href;
  }
  const text = `workerUrl "${given}" is not the address of the package's worker.js. Give one such as "/sidestream/worker.js", with the folder lib/cdn of the package hosted there.`;
  throw new SidestreamError('runtime/invalid-input', text);
}

/**
 * Sets the address of the package's worker for the whole page, for bundlers that leave out the files of packages, such as
 * Angular's and esbuild. Call it before the first list is created; running workers are not affected. The option `workerUrl` of
 * `createRecommender()` and the attribute `worker-url` take precedence. On a server it does nothing.
 * @param workerUrl address of `worker.js`, or of its folder with a slash at the end, relative to the page; the other files of
 *   `lib/cdn` are next to it
 * @throws SidestreamError `runtime/invalid-input` when it is neither
 */
export function setWorkerUrl(workerUrl: string): void {
  if (globalThis.document) ofPage = workerAddress(workerUrl);
}

/** The address that a caller gave, otherwise the page's address, if any. */
export const namedWorker = (workerUrl: string | undefined): string | undefined =>
  workerUrl === undefined ? ofPage : workerAddress(workerUrl);

/**
 * Starts a worker of the package.
 * @param workerUrl address of `worker.js` that the shop gave; all other files are next to it
 * @throws SidestreamError `runtime/invalid-input` when `workerUrl` is not such an address, `runtime/worker-crashed` when the
 *   browser refuses to start it
 * @returns also the address of its script, unless a bundler builds it from the sources
 */
export function startWorker(file: WorkerFile, workerUrl: string | undefined): { worker: Worker; address?: string } {
  const script = namedWorker(workerUrl);
  const places = script === undefined ? ownPlaces() : { script };
  if (!places) return { worker: startSource(file) };
  const address = new URL(places.files?.[file] ?? file, places.script);
  const worker = startAt(address);
  worker.postMessage({ type: 'sidestream-places', places } satisfies PlacesMessage);
  return { worker, address: address.href };
}

/**
 * The message for a worker whose script did not load, or threw before it answered.
 * @param address address of the script, as returned by `startWorker`
 * @param reason the browser's own reason, which is missing if the script cannot be loaded
 */
export function notStarted(
  address = 'that the bundler built',
  reason = 'its script cannot be loaded or is refused',
): string {
  return `The worker ${address} did not start (${reason}). That address must answer with the package's own file: if a bundler left it out, host the folder lib/cdn of the package and give its address as workerUrl. See docs/how-to/frameworks.md of the package, and angular.md next to it. A Content-Security-Policy needs that address in worker-src: docs/how-to/host.md.`;
}

/** Starts a module worker. Browsers reject a worker script from another host, but let a script of the page import it. */
function startAt(address: URL): Worker {
  const shim = `import ${JSON.stringify(address.href)};`;
  const isOwn = address.origin === location.origin;
  // Never revoked: a browser may read it later, and it has only a few bytes.
  const script = isOwn ? address.href : URL.createObjectURL(new Blob([shim], { type: 'text/javascript' }));
  try {
    return new Worker(trustedScript(script), { type: 'module', name: 'sidestream' });
  } catch (cause) {
    const text = `The browser refuses to start the worker ${address}. A Content-Security-Policy with require-trusted-types-for needs "trusted-types sidestream lit-html", and every policy worker-src: see docs/how-to/host.md of the package.`;
    throw new SidestreamError('runtime/worker-crashed', text, { cause });
  }
}
