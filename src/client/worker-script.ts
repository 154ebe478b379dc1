import { trustedScript } from '../common/trusted-script';
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
  if (address.origin === location.origin) return startScript(address.href, address);
  const shim = new Blob([`import ${JSON.stringify(address.href)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(shim);
  const worker = startScript(url, address);
  const release = () => URL.revokeObjectURL(url);
  worker.addEventListener('message', release, { once: true });
  worker.addEventListener('error', release, { once: true });
  return worker;
}

/** @param named the address for the error */
function startScript(script: string, named: URL): Worker {
  try {
    return new Worker(trustedScript(script), { type: 'module', name: 'sidestream' });
  } catch (cause) {
    const text = `The browser refuses to start the worker ${named}. A Content-Security-Policy with require-trusted-types-for needs "trusted-types sidestream lit-html", and every policy worker-src: see docs/how-to/host.md of the package.`;
    throw new SidestreamError('runtime/worker-crashed', text, { cause });
  }
}
