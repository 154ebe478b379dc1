import { combined } from '../../core/common/sums';
import { messageOf } from '../../core/common/text';
import type { Counts, MetricHook, MetricReport, TrackInput } from '../../device/protocol';
import { SidestreamError } from '../../error';
import type { WorkerConnection } from './connection';
import { onHidden } from './page-watch';

/** Time between two regular calls of a hook, ms. */
const INTERVAL = 30_000;
/** Longest time until a shopper's action or consent is passed on, ms: the lines of one order become one call. */
const REPORT_DELAY_MS = 1000;
/** Events after which the shopper may leave for another site. */
const DECISIVE: ReadonlySet<TrackInput['type']> = new Set(['click', 'cart', 'purchase']);

const EMPTY_REPORT: MetricReport = { counts: [], visitors: [], operations: [] };

/**
 * Passes the counts to the shop's hooks: at the start, if earlier pages left some; soon after a click, a cart event, a purchase,
 * the first impression or a new consent; every 30 s; when the page is hidden; and at the end. Each hook gets everything.
 *
 * A page that is left ends before a worker can answer. The worker's counts are therefore requested at once and held here until
 * they are passed on, which lets the hooks run while the page is being left.
 */
export class MetricHooks {
  readonly #hooks = new Set<MetricHook>();
  /** The counts and reports that the hooks have not got yet. */
  #held = EMPTY_REPORT;
  /** Keys of reports that the hooks received without failing; the worker may not know yet. */
  readonly #given = new Set<string>();
  /** Keys of the reports that were sent but are not yet confirmed to the worker. */
  #sent: string[] = [];
  #asking: Promise<void> = Promise.resolve();
  /** Answers to earlier requests are dropped: the shopper has withdrawn consent since. */
  #era = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: (() => void) | null = null;

  /**
   * @param take returns the counts since its last call and the visitor reports that are not confirmed as sent
   * @param fail called with errors of a hook or of `take`
   */
  constructor(
    private readonly take: (sent: string[]) => Promise<MetricReport>,
    private readonly fail: (thrown: unknown) => void,
  ) {}

  /** @returns a function that passes on the remaining counts and ends this hook */
  add(hook: MetricHook): () => Promise<void> {
    this.#hooks.add(hook);
    this.#begin();
    return async () => {
      // Before removing the hook: hooks that end at the same moment all get the remaining counts.
      await this.#passOn();
      this.#hooks.delete(hook);
      if (this.#hooks.size > 0) return;
      this.#end?.();
      this.#end = null;
    };
  }

  /** Passes on a new count soon. Resolves once the count is held here: from then on it is passed on even if the page is left. */
  async soon(): Promise<void> {
    if (!this.#end) return;
    this.#timer ??= setTimeout(() => void this.#passOn(), REPORT_DELAY_MS);
    await this.#ask();
  }

  /** Drops the held counts: the shopper has withdrawn consent. */
  drop(): void {
    this.#era++;
    this.#held = EMPTY_REPORT;
  }

  #begin(): void {
    if (this.#end) return;
    void this.#passOn();
    const interval = setInterval(() => void this.#passOn(), INTERVAL);
    const endHidden = onHidden(() => {
      // At once: the page may end before the worker answers.
      void this.#give();
      void this.#passOn();
    });
    this.#end = () => {
      clearInterval(interval);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      endHidden();
    };
  }

  async #passOn(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Confirm sent reports at once: the page may end before the next report.
    do await this.#ask();
    while (await this.#give());
  }

  /** Requests the worker's counts, one request at a time. */
  #ask(): Promise<void> {
    const ask = async (): Promise<void> => {
      const [era, sent] = [this.#era, this.#sent];
      const { counts, visitors, operations } = await this.take(sent);
      this.#sent = this.#sent.filter((key) => !sent.includes(key));
      if (era !== this.#era) return;
      this.#held = {
        counts: joined([...this.#held.counts, ...counts]),
        operations: [...this.#held.operations, ...operations],
        visitors: visitors.filter(({ key }) => !this.#given.has(key)),
      };
    };
    this.#asking = this.#asking.then(ask).catch((thrown) => this.fail(thrown));
    return this.#asking;
  }

  /**
   * Calls the hooks synchronously with the held counts.
   * @returns whether visitor reports were sent, which must be confirmed to the worker
   */
  async #give(): Promise<boolean> {
    const report = this.#held;
    this.#held = EMPTY_REPORT;
    if (Object.values(report).every(({ length }) => length === 0)) return false;
    const era = this.#era;
    const keys = report.visitors.map(({ key }) => key);
    for (const key of keys) this.#given.add(key);
    const passed = await Promise.all([...this.#hooks].map((hook) => this.#call(hook, report)));
    // A failing hook must not make the other hooks receive the same counts forever.
    if (passed.includes(true)) {
      this.#sent = [...this.#sent, ...keys];
      return keys.length > 0;
    }
    for (const key of keys) this.#given.delete(key);
    if (era === this.#era) this.#held = { ...this.#held, visitors: [...report.visitors, ...this.#held.visitors] };
    return false;
  }

  async #call(hook: MetricHook, { counts, visitors, operations }: MetricReport): Promise<boolean> {
    try {
      await hook(counts, visitors, operations);
      return true;
    } catch (thrown) {
      const text = `The counts of this page were not sent (${messageOf(thrown)}). Check the function given as onMetric.`;
      this.fail(SidestreamError.from(thrown, 'runtime/not-sent', text));
      return false;
    }
  }
}

function joined(rows: readonly Counts[]): Counts[] {
  const sums = new Map<string, Counts>();
  for (const row of rows) {
    const name = JSON.stringify([row.variant, row.placement]);
    const known = sums.get(name);
    sums.set(name, known ? combined(known, row) : row);
  }
  return [...sums.values()];
}

const hooksOf = new WeakMap<WorkerConnection, MetricHooks>();

/** Adds a hook to a connection. @returns a function that passes on the remaining counts and ends the hook */
export function addHook(connection: WorkerConnection, hook: MetricHook): () => Promise<void> {
  const hooks = hooksOf.get(connection) ?? watched(connection);
  hooksOf.set(connection, hooks);
  return hooks.add(hook);
}

/**
 * Hooks that observe the events and the consent of a connection. The calls are wrapped here, so other pages load no code for it.
 */
function watched(connection: WorkerConnection): MetricHooks {
  // Without a worker, nothing was counted.
  const take = async (sent: string[]) => {
    if (!connection.up) return EMPTY_REPORT;
    const codes = [...connection.codes];
    const report = await connection.call((remote) => remote.takeMetrics(sent, codes));
    connection.codes.splice(0, codes.length);
    return report;
  };
  const hooks = new MetricHooks(take, (thrown) => connection.fail(thrown));
  const track = connection.track.bind(connection);
  const changeConsent = connection.changeConsent.bind(connection);
  let shown = false;
  connection.track = async (event) => {
    await track(event);
    // Awaited: a caller that has awaited an order may leave the page, and the order still counts.
    if (DECISIVE.has(event.type)) await hooks.soon();
    // A page that is left soon reports its first list, too.
    else if (event.type === 'impression' && !shown) {
      shown = true;
      await hooks.soon();
    }
  };
  connection.changeConsent = (level, work) => {
    // At once, whether or not the call succeeds.
    if (level !== 'granted') hooks.drop();
    return changeConsent(level, work);
  };
  let { consent } = connection.given;
  connection.listeners.add((type, event) => {
    if (type !== 'change' || !('consent' in event) || event.consent === consent) return;
    consent = event.consent;
    // The answer may come from another tab.
    if (consent === 'granted') void hooks.soon();
    else hooks.drop();
  });
  return hooks;
}
