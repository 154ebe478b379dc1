import { SidestreamError } from '../error';
import type { PlacesMessage } from '../protocol';
import { ownPlaces, startSource, type WorkerFile } from './own-workers';

/**
 * Starts a worker of the package.
 * @param workerUrl address of `worker.js` that the shop named; all other files lie beside it
 * @throws SidestreamError `runtime/invalid-input` when `workerUrl` is no address
 */
export function startWorker(file: WorkerFile, workerUrl: string | undefined): Worker {
  const places = workerUrl === undefined ? ownPlaces() : { script: scriptAt(workerUrl) };
  if (!places) return startSource(file);
  const worker = startAt(new URL(places.files?.[file] ?? file, places.script));
  worker.postMessage({ type: 'sidestream-places', places } satisfies PlacesMessage);
  return worker;
}

function scriptAt(workerUrl: string): string {
  if (URL.canParse(workerUrl, document.baseURI)) return new URL(workerUrl, document.baseURI).href;
  const text = `workerUrl "${workerUrl}" is not an address. Name the worker.js of the package, as "/sidestream/worker.js".`;
  throw new SidestreamError('runtime/invalid-input', text);
}

/** Starts a module worker. Browsers reject a script from another host, but allow a script of the page to import it. */
function startAt(address: URL): Worker {
  const options = { type: 'module', name: 'sidestream' } as const;
  if (address.origin === location.origin) return new Worker(address, options);
  const shim = new Blob([`import ${JSON.stringify(address.href)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(shim);
  const worker = new Worker(url, options);
  const release = () => URL.revokeObjectURL(url);
  worker.addEventListener('message', release, { once: true });
  worker.addEventListener('error', release, { once: true });
  return worker;
}
