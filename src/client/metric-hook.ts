import { SidestreamError } from '../error';
import type { MetricHook, MetricReport } from '../protocol';
import type { WorkerConnection } from './connection';

/** Time between two calls of a hook, ms. */
const INTERVAL = 30_000;

const NOTHING: MetricReport = { counts: [], visitors: [] };

/**
 * Passes what is counted to the shop's hooks: at the start, where pages before left something, every 30 s, when the page is hidden,
 * and at the end. Each hook gets everything.
 */
export class MetricHooks {
  readonly #hooks = new Set<MetricHook>();
  readonly #take: (sent: string[]) => Promise<MetricReport>;
  readonly #fail: (thrown: unknown) => void;
  #ended: AbortController | null = null;

  /**
   * @param take returns what was counted since its last call, and reports of the visitor that are not known to be sent
   * @param fail called with errors of a hook or of `take`
   */
  constructor(take: (sent: string[]) => Promise<MetricReport>, fail: (thrown: unknown) => void) {
    this.#take = take;
    this.#fail = fail;
  }

  /** @returns a function that passes on the remaining counts and ends this hook */
  add(hook: MetricHook): () => Promise<void> {
    this.#hooks.add(hook);
    this.#begin();
    return async () => {
      // Before the deletion: hooks that end at the same moment all get the remaining counts.
      await this.#passOn();
      this.#hooks.delete(hook);
      if (this.#hooks.size === 0) this.#ended?.abort();
    };
  }

  #begin(): void {
    if (this.#ended && !this.#ended.signal.aborted) return;
    this.#ended = new AbortController();
    void this.#passOn();
    const { signal } = this.#ended;
    const timer = setInterval(() => this.#passOn(), INTERVAL);
    signal.addEventListener('abort', () => clearInterval(timer));
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void this.#passOn();
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
  }

  async #passOn(): Promise<void> {
    try {
      let sent: string[] = [];
      do {
        const report = await this.#take(sent);
        if (report.counts.length + report.visitors.length === 0) return;
        const passed = await Promise.all([...this.#hooks].map((hook) => this.#call(hook, report)));
        // A hook that failed must not make the others get the same again for ever.
        sent = passed.includes(true) ? report.visitors.map(({ key }) => key) : [];
        // Says at once what was sent: the page may end before the next report.
      } while (sent.length > 0);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** @returns whether it succeeded */
  async #call(hook: MetricHook, { counts, visitors }: MetricReport): Promise<boolean> {
    try {
      await hook(counts, visitors);
      return true;
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      const text = `The counts of this page were not sent (${why}). Check the function that onMetric has.`;
      this.#fail(SidestreamError.from(thrown, 'runtime/not-sent', text));
      return false;
    }
  }
}

const hooksOf = new WeakMap<WorkerConnection, MetricHooks>();

/**
 * Adds a hook to those of a connection.
 * @returns a function that passes on the remaining counts and ends the hook
 */
export function addHook(connection: WorkerConnection, hook: MetricHook): () => Promise<void> {
  // Without a worker nothing was counted.
  const take = async (sent: string[]) =>
    connection.up ? connection.call((remote) => remote.takeMetrics(sent)) : NOTHING;
  const hooks = hooksOf.get(connection) ?? new MetricHooks(take, (thrown) => connection.fail(thrown));
  hooksOf.set(connection, hooks);
  return hooks.add(hook);
}
