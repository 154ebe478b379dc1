import { SidestreamError } from '../../error';

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
