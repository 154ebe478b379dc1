import * as Comlink from 'comlink';
import { carryErrors } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { PendingCalls } from '../../page/client';
import type { BuildWorker, LearnWorker } from '../session';

/** A worker that is started at the first call, and started again at the first call after it crashed. */
class WorkerConnection<T> {
  readonly #pending = new PendingCalls();
  #remote: Comlink.Remote<T> | null = null;

  constructor(private readonly start: () => Worker) {
    carryErrors();
  }

  /** @throws SidestreamError what the worker throws; `runtime/worker-crashed` */
  call<R>(work: (remote: Comlink.Remote<T>) => Promise<R>): Promise<R> {
    return this.#pending.add(() => work(this.#open()));
  }

  #open(): Comlink.Remote<T> {
    if (this.#remote) return this.#remote;
    const worker = this.start();
    const remote = Comlink.wrap<T>(worker);
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      if (this.#remote === remote) this.#remote = null;
      const why = message || 'its code could not be loaded';
      this.#pending.fail(
        new SidestreamError(
          'runtime/worker-crashed',
          `The work ended: ${why}. All finished parts are kept: start it again.`,
        ),
      );
    });
    this.#remote = remote;
    return remote;
  }
}

export function connectBuild(): BuildWorker {
  const connection = new WorkerConnection<BuildWorker>(
    () => new Worker(new URL('../build/build-worker.ts', import.meta.url), { type: 'module', name: 'studio build' }),
  );
  return {
    state: () => connection.call((remote) => remote.state()),
    readCatalog: (files, on) => connection.call((remote) => remote.readCatalog(files, Comlink.proxy(on))),
    addPictures: (files, on) => connection.call((remote) => remote.addPictures(files, Comlink.proxy(on))),
    encode: (on) => connection.call((remote) => remote.encode(Comlink.proxy(on))),
    pause: () => connection.call((remote) => remote.pause()),
    startOver: () => connection.call((remote) => remote.startOver()),
  };
}

export function connectLearn(): LearnWorker {
  const connection = new WorkerConnection<LearnWorker>(
    () => new Worker(new URL('../learn/learn-worker.ts', import.meta.url), { type: 'module', name: 'studio learn' }),
  );
  return {
    readLog: (file, on) => connection.call((remote) => remote.readLog(file, Comlink.proxy(on))),
    recount: () => connection.call((remote) => remote.recount()),
    train: (on, fromScratch) => connection.call((remote) => remote.train(Comlink.proxy(on), fromScratch)),
    stop: () => connection.call((remote) => remote.stop()),
  };
}
