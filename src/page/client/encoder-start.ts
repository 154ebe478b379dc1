import { carryErrors } from '../../device/protocol';
import { SidestreamError } from '../../error';
import type { WorkerConnection } from './connection';
import { notStarted, startWorker } from './worker-script';

/** The recommender for which something is encoded. */
export interface EncodeContext {
  connection: Pick<WorkerConnection, 'given' | 'handles' | 'fail'>;
  /** Aborts when the recommender is closed. */
  ended: AbortSignal;
}

/** In the package, a folder of their own: with onnxruntime they are larger than everything else. */
const WHERE = 'The encoders are in the folder lib/encoders of the package: docs/how-to/install.md, "With encoders".';

/**
 * Starts the encoders' worker.
 * @param retry what the shopper may do if it stops
 * @returns also a promise that rejects with `runtime/worker-crashed` when it stops or cannot start
 */
export function startEncoder(workerUrl: string | undefined, retry: string): { worker: Worker; failed: Promise<never> } {
  carryErrors();
  const { worker, address } = startWorker('encoder-worker.js', workerUrl);
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      const text = message ? `The encoders' worker stopped (${message}). ${retry}` : `${notStarted(address)} ${WHERE}`;
      reject(new SidestreamError('runtime/worker-crashed', text));
    });
  });
  // The caller reports it if it waits for an encoded item.
  failed.catch(() => undefined);
  return { worker, failed };
}
