import type { Consent, RecommenderProfile, RecommenderStatus } from '../../../device/protocol';
import { refuse } from '../../client';
import { connectTools } from './consent-tools';
import { type ConsentReport, type ConsentReportOptions, failure, report, TOOLS, type ToolName } from './tool';

/** The methods of a recommender that are needed to follow a consent tool. */
export interface Consenter {
  profile: Pick<RecommenderProfile, 'consent'>;
  status: Pick<RecommenderStatus, 'get'>;
}

/** Follows the shop's own consent question: calls `set` with every answer, which does nothing once the page has disconnected. */
export type ConsentCallback = (set: (level: Consent) => void) => unknown;

/**
 * Where the shopper's answer comes from: Google's Consent Mode, Shopify's Customer Privacy API, a tool that implements IAB's TCF
 * 2.x, the WP Consent API, whichever of these is on the page, or a function of the shop.
 */
export type ConsentSource = ToolName | 'auto' | ConsentCallback;

/** Options of `connectConsent`. */
export interface ConsentOptions extends ConsentReportOptions {
  /**
   * Google: the consent type to follow, such as `functionality_storage` or `ad_personalization`. Default
   * `personalization_storage`.
   */
  type?: string;
  /** Google: name of the data layer on `window`, or the array itself. Default `dataLayer`. */
  dataLayer?: string | unknown[];
  /**
   * TCF: numbers of the purposes, to all of which the shopper must have agreed. Default 1 (store on a device), 5 and 6 (create
   * profiles to personalise content, and use them to select it).
   */
  purposes?: number[];
  /** How long to look for a tool that loads after this call, ms. Default 10,000. */
  wait?: number;
  /** Namespace of the recommender: a refusal is carried out there even if the recommender cannot start. Default `default`. */
  namespace?: string;
}

const CHECKS: Record<keyof ConsentOptions, [(value: unknown) => boolean, string]> = {
  type: [isName, 'must be the name of a consent type'],
  dataLayer: [(value) => isName(value) || Array.isArray(value), 'must be a name or an array'],
  purposes: [isPurposes, 'must be a list of at least one purpose number, 1 to 24'],
  namespace: [isName, 'must be the name of a namespace'],
  wait: [(value) => typeof value === 'number' && value >= 0 && value < 2 ** 31, 'must be milliseconds, 0 or more'],
  debug: [(value) => typeof value === 'boolean', 'must be true or false'],
  onReport: [(value) => typeof value === 'function', 'must be a function'],
};

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Everybody would agree to an empty list. */
function isPurposes(value: unknown): boolean {
  const isPurpose = (number: unknown): boolean =>
    Number.isInteger(number) && Number(number) >= 1 && Number(number) <= 24;
  return Array.isArray(value) && value.length > 0 && value.every(isPurpose);
}

function mistakeIn(source: unknown, options: object): string | null {
  const names: readonly unknown[] = [...TOOLS, 'auto'];
  if (typeof source !== 'function' && !names.includes(source)) {
    return `source must be ${names.join(', ')} or a function, not ${String(source)}`;
  }
  for (const [name, value] of Object.entries(options)) {
    const [, found] = Object.entries(CHECKS).find(([key]) => key === name) ?? [];
    if (!found) return `there is no option "${name}"`;
    if (value !== undefined && !found[0](value)) return `${name} ${found[1]}`;
  }
  return null;
}

/**
 * Passes the answers of the shop's consent tool to a recommender: agreed, refused, and withdrawn later. Start the recommender
 * with `consent: 'pending'`: nothing on the device is then read, written or deleted until the tool has the shopper's answer.
 * While connected, each new answer of the tool replaces the one in force. Without a page (on a server) it does nothing. A wrong
 * source or option connects nothing and is reported.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects; the consent stays as it is
 */
export function connectConsent(
  recommender: Consenter | Promise<Consenter>,
  source: ConsentSource,
  options: ConsentOptions = {},
): () => void {
  return followConsent(recommender, source, options).disconnect;
}

/**
 * As `connectConsent`.
 * @returns also a promise that resolves once the tool's present answer has been carried out or has failed
 */
export function followConsent(
  recommender: Consenter | Promise<Consenter>,
  source: ConsentSource,
  options: ConsentOptions = {},
): { disconnect: () => void; applied: Promise<void> } {
  const nothing = { disconnect: () => undefined, applied: Promise.resolve() };
  if (typeof document === 'undefined') return nothing;
  const mistake = mistakeIn(source, options);
  if (mistake !== null) {
    const message = `connectConsent(): ${mistake}; nothing is connected`;
    report(options, { source: null, outcome: 'invalid', message });
    return nothing;
  }
  const answers = new Answers(recommender, options);
  const { type = 'personalization_storage', dataLayer = 'dataLayer', purposes = [1, 5, 6], wait = 10_000 } = options;
  const disconnect =
    typeof source === 'function'
      ? void callback(source, answers)
      : connectTools(source, { type, dataLayer, purposes }, wait, answers);
  return {
    disconnect() {
      answers.ended = true;
      disconnect?.();
    },
    applied: answers.applied,
  };
}

const LEVELS: readonly unknown[] = ['granted', 'denied', 'pending'] satisfies Consent[];
const isLevel = (value: unknown): value is Consent => LEVELS.includes(value);

function callback(source: ConsentCallback, answers: Answers): void {
  const set = (level: unknown): void => {
    if (isLevel(level)) answers.give(level, 'callback');
    else {
      const message = 'set() takes "granted", "denied" or "pending"';
      answers.report({ source: 'callback', outcome: 'ignored', message, payload: level });
    }
  };
  // A function of the shop may fail at once, or later if it is async.
  const calling = async (): Promise<unknown> => source(set);
  calling().catch((thrown) => answers.report(failure('callback', null, thrown)));
}

/** Longest wait for the consent in force, ms: withdrawing a grant must not depend on a worker that does not answer. */
const STATUS_LIMIT = 1000;

/** The consent in force; undefined if the recommender does not answer. */
async function consentOf(recommender: Consenter): Promise<Consent | undefined> {
  const limit = new Promise<undefined>((resolve) => setTimeout(resolve, STATUS_LIMIT));
  const known = recommender.status.get().then(
    ({ consent }) => consent,
    () => undefined,
  );
  return Promise.race([known, limit]);
}

/** Carries out the answers of one source, each at once: an answer counts from the moment it is given. */
class Answers {
  readonly #recommender: Promise<Consenter>;
  /** Whether the recommender can be asked. */
  #started: boolean;
  #last: Consent | null = null;
  #count = 0;
  /** Whether the page has disconnected: nothing more is carried out. */
  ended = false;
  /** Settles when the last answer has been carried out. */
  applied: Promise<void> = Promise.resolve();

  constructor(
    recommender: Consenter | Promise<Consenter>,
    private readonly options: ConsentOptions,
  ) {
    this.#recommender = Promise.resolve(recommender);
    this.#started = !('then' in recommender);
    // A failure is reported with every answer that needs the recommender.
    this.#recommender.then(
      () => {
        this.#started = true;
      },
      () => undefined,
    );
  }

  give(level: Consent, source: ConsentReport['source']): void {
    const before = this.#last;
    // A refusal counts each time: the page may have agreed since.
    if (this.ended || (level === before && level !== 'denied')) return;
    this.#last = level;
    // Not asked yet: a stored profile waits for the answer, and `profile.consent('pending')` would delete the profile.
    if (before === null && level === 'pending') return;
    const count = ++this.#count;
    this.applied = this.#apply(level, source, before, count).catch((thrown) => {
      // An answer that was withdrawn meanwhile is not a failure: the next one is carried out.
      if (count === this.#count) this.report(failure(source, level, thrown));
    });
  }

  report(given: ConsentReport): void {
    report(this.options, given);
  }

  async #apply(level: Consent, source: ConsentReport['source'], before: Consent | null, count: number): Promise<void> {
    const withdraws = level === 'denied' || (level === 'pending' && before === 'granted');
    // At once: a refusal needs neither the bundle, which is still loading, nor the recommender, which may never start.
    const refusing = withdraws && !this.#started ? refuse(this.options.namespace ?? 'default', level) : null;
    // Handled below, perhaps much later.
    refusing?.catch(() => undefined);
    const recommender = await this.#recommender.catch(async (thrown) => {
      if (!refusing) throw thrown;
      await refusing;
      return null;
    });
    if (!recommender) {
      this.report({ source, outcome: 'applied', level });
      return;
    }
    // Without an answer, a refusal that came from another source stays.
    if (level === 'pending' && before !== 'denied' && (await consentOf(recommender)) === 'denied') return;
    if (this.ended || count !== this.#count) return;
    await recommender.profile.consent(level);
    this.report({ source, outcome: 'applied', level });
  }
}
