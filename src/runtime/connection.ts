import * as Comlink from 'comlink';
import { SidestreamError } from '../error';
import type { Recommender, RecommenderEvents, RecommenderOptions, Status } from './api';
import { withDeadline } from './deadline';
import type { Engine } from './engine';
import type { EngineOptions } from './engine-options';
import { ImpressionBatch } from './impression-batch';
import { watchRest } from './rest';
import { carryErrors } from './rpc';
import type { Host, RemoteListener } from './worker';
import { startWorker } from './worker-script';

/** A running worker. `died` rejects when it crashes. */
interface Line {
  worker: Worker;
  engine: Comlink.Remote<Engine>;
  died: Promise<never>;
}

type Listeners = { [K in keyof RecommenderEvents]: Set<(event: RecommenderEvents[K]) => void> };

/**
 * Starts the worker and loads the bundle.
 * @throws SidestreamError `bundle/*`, `runtime/worker-crashed`, `runtime/invalid-input`
 */
export async function connect(options: RecommenderOptions): Promise<Recommender> {
  carryErrors();
  const listeners: Listeners = { change: new Set(), progress: new Set(), error: new Set() };
  if (options.onProgress) listeners.progress.add(options.onProgress);
  /** Errors from before anybody could listen. */
  const unheard: SidestreamError[] = [];
  const emit = <K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]): void => {
    if (type === 'error' && listeners.error.size === 0) unheard.push(SidestreamError.from(event));
    for (const listener of listeners[type]) listener(event);
  };
  const engineOptions: EngineOptions = {
    bundle: new URL(options.bundle, document.baseURI).href,
    consent: options.consent,
    namespace: options.namespace ?? 'default',
    learning: options.learning ?? true,
    seed: options.seed ?? 1,
    encrypt: options.encrypt ?? false,
    experiment: options.experiment,
    rules: options.rules,
  };

  let closed = false;
  let encoders: string | null = null;
  let resting = false;
  const complete = (status: Status): Status => ({ ...status, backend: { ...status.backend, encoders } });

  const dial = async (): Promise<Line> => {
    const worker = startWorker('worker.js', options.workerUrl);
    const died = new Promise<never>((_, reject) => {
      const crash = (event: Event): void => {
        worker.terminate();
        // The next call dials again; what was only in memory is gone with the worker.
        line = null;
        open = null;
        const detail = event instanceof ErrorEvent && event.message ? ` (${event.message})` : '';
        const error = new SidestreamError(
          'runtime/worker-crashed',
          `The recommender's worker stopped${detail}. The next call starts a new one; if this repeats, check that the page's CSP allows workers and 'wasm-unsafe-eval', and name the address of worker.js (workerUrl) where scripts come from another host.`,
        );
        reject(error);
        emit('error', error);
      };
      worker.addEventListener('error', crash);
      worker.addEventListener('messageerror', crash);
    });
    // A crash while nobody waits is reported through the error event alone.
    died.catch(() => undefined);
    const listener: RemoteListener = {
      change: (status) => emit('change', complete(status)),
      progress: (progress) => emit('progress', progress),
      error: (error) => emit('error', SidestreamError.deserialize(error)),
    };
    try {
      const host = Comlink.wrap<Host>(worker);
      const engine = await Promise.race([host.start(engineOptions, Comlink.proxy(listener)), died]);
      if (resting) await engine.setResting(true);
      open = { worker, engine, died };
      return open;
    } catch (thrown) {
      worker.terminate();
      // A start that failed must not be the answer to every later call.
      line = null;
      throw thrown;
    }
  };

  /** The line that is up. */
  let open: Line | null = null;
  let line: Promise<Line> | null = dial();
  const call = async <T>(work: (engine: Comlink.Remote<Engine>) => Promise<T>): Promise<T> => {
    if (closed) throw new SidestreamError('runtime/closed', 'This recommender is closed. Create a new one.');
    line ??= dial();
    // A line that is up is used before anything else runs: the page may block its main thread right after the call.
    const { engine, died } = open ?? (await line);
    return Promise.race([work(engine), died]);
  };

  await line;
  const impressions = new ImpressionBatch((events) => call(async (engine) => void (await engine.trackAll(events))));
  const unwatch = watchRest((now) => {
    resting = now;
    // A worker that is gone rests already; a new one is told when it starts.
    if (line && !closed)
      call((engine) => engine.setResting(now)).catch((thrown) => emit('error', SidestreamError.from(thrown)));
  });
  const { onMetric } = options;
  // Most shops send nothing: then nothing for it is loaded.
  const hook =
    onMetric &&
    (await import('./metric-hook')).watchMetrics(
      onMetric,
      () => call((engine) => engine.takeMetrics()),
      (thrown) => emit('error', SidestreamError.from(thrown)),
    );
  return {
    recommend: (request = {}, wait = {}) =>
      withDeadline(() => call((engine) => engine.recommend(request)), wait, 'recommend()'),
    explain: (itemId, request = {}) => call((engine) => engine.explain(itemId, request)),
    track: (type, itemId, details = {}) =>
      type === 'impression' ? impressions.add(itemId, details) : call((engine) => engine.track(type, itemId, details)),
    consent: (level) => call((engine) => engine.setConsent(level)),
    getItem: (id) => call((engine) => engine.getItem(id)),
    browse: (request = {}) => call((engine) => engine.browse(request)),
    categories: () => call((engine) => engine.categories()),
    status: () => call(async (engine) => complete(await engine.status())),
    metrics: () => call((engine) => engine.metrics()),
    settled: () => call((engine) => engine.settled()),
    reset: () => call((engine) => engine.reset()),
    forget: () => call((engine) => engine.forget()),
    snapshots: () => call((engine) => engine.snapshots()),
    rollback: (id) => call((engine) => engine.rollback(id)),
    exportProfile: async (passphrase) => {
      const bytes = await call((engine) => engine.exportProfile(passphrase));
      return new Blob([bytes as BlobPart], { type: 'application/octet-stream' });
    },
    importProfile: async (file, passphrase) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      return call((engine) => engine.importProfile(bytes, passphrase));
    },
    async addItem(item) {
      const { encodeItem } = await import('./encode-item');
      const files = await call((engine) => engine.encoderFiles());
      const encoded = await encodeItem(item, files, options.workerUrl, (progress) => emit('progress', progress));
      encoders = encoded.backend;
      return call((engine) => engine.insertItem(encoded.local));
    },
    on(type, listener) {
      listeners[type].add(listener);
      // What went wrong while starting is told to the first who asks.
      if (type === 'error') for (const error of unheard.splice(0)) emit('error', error);
      return () => listeners[type].delete(listener);
    },
    async close() {
      if (closed) return;
      impressions.close();
      unwatch();
      const last = line;
      // A worker that is gone has nothing to tell.
      await hook?.end(last !== null);
      if (last) await call((engine) => engine.close());
      closed = true;
      if (last) (await last).worker.terminate();
    },
  };
}
