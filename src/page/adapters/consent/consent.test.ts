import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkerRecommender } from '../../../device/protocol';
import { DeviceStore } from '../../../device/store/device-store';
import { STATUS } from '../../../testing/fake-recommender';
import { log, type ServedShop, serveShop } from '../../../testing/served-shop';
import { pause, shortenDelays } from '../../../testing/short-delays';
import { type Consenter, type ConsentOptions, type ConsentReport, type ConsentSource, connectConsent } from '.';

let shop: ServedShop;
let engine: WorkerRecommender;
let recommender: Consenter;
/** Levels that the recommender was given, in order. */
let asked: string[];
let reports: ConsentReport[];
let disconnects: (() => void)[];

beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
beforeEach(async () => {
  // Node has no IndexedDB: this one follows the specification, in memory.
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal('document', new EventTarget());
  [asked, reports, disconnects] = [[], [], []];
  await start();
});
afterEach(async () => {
  for (const disconnect of disconnects) disconnect();
  await engine.close();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(globalThis, 'dataLayer');
  vi.restoreAllMocks();
});

/** A page of the shop that waits for its consent tool. */
async function start(consent: 'pending' | 'granted' = 'pending'): Promise<void> {
  await engine?.close();
  engine = await shop.open({ learning: false, consent });
  recommender = {
    consent: (level) => {
      asked.push(level);
      return engine.consent(level);
    },
    status: () => engine.status(),
  };
}
const connect = (source: ConsentSource, options: ConsentOptions = {}): (() => void) => {
  const own = reports;
  const disconnect = connectConsent(recommender, source, { onReport: (given) => own.push(given), ...options });
  disconnects.push(disconnect);
  return disconnect;
};
const level = async (): Promise<string> => (await engine.status()).consent;
const becomes = (expected: string): Promise<void> =>
  vi.waitFor(async () => expect(await level()).toBe(expected), { timeout: 20_000, interval: 5 });
const databases = async (): Promise<unknown[]> => (await indexedDB.databases()).map(({ name }) => name);
const outcomes = (): string[] => reports.map(({ outcome }) => outcome);

/** A data layer with the function of Google's snippet, which pushes its arguments object. */
function googleTag(layer: unknown[] = []) {
  vi.stubGlobal('dataLayer', layer);
  return function gtag(..._: unknown[]): void {
    // biome-ignore lint/complexity/noArguments: Google's own snippet pushes its arguments object.
    layer.push(arguments);
  };
}

// Sequences as in Google's developer guide to consent mode: a default on every page load, before any other command; an update
// when the choice is known or made; defaults by region; `wait_for_update` for tools that are loaded late.
describe('Google Consent Mode', () => {
  const DENIED = {
    ad_storage: 'denied',
    ad_user_data: 'denied',
    ad_personalization: 'denied',
    analytics_storage: 'denied',
    functionality_storage: 'denied',
    personalization_storage: 'denied',
    security_storage: 'granted',
  };
  const GRANTED = { ...DENIED, ad_storage: 'granted', personalization_storage: 'granted' };

  it('first visit: consent is denied by default, given, and withdrawn', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { ...DENIED, wait_for_update: 500 });
    gtag('js', new Date());
    connect('google');
    await engine.track('click', 'a', {});
    await pause(20);
    expect([asked, await databases()]).toEqual([[], []]);
    gtag('consent', 'update', GRANTED);
    await becomes('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', DENIED);
    await becomes('denied');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
    expect(asked).toEqual(['granted', 'denied']);
    await vi.waitFor(() => expect(outcomes()).toEqual(['applied', 'applied']));
  });

  it('a later visit: the default `denied` of every page load does not delete a granted profile', async () => {
    await engine.consent('granted');
    await engine.track('click', 'a', {});
    await start('pending');
    const gtag = googleTag();
    gtag('consent', 'default', DENIED);
    connect('google');
    await pause(20);
    expect(await databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', GRANTED);
    await becomes('granted');
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['a']);
  });

  it('reads earlier pushes as one state, also as arrays, and may connect before the data layer exists', async () => {
    googleTag([
      ['consent', 'default', DENIED],
      ['consent', 'update', GRANTED],
      ['consent', 'update', DENIED],
      ['consent', 'update', GRANTED],
    ]);
    connect('google');
    await becomes('granted');
    expect(asked).toEqual(['granted']);
    vi.stubGlobal('dataLayer', undefined);
    connect('google');
    const layer: unknown = Reflect.get(globalThis, 'dataLayer');
    expect(layer).toHaveLength(0);
    googleTag(layer as unknown[])('consent', 'update', DENIED);
    await becomes('denied');
  });

  it('a default `granted` counts if no update arrives within its wait', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted', wait_for_update: 60 });
    connect('google');
    await pause(20);
    expect(asked).toEqual([]);
    await becomes('granted');
    gtag('consent', 'default', DENIED);
    // A default never overrides an earlier update, but a later default replaces an earlier one.
    await becomes('pending');
  });

  it('an update within the wait is the answer', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted', wait_for_update: 60 });
    connect('google');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    gtag('consent', 'default', { personalization_storage: 'granted' });
    await becomes('denied');
    await pause(80);
    expect(asked).toEqual(['denied']);
  });

  it('defaults with a region apply only to the named region, the closest first', async () => {
    const gtag = googleTag();
    const regional = (state: string, region?: string[]): void =>
      gtag('consent', 'default', { personalization_storage: state, ...(region ? { region } : {}) });
    regional('granted', ['US-CA']);
    regional('denied', ['US', 'ES']);
    regional('granted', ['JP']);
    for (const region of [undefined, 'ES', 'US', 'US-NY', 'DE']) {
      connect('google', { region });
      await pause(10);
      expect(asked, region).toEqual([]);
    }
    // A state takes precedence over its country, whatever the order.
    connect('google', { region: 'US-CA' });
    await vi.waitFor(() => expect(asked).toEqual(['granted']));
    connect('google', { region: 'JP' });
    await vi.waitFor(() => expect(asked).toEqual(['granted', 'granted']));
  });

  it('follows another type, and leaves commands alone that do not name it', async () => {
    const gtag = googleTag();
    connect('google', { type: 'functionality_storage' });
    gtag('consent', 'update', { personalization_storage: 'granted', ad_storage: 'granted' });
    await pause(10);
    expect(asked).toEqual([]);
    gtag('consent', 'update', { functionality_storage: 'granted' });
    await becomes('granted');
  });

  it('no unknown value counts as granted, and nothing throws into a push', async () => {
    const gtag = googleTag();
    connect('google');
    const thrower = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    const layer = Reflect.get(globalThis, 'dataLayer') as unknown[];
    for (const state of [true, 'GRANTED', 1, {}, null, ['granted'], Symbol('granted')]) {
      gtag('consent', 'update', { personalization_storage: state });
    }
    gtag('consent', 'grant', { personalization_storage: 'granted' });
    gtag('consent', 'update', 'granted');
    gtag('consent', 'update', null);
    gtag('consent', 'update', thrower);
    layer.push({ event: 'consent', personalization_storage: 'granted' }, null, 5, thrower);
    await pause(20);
    expect(asked).toEqual([]);
    expect(outcomes().filter((outcome) => outcome === 'ignored')).toHaveLength(10);
    expect(outcomes()).toContain('failed');
  });

  it('continues behind another script that wraps `push`, and ends with the connection', async () => {
    const layer: unknown[] = [];
    const gtag = googleTag(layer);
    const disconnect = connect('google');
    const ours = layer.push;
    layer.push = (...entries: unknown[]) => ours.apply(layer, entries);
    gtag('consent', 'update', GRANTED);
    await becomes('granted');
    disconnect();
    gtag('consent', 'update', DENIED);
    await pause(20);
    expect(await level()).toBe('granted');
  });
});

/** Shopify's API, as its documentation describes it: each answer is `yes`, `no` or empty. */
class Shopify {
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

// Sequences as in Shopify's documentation of the Customer Privacy API: the API is loaded by `loadFeatures`, an answer is
// announced by the event `visitorConsentCollected` on the document.
describe('Shopify Customer Privacy', () => {
  it('loads the API, waits for the banner, follows the answer and its revocation', async () => {
    const shopify = new Shopify();
    vi.stubGlobal('Shopify', shopify);
    connect('shopify');
    await pause(30);
    expect(shopify.features).toEqual([{ name: 'consent-tracking-api', version: '0.1' }]);
    expect(asked).toEqual([]);
    shopify.answer('yes');
    await becomes('granted');
    shopify.answer('no');
    await becomes('denied');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
    expect(asked).toEqual(['granted', 'denied']);
  });

  it('knows an earlier answer at once, and a region without a question', async () => {
    const shopify = new Shopify();
    shopify.customerPrivacy = shopify.api;
    shopify.required = false;
    vi.stubGlobal('Shopify', shopify);
    connect('shopify');
    await becomes('granted');
    shopify.answer('no');
    await becomes('denied');
  });

  it('is found when Shopify loads later, and a denial without details counts', async () => {
    shortenDelays();
    connect('shopify');
    await pause(20);
    const shopify = new Shopify();
    shopify.customerPrivacy = { preferencesProcessingAllowed: () => shopify.preferences === 'yes' };
    vi.stubGlobal('Shopify', shopify);
    await pause(80);
    expect(asked).toEqual([]);
    shopify.answer('no');
    await becomes('denied');
  });

  it.each([
    ['truthy', 1],
    ['a text', 'yes'],
    ['nothing', undefined],
    ['an object', {}],
  ])('ignores an answer that is %s', async (_, answer) => {
    vi.stubGlobal('Shopify', { customerPrivacy: { preferencesProcessingAllowed: () => answer } });
    connect('shopify');
    await pause(10);
    expect([asked, outcomes()]).toEqual([[], ['ignored']]);
  });

  it('reports what Shopify throws, and ends with the connection', async () => {
    const shopify = new Shopify();
    shopify.customerPrivacy = {
      preferencesProcessingAllowed: () => {
        throw new Error('no');
      },
    };
    vi.stubGlobal('Shopify', shopify);
    const disconnect = connect('shopify');
    expect(outcomes()).toEqual(['failed']);
    disconnect();
    shopify.customerPrivacy = shopify.api;
    shopify.answer('yes');
    await pause(20);
    expect(asked).toEqual([]);
  });
});

type TcfCallback = (data: unknown, success: boolean) => void;
type TcfCall = [command: string, version: number, callback: TcfCallback, parameter?: unknown];

/** The stub that a page has first, which queues calls, and the tool that replaces it and answers them. */
class Tcf {
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
const consents = (...purposes: number[]) => ({
  tcString: 'CP-a-string',
  purpose: { consents: Object.fromEntries(purposes.map((number) => [number, true])), legitimateInterests: { 7: true } },
});

// Sequences as in the CMP API of the TCF 2.2 specification: the stub queues, `addEventListener` calls back at once and at
// every change with `tcloaded`, `cmpuishown` or `useractioncomplete`, and `removeEventListener` takes the id from the data.
/** The WP Consent API, as its documentation describes it, with a banner that asks (`optin`) or tells (`optout`). */
class WpConsent {
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

describe('WP Consent API', () => {
  it('waits for the banner, follows the answer about preferences and its revocation', async () => {
    const banner = new WpConsent('optin');
    connect('wordpress');
    banner.answer('allow', 'marketing');
    await pause(10);
    expect(asked).toEqual([]);
    banner.answer('allow');
    await becomes('granted');
    banner.answer('deny');
    await becomes('denied');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
    expect(asked).toEqual(['granted', 'denied']);
  });

  it('knows an earlier answer at once, and a banner that needs none', async () => {
    new WpConsent('optin').cookie = 'wp_consent_preferences=allow';
    connect('wordpress');
    await becomes('granted');
    await start();
    new WpConsent('optout');
    connect('wordpress');
    await becomes('granted');
    await start();
    new WpConsent('optout').cookie = 'wp_consent_preferences=deny';
    connect('wordpress');
    await becomes('denied');
  });

  it('without a banner nothing is granted, although the API allows everything', async () => {
    const api = new WpConsent();
    connect('wordpress', { wait: 20 });
    await vi.waitFor(() => expect(outcomes()).toEqual(['not-found']));
    expect([asked, await level()]).toEqual([[], 'pending']);
    api.answer('allow');
    await becomes('granted');
  });

  it('ignores an answer that is no boolean, reports what is thrown, and ends with the connection', async () => {
    const banner = new WpConsent('optin');
    vi.stubGlobal('wp_has_consent', () => 1);
    connect('wordpress')();
    vi.stubGlobal('wp_has_consent', () => {
      throw new Error('no');
    });
    connect('wordpress')();
    expect(outcomes()).toEqual(['ignored', 'failed']);
    const disconnect = connect('wordpress');
    disconnect();
    vi.stubGlobal('wp_has_consent', () => true);
    banner.answer('allow');
    await pause(10);
    expect(asked).toEqual([]);
  });
});

describe('IAB TCF 2.2', () => {
  it('first visit: the call is queued by the stub, asked, agreed, asked again and withdrawn', async () => {
    const tcf = new Tcf();
    connect('tcf');
    expect(tcf.calls.map(([command]) => command)).toEqual(['addEventListener']);
    tcf.load({ eventStatus: 'cmpuishown' });
    await pause(20);
    expect([asked, await databases()]).toEqual([[], []]);
    tcf.say('useractioncomplete', consents(1, 2, 5, 6));
    await becomes('granted');
    // The dialog opens again: the earlier answer applies while it is open.
    tcf.say('cmpuishown');
    await pause(10);
    tcf.say('useractioncomplete', consents(1, 2));
    await becomes('denied');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
    expect(asked).toEqual(['granted', 'denied']);
  });

  it('a later visit: uses the stored answer, and needs none if the GDPR does not apply', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 3, 5, 6) });
    connect('tcf');
    await becomes('granted');
    tcf.say('tcloaded', { gdprApplies: false, purpose: undefined, tcString: '' });
    await pause(10);
    expect(asked).toEqual(['granted']);
  });

  it('needs every purpose; a shop may name others', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5) });
    const disconnect = connect('tcf');
    await vi.waitFor(() => expect(asked).toEqual(['denied']));
    disconnect();
    connect('tcf', { purposes: [1, 5] });
    await becomes('granted');
  });

  it('handles a tool that loads without an answer, never loads, or loads late', async () => {
    connect('tcf');
    await pause(20);
    const tcf = new Tcf();
    await vi.waitFor(() => expect(tcf.calls).toHaveLength(1));
    tcf.load({});
    await pause(10);
    expect([asked, outcomes()]).toEqual([[], []]);
    vi.stubGlobal('__tcfapi', undefined);
    connect('tcf', { wait: 10 });
    await vi.waitFor(() => expect(outcomes()).toEqual(['not-found']));
    expect(await level()).toBe('pending');
  });

  it.each<[string, unknown, boolean]>([
    ['no data', null, true],
    ['no success', { eventStatus: 'tcloaded', gdprApplies: false }, false],
    ['another status', { eventStatus: 'tcready', gdprApplies: false }, true],
    ['no status', { gdprApplies: false, ...consents(1, 5, 6) }, true],
    ['no purposes', { eventStatus: 'tcloaded', gdprApplies: true, tcString: 'x' }, true],
    ['a text for the purposes', { eventStatus: 'tcloaded', tcString: 'x', purpose: { consents: '1,5,6' } }, true],
  ])('ignores %s', async (_, data, success) => {
    vi.stubGlobal('__tcfapi', (_command: string, _version: number, callback: TcfCallback) => callback(data, success));
    connect('tcf');
    await pause(10);
    expect([asked, outcomes()]).toEqual([[], ['ignored']]);
  });

  it('consents with a value other than true do not count', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', tcString: 'x', purpose: { consents: { 1: 1, 5: 'true', 6: true } } });
    connect('tcf');
    await becomes('denied');
  });

  it('removes its listener, even if the stub still holds it', async () => {
    const tcf = new Tcf();
    const early = connect('tcf');
    early();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    expect(tcf.removed).toEqual([1]);
    const disconnect = connect('tcf');
    await becomes('granted');
    disconnect();
    tcf.say('useractioncomplete', consents());
    await pause(10);
    expect([tcf.listeners.size, await level()]).toEqual([0, 'granted']);
  });
});

describe('auto', () => {
  it('follows whichever has an answer, also one that is loaded late, and no tool lifts the refusal of another', async () => {
    shortenDelays();
    connect('auto');
    // It is not created on a page without Google.
    expect(Reflect.has(globalThis, 'dataLayer')).toBe(false);
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'denied' });
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await becomes('granted');
    const tcf = new Tcf();
    await vi.waitFor(() => expect(tcf.calls).toHaveLength(1));
    await pause(10);
    expect(asked).toEqual(['granted']);
    tcf.load({ eventStatus: 'tcloaded', ...consents(2) });
    await becomes('denied');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    const shopify = new Shopify();
    shopify.customerPrivacy = shopify.api;
    shopify.preferences = 'yes';
    vi.stubGlobal('Shopify', shopify);
    await pause(80);
    expect(await level()).toBe('denied');
    // The tool that refused changes its mind.
    tcf.say('useractioncomplete', consents(1, 5, 6));
    await becomes('granted');
    await vi.waitFor(() => expect(reports).toHaveLength(3));
    expect(reports).toMatchObject([
      { source: 'google', level: 'granted' },
      { source: 'tcf', level: 'denied' },
      { source: 'shopify', level: 'granted' },
    ]);
  });

  /** Tools that are on the page but give no answer, or ask nobody. */
  const SILENT: [string, () => unknown][] = [
    ['a stub of a TCF tool that never loads', () => new Tcf()],
    ['a TCF tool without an answer', () => new Tcf().load({})],
    ['a TCF tool whose dialog is open', () => new Tcf().load({ eventStatus: 'cmpuishown' })],
    ['a TCF tool where the GDPR does not apply', () => new Tcf().load({ gdprApplies: false })],
    ['Shopify, whose API never loads', () => vi.stubGlobal('Shopify', { loadFeatures: () => undefined })],
    [
      'Shopify in a region that requires no answer',
      () => {
        const shopify = new Shopify();
        shopify.required = false;
        shopify.customerPrivacy = shopify.api;
        vi.stubGlobal('Shopify', shopify);
      },
    ],
  ];

  it.each(SILENT)('%s does not hide the refusal or the grant of another tool', async (_, appear) => {
    appear();
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'denied' });
    connect('auto');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await becomes('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await becomes('denied');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
  });

  it.each(SILENT)(
    '%s does not keep the profile of an earlier visit from being deleted by a refusal',
    async (_, appear) => {
      await engine.consent('granted');
      await engine.track('click', 'a', {});
      await start('granted');
      expect(await level()).toBe('granted');
      const gtag = googleTag();
      gtag('consent', 'default', { personalization_storage: 'denied' });
      appear();
      connect('auto');
      await pause(20);
      expect(await level()).toBe('granted');
      gtag('consent', 'update', { personalization_storage: 'denied' });
      await becomes('denied');
      await vi.waitFor(async () => expect(await databases()).toEqual([]));
    },
  );

  it("a refusal after the page's grant is followed, and silence does not lift the page's refusal", async () => {
    const gtag = googleTag();
    const tcf = new Tcf();
    tcf.load({});
    connect('auto');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await becomes('denied');
    await engine.consent('granted');
    gtag('event', 'scroll');
    await pause(10);
    expect(await level()).toBe('granted');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await becomes('denied');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await becomes('granted');
    await engine.consent('denied');
    vi.stubGlobal('dataLayer', undefined);
    connect((set) => set('session'));
    await pause(20);
    expect(await level()).toBe('denied');
  });

  it('a grant for which no answer is required waits for a silent tool, for a while', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    const disconnect = connect('auto', { wait: 60 });
    await pause(20);
    expect(asked).toEqual([]);
    await becomes('granted');
    disconnect();
    tcf.load({ eventStatus: 'useractioncomplete', ...consents(1) });
    await pause(20);
    expect(await level()).toBe('granted');
  });

  it.each(['auto', 'google'] as const)(
    '%s: reads what is pushed to an array that replaces the data layer',
    async (source) => {
      shortenDelays();
      googleTag()('consent', 'default', { personalization_storage: 'denied' });
      const disconnect = connect(source);
      const old = Reflect.get(globalThis, 'dataLayer') as unknown[];
      googleTag([...old])('consent', 'update', { personalization_storage: 'granted' });
      await becomes('granted');
      const gtag = googleTag([...(Reflect.get(globalThis, 'dataLayer') as unknown[])]);
      gtag('consent', 'update', { personalization_storage: 'denied' });
      await becomes('denied');
      gtag('consent', 'update', { personalization_storage: 'granted' });
      await becomes('granted');
      // Code that kept a reference to the first array.
      old.push(['consent', 'update', { personalization_storage: 'denied' }]);
      await becomes('denied');
      expect(asked).toEqual(['granted', 'denied', 'granted', 'denied']);
      disconnect();
      gtag('consent', 'update', { personalization_storage: 'granted' });
      googleTag()('consent', 'update', { personalization_storage: 'granted' });
      await pause(150);
      expect(await level()).toBe('denied');
    },
  );

  it('waits for a tool that asks, whatever a tool behind it allows', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    connect('auto');
    tcf.load({ eventStatus: 'cmpuishown' });
    await pause(20);
    expect(asked).toEqual([]);
    tcf.say('useractioncomplete', consents(1));
    await becomes('denied');
    expect(asked).toEqual(['denied']);
  });

  it('a withdrawn answer deletes the profile', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    connect('auto');
    await becomes('granted');
    tcf.say('tcloaded', { tcString: '' });
    await becomes('pending');
    await vi.waitFor(async () => expect(await databases()).toEqual([]));
  });

  it.each([
    ['fails', () => Promise.reject(new Error('crashed'))],
    ['never answers', () => new Promise<never>(() => undefined)],
  ])('withdraws a grant although the status %s', async (_, status) => {
    recommender = { ...recommender, status };
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    connect('auto');
    await becomes('granted');
    tcf.say('tcloaded', { tcString: '' });
    await becomes('pending');
    // The next page must not hear of the withdrawal.
    await vi.waitFor(() => expect(outcomes()).toEqual(['applied', 'applied']));
  });

  it('asks all tools before the first answer counts', async () => {
    const gtag = googleTag();
    gtag('consent', 'update', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents() });
    connect('auto');
    await becomes('denied');
    expect(asked).toEqual(['denied']);
  });

  it('without a tool everything stays as it is, and that is reported', async () => {
    connect('auto', { wait: 20 });
    await vi.waitFor(() => expect(outcomes()).toEqual(['not-found']));
    expect([asked, await level()]).toEqual([[], 'pending']);
  });
});

/** A tool's last answer for the rule; null while it is on the page without an answer. */
type Said = 'granted' | 'denied' | 'not-required' | 'asks' | null;

/**
 * The rule, for tools that answer one after the other. A refusal by the page counts until the combined answer of the tools
 * changes; silence does not lift it.
 */
class Rule {
  readonly said = new Map<string, Said>();
  level = 'pending';
  #told: string | undefined;

  hear(tool: string, said: Said): void {
    this.said.set(tool, said);
    const all = [...this.said.values()];
    const silent = (one: Said): boolean => one === null && this.#told !== 'granted';
    const asking = [...this.said].some(([name, one]) => silent(one) || (one === 'asks' && name !== 'google'));
    const allowed = all.includes('granted') || (all.includes('not-required') && !asking);
    const next = all.includes('denied') ? 'denied' : allowed ? 'granted' : undefined;
    if (said === 'denied') this.level = 'denied';
    else if (next !== this.#told && (next || this.#told === 'denied' || this.level !== 'denied'))
      this.level = next ?? 'pending';
    this.#told = next;
  }
}

/** A page with all tools; each appears when it is first used. */
class ToolPage {
  readonly rule = new Rule();
  level = 'pending';
  readonly #shopify = new Shopify();
  #tcf: Tcf | undefined;
  #wordpress: WpConsent | undefined;
  #updated = false;
  #gtag: ((...command: unknown[]) => void) | undefined;

  /** Gives an answer through a tool, or as the page. */
  do(tool: string, what: string): void {
    if (tool === 'shopify') this.#useShopify(what);
    else if (tool === 'tcf') this.#useTcf(what);
    else if (tool === 'google') this.#useGoogle(what);
    else if (tool === 'wordpress') this.#useWordPress(what);
    else {
      this.level = what;
      this.rule.level = what;
    }
  }

  #useShopify(what: string): void {
    const shopify = this.#shopify;
    vi.stubGlobal('Shopify', shopify);
    if (what === 'silent') {
      shopify.loadFeatures = () => undefined;
      if (!this.rule.said.has('shopify')) this.rule.hear('shopify', null);
      return;
    }
    shopify.customerPrivacy = shopify.api;
    shopify.required = what !== 'not-required';
    shopify.preferences = '';
    if (what === 'granted' || what === 'denied') shopify.answer(what === 'granted' ? 'yes' : 'no');
    this.rule.hear('shopify', what as Said);
  }

  #useTcf(what: string): void {
    const known = this.#tcf;
    const tcf = known ?? new Tcf();
    this.#tcf = tcf;
    if (what === 'silent') {
      if (!known) this.rule.hear('tcf', null);
      return;
    }
    const shown = what === 'asks';
    const answer = {
      gdprApplies: what !== 'not-required',
      ...(what === 'granted' ? consents(1, 5, 6) : what === 'denied' ? consents(1, 5) : { tcString: '' }),
      eventStatus: shown ? 'cmpuishown' : 'tcloaded',
    };
    if (tcf.listeners.size === 0) tcf.load(answer);
    else tcf.say(answer.eventStatus, answer);
    const before = this.rule.said.get('tcf');
    // While the dialog is open, the earlier answer applies.
    if (!shown || !before) this.rule.hear('tcf', what as Said);
  }

  #useWordPress(what: string): void {
    this.#wordpress ??= new WpConsent(what === 'not-required' ? 'optout' : 'optin');
    if (what === 'granted' || what === 'denied') this.#wordpress.answer(what === 'granted' ? 'allow' : 'deny');
    this.rule.hear('wordpress', what as Said);
  }

  #useGoogle(what: string): void {
    if (what === 'replaced' || !this.#gtag) this.#gtag = googleTag();
    if (what === 'replaced' || what === 'silent') return;
    const update = what === 'granted' || what === 'denied';
    const state = update ? what : what === 'not-required' ? 'granted' : 'denied';
    this.#gtag('consent', update ? 'update' : 'default', { personalization_storage: state });
    if (update || !this.#updated) this.rule.hear('google', what as Said);
    this.#updated ||= update;
  }
}

describe('the rule', () => {
  afterEach(() => vi.useRealTimers());

  it('holds for any statements of tools and page, in any order', async () => {
    vi.useFakeTimers();
    const says = (tool: string, ...whats: string[]) =>
      fc.constantFrom(...['granted', 'denied', ...whats].map((what) => ({ tool, what })));
    const anything = fc.oneof(
      says('shopify', 'silent', 'asks', 'not-required'),
      says('tcf', 'silent', 'asks', 'not-required'),
      says('google', 'silent', 'asks', 'not-required', 'replaced'),
      says('wordpress'),
      says('page'),
    );
    const property = fc.asyncProperty(fc.array(anything, { maxLength: 10 }), async (messages) => {
      vi.unstubAllGlobals();
      vi.stubGlobal('document', new EventTarget());
      const page = new ToolPage();
      const consenter = {
        consent: async (given: string) => {
          page.level = given;
        },
        status: async () => ({ ...STATUS, consent: page.level as 'pending' }),
      };
      const disconnect = connectConsent(consenter, 'auto', { wait: 1e6 });
      try {
        for (const { tool, what } of messages) {
          page.do(tool, what);
          // Time to find new tools.
          await vi.advanceTimersByTimeAsync(700);
          expect(page.level).toBe(page.rule.level);
        }
      } finally {
        disconnect();
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

describe('a function of the shop', () => {
  it('sets levels, and is notified of the end', async () => {
    let set: (level: 'granted' | 'denied' | 'pending' | 'session') => void = () => undefined;
    const end = vi.fn();
    const disconnect = connect((given) => {
      set = given;
      set('pending');
      return end;
    });
    set('session');
    await becomes('session');
    set('granted');
    await becomes('granted');
    set('pending');
    await becomes('pending');
    expect(asked).toEqual(['session', 'granted', 'pending']);
    disconnect();
    set('granted');
    await pause(10);
    expect([await level(), end.mock.calls.length]).toEqual(['pending', 1]);
  });

  it('deletes no profile before it has an answer', async () => {
    await engine.consent('granted');
    for (const first of ['pending', 'session'] as const) {
      connect((set) => set(first));
      await pause(20);
    }
    expect([asked, await level()]).toEqual([[], 'granted']);
  });

  it('the last of several answers counts, also while the recommender starts', async () => {
    let begin: (recommender: Consenter) => void = () => undefined;
    const starting = new Promise<Consenter>((resolve) => {
      begin = resolve;
    });
    connectConsent(starting, (set) => {
      set('granted');
      set('denied');
      set('granted');
      set('denied');
    });
    begin(recommender);
    await becomes('denied');
    expect(asked).toEqual(['denied']);
    const seen = reports.length;
    connect((set) => {
      set('granted');
      setTimeout(() => set('denied'));
    });
    await pause(200);
    expect([await level(), await databases()]).toEqual(['denied', []]);
    // A grant that was withdrawn before it was carried out is not a failure.
    expect(outcomes().slice(seen)).not.toContain('failed');
  });

  it.each([true, 'GRANTED', null, 1, {}])('ignores %s', async (given) => {
    connect((set) => (set as (level: unknown) => void)(given));
    await pause(5);
    expect([asked, outcomes()]).toEqual([[], ['ignored']]);
  });

  it('reports what the function throws, also later', async () => {
    connect(() => {
      throw new Error('at once');
    });
    connect(async () => {
      throw new Error('later');
    });
    await vi.waitFor(() => expect(reports).toMatchObject([{ message: 'at once' }, { message: 'later' }]));
  });

  it('a recommender that fails is reported with its code, on the console if nobody listens', async () => {
    const blocked = vi
      .spyOn(DeviceStore, 'open')
      .mockRejectedValue(Object.assign(new Error('Shut off'), { code: 'x' }));
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    connect((set) => set('granted'));
    await vi.waitFor(() =>
      expect(reports).toMatchObject([{ outcome: 'failed', level: 'granted', message: 'Shut off' }]),
    );
    expect(warn).not.toHaveBeenCalled();
    disconnects.push(connectConsent(recommender, (set) => set('granted')));
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    blocked.mockRestore();
  });
});

describe('a recommender that does not start', () => {
  /** Data that an earlier visit left on the device. */
  const leave = (name: string): Promise<void> =>
    new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });

  it.each<[string, () => Promise<Consenter>]>([
    ['where the bundle cannot be reached', () => Promise.reject(new Error('bundle/unreachable'))],
    ['where the bundle is on its way', () => new Promise(() => undefined)],
  ])('%s a refusal by the tool still deletes, at once', async (_, starting) => {
    await leave('sidestream/outlet');
    const gtag = googleTag();
    gtag('consent', 'update', { personalization_storage: 'denied' });
    disconnects.push(
      connectConsent(starting(), 'auto', { namespace: 'outlet', onReport: (given) => reports.push(given) }),
    );
    await vi.waitFor(async () => expect(await databases()).not.toContain('sidestream/outlet'));
    expect(outcomes()).not.toContain('failed');
  });

  it('a withdrawn grant is deleted too, and a grant is reported as failed', async () => {
    await leave('sidestream/outlet');
    const options = { namespace: 'outlet', onReport: (given: ConsentReport) => reports.push(given) };
    let set: (level: 'granted' | 'pending') => void = () => undefined;
    disconnects.push(
      connectConsent(
        Promise.reject(new Error('bundle/unreachable')),
        (given) => {
          set = given;
        },
        options,
      ),
    );
    set('granted');
    await vi.waitFor(() => expect(outcomes()).toEqual(['failed']));
    expect(await databases()).toContain('sidestream/outlet');
    set('pending');
    await vi.waitFor(() => expect(outcomes()).toEqual(['failed', 'applied']));
    expect(await databases()).not.toContain('sidestream/outlet');
  });
});

describe('arguments', () => {
  it.each<[string, unknown, object]>([
    ['source', 'cookiebot', {}],
    ['source', null, {}],
    ['purposes', 'tcf', { purposes: [] }],
    ['purposes', 'tcf', { purposes: ['1'] }],
    ['wait', 'auto', { wait: -1 }],
    ['"purpose"', 'tcf', { purpose: [1] }],
    ['type', 'google', { type: '' }],
  ])('a wrong %s connects nothing, and is reported', async (name, source, options) => {
    new Tcf().load({ gdprApplies: false });
    connect(source as ConsentSource, options);
    await pause(10);
    expect(reports).toMatchObject([{ outcome: 'invalid', message: expect.stringContaining(name) }]);
    expect(asked).toEqual([]);
  });

  it('on a server it does nothing', () => {
    vi.unstubAllGlobals();
    expect(connectConsent(recommender, 'auto')()).toBeUndefined();
    expect(Reflect.has(globalThis, 'dataLayer')).toBe(false);
  });
});
