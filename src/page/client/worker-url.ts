import { SidestreamError } from '../../error';

/** What `setWorkerUrl()` named last. */
let ofPage: string | undefined;

/**
 * Absolute address of the package's `worker.js`.
 * @param given its address or that of its folder, relative to the page
 * @throws SidestreamError `runtime/invalid-input`
 */
export function workerAddress(given: unknown): string {
  const base = globalThis.document?.baseURI;
  if (typeof given === 'string' && URL.canParse(given, base)) {
    const address = new URL(given, base);
    if (/\/(worker\.js)?$/.test(address.pathname)) return new URL('worker.js', address).href;
  }
  const text = `workerUrl "${given}" is not the address of the package's worker.js. Name it, such as "/sidestream/worker.js", with the folder lib/cdn of the package at that place.`;
  throw new SidestreamError('runtime/invalid-input', text);
}

/**
 * Names the place of the package's worker for the whole page: for bundlers that leave out the files of packages, such as
 * Angular's and esbuild. Call it before the first list is made; workers that run already go on. The option
 * `workerUrl` of `createRecommender()` and the attribute `worker-url` come first. On a server it does nothing.
 * @param workerUrl address of `worker.js`, or of its folder with a slash at the end, relative to the page; the other files of
 *   `lib/cdn` lie beside it
 * @throws SidestreamError `runtime/invalid-input` when it is neither
 */
export function setWorkerUrl(workerUrl: string): void {
  if (globalThis.document) ofPage = workerAddress(workerUrl);
}

/** The address that a caller named, else that of the page, if any. */
export const namedWorker = (workerUrl: string | undefined): string | undefined =>
  workerUrl === undefined ? ofPage : workerAddress(workerUrl);
