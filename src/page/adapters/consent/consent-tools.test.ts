import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConsentPage, consents, googleTag, Shopify, Tcf, WpConsent } from '../../../../testing/consent-page';
import { STATUS } from '../../../../testing/fake-recommender';
import { pause, shortenDelays } from '../../../../testing/short-delays';
import { connectConsent, TOOLS } from '.';

const page = new ConsentPage();

describe('auto', () => {
  it('follows whichever has an answer, also one that is loaded late, and no tool lifts the refusal of another', async () => {
    shortenDelays();
    page.connect('auto');
    // It is not created on a page without Google.
    expect(Reflect.has(globalThis, 'dataLayer')).toBe(false);
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'denied' });
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await page.becomes('granted');
    const tcf = new Tcf();
    await vi.waitFor(() => expect(tcf.calls).toHaveLength(1));
    await pause(10);
    expect(page.asked).toEqual(['granted']);
    tcf.load({ eventStatus: 'tcloaded', ...consents(2) });
    await page.becomes('denied');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    const shopify = new Shopify();
    shopify.customerPrivacy = shopify.api;
    shopify.preferences = 'yes';
    vi.stubGlobal('Shopify', shopify);
    await pause(80);
    expect(await page.level()).toBe('denied');
    // The tool that refused changes its mind.
    tcf.say('useractioncomplete', consents(1, 5, 6));
    await page.becomes('granted');
    await vi.waitFor(() => expect(page.reports).toHaveLength(3));
    expect(page.reports).toMatchObject([
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
    page.connect('auto');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await page.becomes('granted');
    expect(await page.databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
  });

  it.each(SILENT)(
    '%s does not keep the profile of an earlier visit from being deleted by a refusal',
    async (_, appear) => {
      await page.engine.consent('granted');
      await page.engine.track('click', 'a', {});
      await page.start('granted');
      expect(await page.level()).toBe('granted');
      const gtag = googleTag();
      gtag('consent', 'default', { personalization_storage: 'denied' });
      appear();
      page.connect('auto');
      await pause(20);
      expect(await page.level()).toBe('granted');
      gtag('consent', 'update', { personalization_storage: 'denied' });
      await page.becomes('denied');
      await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    },
  );

  it("a refusal after the page's grant is followed, and silence does not lift the page's refusal", async () => {
    const gtag = googleTag();
    const tcf = new Tcf();
    tcf.load({});
    page.connect('auto');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await page.becomes('denied');
    await page.engine.consent('granted');
    gtag('event', 'scroll');
    await pause(10);
    expect(await page.level()).toBe('granted');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    await page.becomes('denied');
    gtag('consent', 'update', { personalization_storage: 'granted' });
    await page.becomes('granted');
  });

  it('a grant for which no answer is required waits for a silent tool, for a while', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    const disconnect = page.connect('auto', { wait: 60 });
    await pause(20);
    expect(page.asked).toEqual([]);
    await page.becomes('granted');
    disconnect();
    tcf.load({ eventStatus: 'useractioncomplete', ...consents(1) });
    await pause(20);
    expect(await page.level()).toBe('granted');
  });

  it.each(['auto', 'google'] as const)(
    '%s: reads what is pushed to an array that replaces the data layer',
    async (source) => {
      shortenDelays();
      googleTag()('consent', 'default', { personalization_storage: 'denied' });
      const disconnect = page.connect(source);
      const old = Reflect.get(globalThis, 'dataLayer') as unknown[];
      googleTag([...old])('consent', 'update', { personalization_storage: 'granted' });
      await page.becomes('granted');
      const gtag = googleTag([...(Reflect.get(globalThis, 'dataLayer') as unknown[])]);
      gtag('consent', 'update', { personalization_storage: 'denied' });
      await page.becomes('denied');
      gtag('consent', 'update', { personalization_storage: 'granted' });
      await page.becomes('granted');
      // Code that kept a reference to the first array.
      old.push(['consent', 'update', { personalization_storage: 'denied' }]);
      await page.becomes('denied');
      expect(page.asked).toEqual(['granted', 'denied', 'granted', 'denied']);
      disconnect();
      gtag('consent', 'update', { personalization_storage: 'granted' });
      googleTag()('consent', 'update', { personalization_storage: 'granted' });
      await pause(150);
      expect(await page.level()).toBe('denied');
    },
  );

  it('waits for a tool that asks, whatever a tool behind it allows', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    page.connect('auto');
    tcf.load({ eventStatus: 'cmpuishown' });
    await pause(20);
    expect(page.asked).toEqual([]);
    tcf.say('useractioncomplete', consents(1));
    await page.becomes('denied');
    expect(page.asked).toEqual(['denied']);
  });

  it('a withdrawn answer deletes the profile', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    page.connect('auto');
    await page.becomes('granted');
    tcf.say('tcloaded', { tcString: '' });
    await page.becomes('pending');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
  });

  it.each([
    ['fails', () => Promise.reject(new Error('crashed'))],
    ['never answers', () => new Promise<never>(() => undefined)],
  ])('withdraws a grant although the status %s', async (_, get) => {
    page.recommender = { ...page.recommender, status: { get } };
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    page.connect('auto');
    await page.becomes('granted');
    tcf.say('tcloaded', { tcString: '' });
    await page.becomes('pending');
    // The next page must not hear of the withdrawal.
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['applied', 'applied']));
  });

  it('asks all tools before the first answer counts', async () => {
    const gtag = googleTag();
    gtag('consent', 'update', { personalization_storage: 'granted' });
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents() });
    page.connect('auto');
    await page.becomes('denied');
    expect(page.asked).toEqual(['denied']);
  });

  it('without a tool everything stays as it is, and that is reported', async () => {
    page.connect('auto', { wait: 20 });
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['not-found']));
    expect([page.asked, await page.level()]).toEqual([[], 'pending']);
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

describe.each(TOOLS)('%s', (tool) => {
  it('waits for an answer, follows it and its withdrawal, and ends with the connection', async () => {
    const tools = new ToolPage();
    tools.do(tool, 'asks');
    const disconnect = page.connect(tool);
    await pause(20);
    expect([page.asked, await page.databases()]).toEqual([[], []]);
    tools.do(tool, 'granted');
    await page.becomes('granted');
    expect(await page.databases()).toEqual(['sidestream/test']);
    tools.do(tool, 'denied');
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    expect(page.asked).toEqual(['granted', 'denied']);
    disconnect();
    tools.do(tool, 'granted');
    await pause(10);
    expect(await page.level()).toBe('denied');
  });
});

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
      const shown = new ToolPage();
      const consenter = {
        profile: {
          consent: async (given: string) => {
            shown.level = given;
          },
        },
        status: { get: async () => ({ ...STATUS, consent: shown.level as 'pending' }) },
      };
      const disconnect = connectConsent(consenter, 'auto', { wait: 1e6 });
      try {
        for (const { tool, what } of messages) {
          shown.do(tool, what);
          // Time to find new tools.
          await vi.advanceTimersByTimeAsync(700);
          expect(shown.level).toBe(shown.rule.level);
        }
      } finally {
        disconnect();
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
