import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright';
import { kill, launch } from './browser';
import type { Denial, Plan } from './plan';

/** Time after which a step has failed, ms. */
const STEP_TIMEOUT_MS = 30_000;

/** Report of page.js once its recommender runs. */
interface Started {
  /** Time from the navigation to the first list, ms. */
  time: number;
  /** Length of that list. */
  listed: number;
  /** Number of learned events. */
  events: number;
}

/** Findings of a round before its own kill. */
export interface Found {
  /** Events acknowledged before, but missing on disk; null if the log could not be read. */
  missing: string[] | null;
  /** Events on disk although the shopper denied after their acknowledgement. */
  kept: string[];
  /** Time from the navigation to the first list, ms; null without a list. */
  recovery: number | null;
  /** Faults, in words. */
  trouble: string[];
}

/** One profile of one shopper, through all kills. */
export class Shopper {
  /** Every event that a page reported as acknowledged before it died, without a later denial. */
  readonly acknowledged = new Set<string>();
  /** Events from before an acknowledged denial. */
  readonly #denied = new Set<string>();
  /** Number of acknowledged denials, by their way. */
  readonly denials = new Map<Denial, number>();
  /** Number of events ever acknowledged. */
  total = 0;
  /** Whether a denial began in this round: later events are not kept. */
  #withdrawn = false;

  constructor(
    private readonly profile: string,
    private readonly origin: string,
  ) {}

  /**
   * Starts the browser, checks that nothing was lost, carries out the plan, and kills the browser.
   * @param plan null after the last kill: only checks
   */
  async round(plan: Plan | null): Promise<Found> {
    const found: Found = { missing: null, kept: [], recovery: null, trouble: [] };
    this.#withdrawn = false;
    try {
      const visit = await Visit.begin(this.profile, this.origin, this.#reports, found.trouble);
      const log = await visit.log();
      const expected = [...this.acknowledged];
      found.missing = expected.filter((entry) => !log.has(entry));
      found.kept = [...this.#denied].filter((entry) => log.has(entry));
      const { time, listed, events } = await visit.start(plan?.tool ?? false);
      found.recovery = time;
      if (listed === 0) found.trouble.push('the first list is empty');
      if (events === 0 && expected.length > 0) found.trouble.push('the recommender has forgotten every event');
      if (plan) await visit.untilKill(plan);
    } catch (thrown) {
      found.trouble.push(thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown));
    }
    await kill(this.profile).catch((error: Error) => found.trouble.push(error.message));
    return found;
  }

  /** Receives the reports of the pages. */
  get #reports(): Reports {
    /** Events from before the denial in progress. */
    let before: string[] = [];
    return {
      acknowledged: (entry) => {
        if (this.#withdrawn) return;
        this.acknowledged.add(entry);
        this.total++;
      },
      denying: () => {
        this.#withdrawn = true;
        // All or none of them is right, depending on whether the kill comes before or after the deletion; a part would be wrong, but the
        // browser deletes a database as a whole.
        before = [...this.acknowledged];
        this.acknowledged.clear();
      },
      denied: (how) => {
        this.denials.set(how, (this.denials.get(how) ?? 0) + 1);
        for (const entry of before) this.#denied.add(entry);
      },
    };
  }
}

/** Reports of pages about their own events, once these are safe from a kill. */
interface Reports {
  acknowledged(entry: string): void;
  denying(): void;
  denied(how: Denial): void;
}

/** The life of one browser process. */
class Visit {
  #tool = false;
  /** Steps of the page once it has started; it waits for them. */
  #plan: Promise<Pick<Plan, 'steps' | 'second'>> = Promise.resolve({ steps: [], second: null });
  #onPlan: (plan: Pick<Plan, 'steps' | 'second'>) => void = () => undefined;
  #onStart: (started: Started) => void = () => undefined;
  #onFailure: (error: Error) => void = () => undefined;
  #onAcknowledgement: () => void = () => undefined;

  private constructor(
    private readonly page: Page,
    private readonly origin: string,
  ) {}

  /**
   * @param reports where acknowledged events and denials go
   * @param trouble collects errors, including those outside any call
   */
  static async begin(profile: string, origin: string, reports: Reports, trouble: string[]): Promise<Visit> {
    const context = await launch(profile, STEP_TIMEOUT_MS);
    const visit = new Visit(context.pages()[0] ?? (await limited(context.newPage(), 'a page opens')), origin);
    const failed = (message: string): void => {
      trouble.push(message);
      visit.#onFailure(new Error('the page failed'));
    };
    context.on('weberror', (error) => failed(`page error: ${error.error().message}`));
    await limited(
      expose(context, {
        started: (started: Started) => visit.#onStart(started),
        steps: async (tab: number) => (tab === 1 ? (await visit.#plan).steps : ((await visit.#plan).second ?? [])),
        acknowledged: (entry: string) => {
          reports.acknowledged(entry);
          visit.#onAcknowledgement();
        },
        denying: () => reports.denying(),
        denied: (how: Denial) => reports.denied(how),
        failed,
      }),
      'the page gets its functions',
    );
    return visit;
  }

  /** The events on disk. */
  async log(): Promise<Set<string>> {
    await this.page.goto(`${this.origin}/log.html`);
    return limited(readLog(this.page), 'the log is read');
  }

  /** Opens the page, and resolves with its first list. @param tool whether it asks a consent tool */
  async start(tool: boolean): Promise<Started> {
    this.#tool = tool;
    this.#plan = new Promise((resolve) => {
      this.#onPlan = resolve;
    });
    const started = new Promise<Started>((resolve, reject) => {
      this.#onStart = resolve;
      this.#onFailure = reject;
    });
    return limited(
      Promise.all([started, this.page.goto(this.#shop)]).then(([first]) => first),
      'the first list',
    );
  }

  /** Resolves at the planned moment. */
  async untilKill(plan: Plan): Promise<void> {
    const { early, delay, second } = plan;
    if (second) {
      const other = await limited(this.page.context().newPage(), 'a second tab opens');
      other.goto(`${this.origin}/faults.html?tab=2`).catch(() => undefined);
    }
    if (early) {
      this.#plan = Promise.resolve(plan);
      // It never finishes if the kill comes first.
      this.page.goto(this.#shop).catch(() => undefined);
    } else {
      const first = new Promise<void>((resolve, reject) => {
        this.#onAcknowledgement = resolve;
        this.#onFailure = reject;
      });
      this.#onPlan(plan);
      await limited(first, 'the first acknowledgement');
    }
    await sleep(delay);
  }

  get #shop(): string {
    return `${this.origin}/faults.html${this.#tool ? '?tool' : ''}`;
  }
}

type Exposed = Parameters<BrowserContext['exposeFunction']>[1];

async function expose(context: BrowserContext, functions: Record<string, Exposed>): Promise<void> {
  for (const [name, work] of Object.entries(functions)) await context.exposeFunction(name, work);
}

/** No part of a round may wait forever. */
async function limited<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${STEP_TIMEOUT_MS / 1000} s: ${what}`)), STEP_TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Reads the event log from disk without any code of the product, because a fault in its store must not hide itself. The page
 * must be on the shop's origin and must not have started a recommender.
 * @returns an entry per event of a round: its name, type and item, as page.js reports them
 */
async function readLog(page: Page): Promise<Set<string>> {
  const entries = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase | null>((resolve, reject) => {
      const request = indexedDB.open('sidestream/default');
      request.onsuccess = () => resolve(request.result);
      // There is no database yet. Leaving an empty one would keep the product from creating its own.
      request.onupgradeneeded = () => request.transaction?.abort();
      request.onblocked = () => reject(new Error('another page holds the database'));
      request.onerror = () => (request.error?.name === 'AbortError' ? resolve(null) : reject(request.error));
    });
    if (!database) return [];
    const rows = await new Promise<{ recommendationId?: string; type: string; itemId: string }[]>((resolve, reject) => {
      const request = database.transaction('events').objectStore('events').getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    return rows.map(({ recommendationId, type, itemId }) => `${recommendationId} ${type} ${itemId}`);
  });
  return new Set(entries);
}
