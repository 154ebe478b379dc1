import * as Comlink from 'comlink';
import { carryErrors } from '../../../src/device/protocol';
import { SidestreamError } from '../../../src/error';
import { PendingCalls } from '../../../src/page/client';

type Methods = Record<string, (...given: unknown[]) => unknown>;

/**
 * The methods of a worker that is started at the first call, and started again at the first call after it crashed. They throw what
 * the worker throws, and `runtime/worker-crashed`; the worker calls back the functions among their arguments.
 */
export function connect<T extends object>(start: () => Worker): T {
  const pending = new PendingCalls();
  let running: Comlink.Remote<Methods> | null = null;
  const open = (): Comlink.Remote<Methods> => {
    if (running) return running;
    const worker = start();
    const remote = Comlink.wrap<Methods>(worker);
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      if (running === remote) running = null;
      const why = message || 'its code could not be loaded';
      pending.fail(
        new SidestreamError(
          'runtime/worker-crashed',
          `The work ended: ${why}. All finished parts are kept: start it again.`,
        ),
      );
    });
    running = remote;
    return remote;
  };
  carryErrors();
  return new Proxy<T>(Object.create(null), {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        pending.add(async () => {
          const remote = open();
          const sent = given.map((one) => (typeof one === 'function' ? Comlink.proxy(one) : one));
          return remote[String(name)]?.(...sent);
        }),
  });
}
