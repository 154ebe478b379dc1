import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright';
import { kill, launch } from './browser';
import { readLog } from './log';
import type { Plan, Step } from './plan';

/** A step that takes longer has failed, ms. */
const PATIENCE = 30_000;

/** What page.js reports once its recommender runs. */
interface Started {
  /** From the navigation to the first list, ms. */
  time: number;
  /** Places of that list. */
  listed: number;
  /** Events learned from. */
  events: number;
}

/** What a round found before its own kill. */
export interface Found {
  /** Acknowledged before, and not on disk; null when the log could not be read. */
  missing: string[] | null;
  /** From the navigation to the first list, ms; null when there was none. */
  recovery: number | null;
  /** What went wrong, in words. */
  trouble: string[];
}

/** One profile of one shopper, through all kills. */
export class Shopper {
  readonly #profile: string;
  readonly #origin: string;
  /** Every event the page called acknowledged before it died. */
  readonly acknowledged = new Set<string>();

  constructor(profile: string, origin: string) {
    this.#profile = profile;
    this.#origin = origin;
  }

  /**
   * Starts the browser, looks whether everything is still there, goes through the plan, and kills the browser.
   * @param plan null after the last kill: only looks
   */
  async round(plan: Plan | null): Promise<Found> {
    const found: Found = { missing: null, recovery: null, trouble: [] };
    try {
      const visit = await Visit.begin(this.#profile, this.#origin, this.acknowledged, found.trouble);
      const log = await visit.log();
      const expected = [...this.acknowledged];
      found.missing = expected.filter((entry) => !log.has(entry));
      const { time, listed, events } = await visit.start();
      found.recovery = time;
      if (listed === 0) found.trouble.push('the first list is empty');
      if (events === 0 && expected.length > 0) found.trouble.push('the recommender has forgotten every event');
      if (plan) await visit.untilKill(plan);
    } catch (thrown) {
      found.trouble.push(thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown));
    }
    await kill(this.#profile).catch((error: Error) => found.trouble.push(error.message));
    return found;
  }
}

/** The life of one browser process. */
class Visit {
  readonly #page: Page;
  readonly #origin: string;
  /** What the page does once it has started; it waits for them. */
  #steps: Promise<Step[]> = Promise.resolve([]);
  #onSteps: (steps: Step[]) => void = () => undefined;
  #onStart: (started: Started) => void = () => undefined;
  #onFailure: (error: Error) => void = () => undefined;
  #onAcknowledgement: () => void = () => undefined;

  private constructor(page: Page, origin: string) {
    this.#page = page;
    this.#origin = origin;
  }

  /**
   * @param acknowledged where acknowledged events go
   * @param trouble where errors go, also those of nobody's call
   */
  static async begin(profile: string, origin: string, acknowledged: Set<string>, trouble: string[]): Promise<Visit> {
    const context = await launch(profile, PATIENCE);
    const visit = new Visit(context.pages()[0] ?? (await limited(context.newPage(), 'a page opens')), origin);
    const failed = (message: string): void => {
      trouble.push(message);
      visit.#onFailure(new Error('the page failed'));
    };
    visit.#page.on('pageerror', (error) => failed(`page error: ${error.message}`));
    await limited(
      expose(context, {
        started: (started: Started) => visit.#onStart(started),
        steps: () => visit.#steps,
        acknowledged: (entry: string) => {
          acknowledged.add(entry);
          visit.#onAcknowledgement();
        },
        failed,
      }),
      'the page gets its functions',
    );
    return visit;
  }

  /** What is on disk. */
  async log(): Promise<Set<string>> {
    await this.#page.goto(`${this.#origin}/log.html`);
    return limited(readLog(this.#page), 'the log is read');
  }

  /** Opens the page, and resolves with its first list. */
  async start(): Promise<Started> {
    this.#steps = new Promise((resolve) => {
      this.#onSteps = resolve;
    });
    const started = new Promise<Started>((resolve, reject) => {
      this.#onStart = resolve;
      this.#onFailure = reject;
    });
    return limited(
      Promise.all([started, this.#page.goto(this.#shop)]).then(([first]) => first),
      'the first list',
    );
  }

  /** Resolves at the planned moment. */
  async untilKill({ early, delay, steps }: Plan): Promise<void> {
    if (early) {
      this.#steps = Promise.resolve(steps);
      // It will never finish when the kill comes first.
      this.#page.goto(this.#shop).catch(() => undefined);
    } else {
      const first = new Promise<void>((resolve, reject) => {
        this.#onAcknowledgement = resolve;
        this.#onFailure = reject;
      });
      this.#onSteps(steps);
      await limited(first, 'the first acknowledgement');
    }
    await sleep(delay);
  }

  get #shop(): string {
    return `${this.#origin}/faults.html`;
  }
}

type Exposed = Parameters<BrowserContext['exposeFunction']>[1];

async function expose(context: BrowserContext, functions: Record<string, Exposed>): Promise<void> {
  for (const [name, work] of Object.entries(functions)) await context.exposeFunction(name, work);
}

/** No part of a round may wait for ever. */
async function limited<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${PATIENCE / 1000} s: ${what}`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
