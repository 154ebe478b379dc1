import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Engine } from '../src/device/worker/engine';
import {
  type Consenter,
  type ConsentOptions,
  type ConsentReport,
  type ConsentSource,
  connectConsent,
} from '../src/page/adapters/consent';
import { type ServedShop, serveShop } from './served-shop';

/** A page of the shop that waits for its consent tool, with a new recommender for every test. */
export class ConsentPage {
  #shop: ServedShop | undefined;
  #engine: Engine | undefined;
  recommender: Consenter = {
    profile: { consent: (level) => this.engine.consent(level) },
    status: { get: () => this.engine.status() },
  };
  /** Levels that the recommender was given, in order. */
  asked: string[] = [];
  reports: ConsentReport[] = [];
  disconnects: (() => void)[] = [];

  constructor() {
    beforeAll(async () => {
      this.#shop = await serveShop();
    });
    afterAll(() => this.#shop?.close());
    beforeEach(async () => {
      // Node has no IndexedDB: this one follows the specification, in memory.
      globalThis.indexedDB = new IDBFactory();
      vi.stubGlobal('document', new EventTarget());
      [this.asked, this.reports, this.disconnects] = [[], [], []];
      await this.start();
    });
    afterEach(async () => {
      for (const disconnect of this.disconnects) disconnect();
      await this.engine.close();
      vi.unstubAllGlobals();
      Reflect.deleteProperty(globalThis, 'dataLayer');
      vi.restoreAllMocks();
    });
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('The recommender has not started.');
    return this.#engine;
  }

  async start(consent: 'pending' | 'granted' = 'pending'): Promise<void> {
    await this.#engine?.close();
    this.#engine = await this.#shop?.open({ learning: false, consent });
    const { engine } = this;
    this.recommender = {
      profile: {
        consent: (level) => {
          this.asked.push(level);
          return engine.consent(level);
        },
      },
      status: { get: () => engine.status() },
    };
  }

  connect(source: ConsentSource, options: ConsentOptions = {}): () => void {
    const own = this.reports;
    const disconnect = connectConsent(this.recommender, source, { onReport: (given) => own.push(given), ...options });
    this.disconnects.push(disconnect);
    return disconnect;
  }

  async level(): Promise<string> {
    return (await this.engine.status()).consent;
  }

  becomes(expected: string): Promise<void> {
    return vi.waitFor(async () => expect(await this.level()).toBe(expected), { timeout: 20_000, interval: 5 });
  }

  async databases(): Promise<unknown[]> {
    return (await indexedDB.databases()).map(({ name }) => name);
  }

  outcomes(): string[] {
    return this.reports.map(({ outcome }) => outcome);
  }
}

/** A data layer with the function of Google's snippet, which pushes its arguments object. */
export function googleTag(layer: unknown[] = []) {
  vi.stubGlobal('dataLayer', layer);
  return function gtag(..._: unknown[]): void {
    // biome-ignore lint/complexity/noArguments: Google's own snippet pushes its arguments object.
    layer.push(arguments);
  };
}

/** Shopify's API, as its documentation describes it: each answer is `yes`, `no` or empty. */
export class Shopify {
  preferences: 'yes' | 'no' | '' = '';
  /** Whether the shopper's region requires an answer. */
  required = true;
  features: unknown[] = [];
  customerPrivacy: unknown;
  readonly api = {
    preferencesProcessingAllowed: (): unknown =>
      this.preferences === 'yes' || (!this.required && this.preferences !== 'no'),
    currentVisitorConsent: (): unknown => ({
      analytics: '',
      marketing: '',
      sale_of_data: '',
      preferences: this.preferences,
    }),
  };
  loadFeatures = (features: unknown[], loaded: (error?: unknown) => void): void => {
    this.features.push(...features);
    setTimeout(() => {
      this.customerPrivacy = this.api;
      loaded();
    });
  };
  /** `setTrackingConsent()`, which the banner calls. */
  answer(preferences: 'yes' | 'no'): void {
    this.preferences = preferences;
    const detail = { preferencesAllowed: preferences === 'yes', analyticsAllowed: true };
    document.dispatchEvent(Object.assign(new Event('visitorConsentCollected'), { detail }));
  }
}

export type TcfCallback = (data: unknown, success: boolean) => void;
type TcfCall = [command: string, version: number, callback: TcfCallback, parameter?: unknown];

/** The stub that a page has first, which queues calls, and the tool that replaces it and answers them. */
export class Tcf {
  readonly calls: TcfCall[] = [];
  readonly listeners = new Map<number, TcfCallback>();
  readonly removed: unknown[] = [];
  data: Record<string, unknown> = {
    tcString: '',
    purpose: { consents: {} },
    gdprApplies: true,
    eventStatus: 'tcloaded',
  };
  constructor() {
    vi.stubGlobal('__tcfapi', (...call: TcfCall) => void this.calls.push(call));
  }
  load(data: Record<string, unknown>): void {
    this.data = { ...this.data, cmpStatus: 'loaded', tcfPolicyVersion: 4, ...data };
    vi.stubGlobal('__tcfapi', (...call: TcfCall) => this.#run(call));
    for (const call of this.calls.splice(0)) this.#run(call);
  }
  say(eventStatus: string, data: Record<string, unknown> = {}): void {
    this.data = { ...this.data, eventStatus, ...data };
    for (const [listenerId, callback] of this.listeners) callback({ ...this.data, listenerId }, true);
  }
  #run([command, version, callback, parameter]: TcfCall): void {
    if (version !== 2) callback(null, false);
    else if (command === 'removeEventListener') {
      this.removed.push(parameter);
      callback(this.listeners.delete(Number(parameter)), true);
    } else if (command === 'addEventListener') {
      const listenerId = this.listeners.size + 1;
      this.listeners.set(listenerId, callback);
      callback({ ...this.data, listenerId }, true);
    }
  }
}

/** TC data with consent to some purposes. */
export const consents = (...purposes: number[]) => ({
  tcString: 'CP-a-string',
  purpose: { consents: Object.fromEntries(purposes.map((number) => [number, true])), legitimateInterests: { 7: true } },
});

/** The WP Consent API, as its documentation describes it, with a banner that asks (`optin`) or tells (`optout`). */
export class WpConsent {
  cookie = '';
  type: string | undefined;

  constructor(type?: string) {
    this.type = type;
    vi.stubGlobal('wp_consent_type', type);
    vi.stubGlobal('wp_has_consent', (category: string) => {
      const answer = this.cookie.split(`wp_consent_${category}=`)[1];
      return !this.type || (answer === undefined && this.type.includes('optout')) || answer === 'allow';
    });
    Object.defineProperty(document, 'cookie', { configurable: true, get: () => `a=b; ${this.cookie}` });
  }
  /** `wp_set_consent()`, which the banner calls. */
  answer(value: 'allow' | 'deny', category = 'preferences'): void {
    if (category === 'preferences') this.cookie = `wp_consent_preferences=${value}`;
    const detail = Object.assign([], { [category]: value });
    document.dispatchEvent(Object.assign(new Event('wp_listen_for_consent_change'), { detail }));
  }
}
