import { SidestreamError } from '../error';

/** Files of the package that run in a worker of their own. */
export type WorkerFile = 'worker.js' | 'encoder-worker.js';

/**
 * Where a worker's file is to be fetched from, or null where it is the one that a bundler, or this package, put beside the
 * page's own script.
 * @param workerUrl address of `worker.js` that the shop named
 * @param script address of the script that starts the worker
 * @throws SidestreamError `runtime/invalid-input` when `workerUrl` is no address
 */
export function workerAddress(file: WorkerFile, workerUrl: string | undefined, script: string): URL | null {
  if (workerUrl === undefined) return isForeign(script) ? new URL(file, script) : null;
  if (URL.canParse(workerUrl, document.baseURI)) return new URL(file, new URL(workerUrl, document.baseURI));
  const text = `workerUrl "${workerUrl}" is not an address. Name the worker.js of the package, as "/sidestream/worker.js".`;
  throw new SidestreamError('runtime/invalid-input', text);
}

/** Starts a module worker. Browsers refuse one from another host, but let a script of the page import it. */
export function startWorker(address: URL, name: string): Worker {
  if (address.origin === location.origin) return new Worker(address, { type: 'module', name });
  const shim = new Blob([`import ${JSON.stringify(address.href)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(shim);
  const worker = new Worker(url, { type: 'module', name });
  const release = () => URL.revokeObjectURL(url);
  worker.addEventListener('message', release, { once: true });
  worker.addEventListener('error', release, { once: true });
  return worker;
}

/** Whether a script came from another host than the page. Some bundlers write a file's address here, which says nothing. */
function isForeign(script: string): boolean {
  const { protocol, origin } = new URL(script);
  return /^https?:$/.test(protocol) && origin !== location.origin;
}
