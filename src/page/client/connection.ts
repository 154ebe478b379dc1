import * as Comlink from 'comlink';
import { MANIFEST_FILE } from '../../core/common/text';
import {
  type Consent,
  carryErrors,
  coreOf,
  type EarlyManifest,
  type GivenOptions,
  type Kept,
  type Offer,
  type Recommender,
  type RecommenderEvents,
  type Refusal,
  type RemoteListener,
  type TrackInput,
} from '../../device/protocol';
import type { RecommenderHost } from '../../device/worker';
import { SidestreamError } from '../../error';
import { clearTab, erase, erasureOf, tabKey } from './erasure';
import type { PageWatch } from './page-watch';
import { type Emit, PendingCalls, type Remote } from './worker-calls';
import { notStarted, startWorker } from './worker-script';

/** Longest time that closing waits for the worker, ms: events that it has not saved by then are learned again from the log. */
const CLOSING_LIMIT = 10_000;
/** Maximum number of errors kept for a report. */
const MAX_CODES = 100;

export const closedError = (): SidestreamError =>
  new SidestreamError('runtime/closed', 'This recommender is closed. Create another.');

/** The page's connection to one worker, which all handles of a recommender share. A worker that crashed is replaced. */
export class WorkerConnection {
  /** Number of handles that are not closed. */
  handles = 0;
  /** Every event goes to each listener. */
  readonly listeners = new Set<Emit>();
  /** Resolves when the worker takes calls; rejects when the start failed. */
  readonly started: Promise<void>;
  closing: Promise<void> | null = null;
  /** Options of all callers, with the consent in force; the next worker starts with them. */
  given: GivenOptions;
  /** Codes of the errors that no report has counted yet. */
  readonly codes: string[] = [];
  /** Offers that the page updated, by product; the next worker starts with them. */
  readonly offers = new Map<string, Offer>();
  readonly #pending = new PendingCalls();
  #worker: Worker | null = null;
  /** The object that the worker exposes first; null without a worker. */
  #host: Comlink.Remote<RecommenderHost> | null = null;
  /** Null while no worker takes calls. */
  #remote: Remote | null = null;
  #starting: Promise<Remote> | null = null;
  #restarted = false;
  /** Whether the shopper has withdrawn consent and the deletion is not yet confirmed. */
  #withdrawn = false;
  /** Number of withdrawals: data handed over before one is dropped. */
  #withdrawals = 0;
  #withdrawing = 0;
  #watch: PageWatch | null = null;

  constructor(options: GivenOptions) {
    carryErrors();
    this.given = options;
    this.started = this.call(async () => {
      this.#loadRest().catch((thrown) => this.fail(thrown));
    });
  }

  get namespace(): string {
    return this.given.namespace ?? 'default';
  }

  get up(): boolean {
    return this.#remote !== null;
  }

  /**
   * Calls the worker, at once if it is running: the page may block its main thread right after the call.
   * @throws SidestreamError what the worker throws; `runtime/worker-crashed`; `runtime/closed`; `runtime/invalid-input`
   *   for an argument that cannot be cloned
   */
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T> {
    return this.#pending.add(() =>
      this.#remote ? work(this.#remote) : (this.#starting ?? this.#expect(this.startWorker(null))).then(work),
    );
  }

  /** Makes a call that changes the shopper's consent, which the next worker has to start with. */
  async changeConsent(
    level: Consent,
    work: (remote: Remote) => Promise<void> = (remote) => remote.consent(level),
  ): Promise<void> {
    if (level === 'pending' || level === 'denied') return this.#withdraw(level, work);
    const erasing = erasureOf(this.namespace);
    if (erasing) await erasing;
    await this.call(work);
    this.#remember(level);
  }

  /** Carries out a refusal at once and in any case, without a worker if none takes calls. */
  async #withdraw(level: Refusal, work: (remote: Remote) => Promise<void>): Promise<void> {
    clearTab(this.namespace);
    this.#remember(level);
    this.#withdrawn = true;
    const withdrawal = ++this.#withdrawals;
    this.#withdrawing++;
    try {
      if (!this.#remote || !(await this.#survives(work))) {
        // A worker that is starting, or handing over to another one, no longer stores anything.
        this.#host?.refuse(level).catch((thrown) => this.fail(thrown));
        await erase(this.namespace, level);
      }
      if (withdrawal === this.#withdrawals) this.#withdrawn = false;
    } finally {
      this.#withdrawing--;
    }
  }

  /** Makes a call. @returns false if the worker died during it or before, which was already emitted */
  async #survives(work: (remote: Remote) => Promise<void>): Promise<boolean> {
    try {
      await this.call(work);
      return true;
    } catch (thrown) {
      if (SidestreamError.from(thrown).code !== 'runtime/worker-crashed') throw thrown;
      return false;
    }
  }

  track(event: TrackInput): Promise<void> {
    // Impressions are sent one by one until the batching code is loaded.
    if (this.#watch && event.type === 'impression') return this.#watch.add(event);
    return this.call((remote) => remote.track(event.type, event.itemId, event.details));
  }

  emit<K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]): void {
    if (type === 'error' && this.codes.length < MAX_CODES) this.codes.push((event as SidestreamError).code);
    for (const listener of this.listeners) listener(type, event);
  }

  fail(thrown: unknown): void {
    this.emit('error', SidestreamError.from(thrown));
  }

  /**
   * Ends the worker once the pending calls are answered. Calls made from now on wait for the next worker.
   * @param start starts the next worker; `kept` is the data that the previous worker handed over
   */
  replaceWorker(start: (kept: Kept | null) => Promise<Remote>): void {
    const present = this.#remote;
    this.#remote = null;
    const replace = async (): Promise<Remote> => {
      const withdrawals = this.#withdrawals;
      const kept = (await present?.handOver().catch((thrown) => this.fail(thrown))) ?? null;
      // Not earlier: Comlink closes the port of a garbage-collected remote object even while a call waits.
      present?.[Comlink.releaseProxy]();
      this.#endWorker();
      return start(withdrawals === this.#withdrawals ? kept : null);
    };
    void this.#expect(this.#pending.settled().then(replace));
  }

  /**
   * Starts a worker.
   * @param kept data that an earlier worker handed over, if any
   */
  async startWorker(kept: Kept | null): Promise<Remote> {
    const { worker, address } = startWorker('worker.js', this.given.workerUrl);
    this.#worker = worker;
    const manifest = this.#restarted ? null : earlyManifest(this.given.bundle);
    const crash = (event: Event): void => {
      // A terminated worker may still report an error.
      if (this.#worker !== worker) return;
      const { up } = this;
      // The next call starts another worker; data that was only in memory is lost.
      this.#endWorker();
      this.#starting = null;
      const reason = (event as Partial<ErrorEvent>).message || undefined;
      const text = up
        ? `The recommender's worker stopped (${reason ?? 'no reason given'}). The next call starts another one.`
        : notStarted(address, reason);
      const error = new SidestreamError('runtime/worker-crashed', text);
      this.#pending.fail(error);
      this.fail(error);
    };
    worker.addEventListener('error', crash);
    worker.addEventListener('messageerror', crash);
    try {
      const host = Comlink.wrap<RecommenderHost>(worker);
      this.#host = host;
      const page = {
        restarted: this.#restarted,
        withdrawn: this.#withdrawn,
        lang: document.documentElement.lang,
        offers: this.offers,
      };
      const remote = await host.start(this.given, page, kept, Comlink.proxy(this.#receive), manifest);
      this.#restarted = true;
      this.#remote = remote;
      return remote;
    } catch (thrown) {
      if (this.#worker === worker) this.#endWorker();
      throw thrown;
    }
  }

  #endWorker(): void {
    this.#worker?.terminate();
    this.#worker = this.#host = this.#remote = null;
  }

  /** Answers the calls under way first and refuses later ones. */
  close(): Promise<void> {
    this.#watch?.close();
    this.closing ??= this.#close();
    return this.closing;
  }

  async #close(): Promise<void> {
    try {
      const closed = Promise.all([this.#closeWorker(), erasureOf(this.namespace)]);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSING_LIMIT))]);
    } finally {
      this.#pending.end(closedError());
      this.#endWorker();
    }
  }

  async #closeWorker(): Promise<void> {
    await this.#pending.settled();
    // A crashed worker is closed.
    if (this.#remote) await this.#survives((remote) => remote.close());
  }

  /** Sets the start that calls wait for. A failed start is dropped, and the next call tries again. */
  #expect(start: Promise<Remote>): Promise<Remote> {
    this.#starting = start;
    start.catch(() => {
      if (this.#starting === start) this.#starting = null;
    });
    return start;
  }

  readonly #receive: RemoteListener = (type, event) => {
    if (type === 'error') this.emit(type, SidestreamError.deserialize(event));
    else if (type === 'progress') this.emit(type, event);
    else {
      // Another tab may have changed the consent; a message from before a withdrawal is outdated.
      if (this.#withdrawing === 0) this.#remember(event.consent);
      this.emit(type, event);
    }
  };

  #remember(consent: Consent): void {
    if (consent === 'granted') this.#withdrawn = false;
    // Withdrawn in another tab: the places in feeds that this one keeps go, too.
    else if (consent !== this.given.consent) clearTab(this.namespace);
    this.given = { ...this.given, consent };
  }

  /** Loads the code that is needed after the first list: before it, there is nothing to observe or save. */
  async #loadRest(): Promise<void> {
    const { PageWatch } = await import('./page-watch');
    if (this.closing) return;
    const send = (events: TrackInput[]) => this.call((remote) => remote.trackAll(events));
    this.#watch = new PageWatch(send, () => {
      // Without a worker, there is nothing to save.
      if (this.up) this.call((remote) => remote.save()).catch((thrown) => this.fail(thrown));
    });
  }
}

/** Where the tab keeps data of a recommender: the beginning of its keys, and the consent in force; null for one without a worker. */
export function tabOf(recommender: Recommender): { key: string; consent: Consent | undefined } | null {
  const core = coreOf(recommender);
  return core instanceof WorkerConnection
    ? { key: tabKey(core.namespace, core.given.bundle), consent: core.given.consent }
    : null;
}

/**
 * Requests the manifest of a bundle while the worker's script is loading; the worker would request it only once it runs. Both use
 * the same cache and the same rules.
 * @param bundle absolute address of the folder
 * @returns the bytes for the worker, or null if the request failed. The worker then requests the manifest itself and reports the
 *   error
 */
function earlyManifest(bundle: string): EarlyManifest {
  const bytes = fetch(bundle + MANIFEST_FILE, { cache: 'no-cache' })
    .then((response) => (response.ok ? response.arrayBuffer() : null))
    .catch(() => null);
  return Comlink.proxy(async () => {
    const given = await bytes;
    return given && Comlink.transfer(given, [given]);
  });
}
