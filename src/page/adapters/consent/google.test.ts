import { describe, expect, it, vi } from 'vitest';
import { ConsentPage, googleTag } from '../../../../testing/consent-page';
import { log } from '../../../../testing/served-shop';
import { pause } from '../../../../testing/short-delays';

const page = new ConsentPage();

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
    page.connect('google');
    await page.engine.track('click', 'a', {});
    await pause(20);
    expect([page.asked, await page.databases()]).toEqual([[], []]);
    gtag('consent', 'update', GRANTED);
    await page.becomes('granted');
    expect(await page.databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', DENIED);
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    expect(page.asked).toEqual(['granted', 'denied']);
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['applied', 'applied']));
  });

  it('a later visit: the default `denied` of every page load does not delete a granted profile', async () => {
    await page.engine.consent('granted');
    await page.engine.track('click', 'a', {});
    await page.start('pending');
    const gtag = googleTag();
    gtag('consent', 'default', DENIED);
    page.connect('google');
    await pause(20);
    expect(await page.databases()).toEqual(['sidestream/test']);
    gtag('consent', 'update', GRANTED);
    await page.becomes('granted');
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['a']);
  });

  it('reads earlier pushes as one state, also as arrays, and may connect before the data layer exists', async () => {
    googleTag([
      ['consent', 'default', DENIED],
      ['consent', 'update', GRANTED],
      ['consent', 'update', DENIED],
      ['consent', 'update', GRANTED],
    ]);
    page.connect('google');
    await page.becomes('granted');
    expect(page.asked).toEqual(['granted']);
    vi.stubGlobal('dataLayer', undefined);
    page.connect('google');
    const layer: unknown = Reflect.get(globalThis, 'dataLayer');
    expect(layer).toHaveLength(0);
    googleTag(layer as unknown[])('consent', 'update', DENIED);
    await page.becomes('denied');
  });

  it('a default `granted` counts if no update arrives within its wait', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted', wait_for_update: 60 });
    page.connect('google');
    await pause(20);
    expect(page.asked).toEqual([]);
    await page.becomes('granted');
    gtag('consent', 'default', DENIED);
    // A default never overrides an earlier update, but a later default replaces an earlier one.
    await page.becomes('pending');
  });

  it('an update within the wait is the answer', async () => {
    const gtag = googleTag();
    gtag('consent', 'default', { personalization_storage: 'granted', wait_for_update: 60 });
    page.connect('google');
    gtag('consent', 'update', { personalization_storage: 'denied' });
    gtag('consent', 'default', { personalization_storage: 'granted' });
    await page.becomes('denied');
    await pause(80);
    expect(page.asked).toEqual(['denied']);
  });

  it('a default with a region says nothing about this shopper', async () => {
    const gtag = googleTag();
    const regional = (state: string, region?: string[]): void =>
      gtag('consent', 'default', { personalization_storage: state, ...(region ? { region } : {}) });
    regional('granted', ['US-CA']);
    page.connect('google');
    await pause(10);
    expect(page.asked).toEqual([]);
    regional('granted');
    regional('denied', ['US', 'ES']);
    await page.becomes('granted');
  });

  it('follows another type, and leaves commands alone that do not name it', async () => {
    const gtag = googleTag();
    page.connect('google', { type: 'functionality_storage' });
    gtag('consent', 'update', { personalization_storage: 'granted', ad_storage: 'granted' });
    await pause(10);
    expect(page.asked).toEqual([]);
    gtag('consent', 'update', { functionality_storage: 'granted' });
    await page.becomes('granted');
  });

  it('no unknown value counts as granted, and nothing throws into a push', async () => {
    const gtag = googleTag();
    page.connect('google');
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
    expect(page.asked).toEqual([]);
    expect(page.outcomes().filter((outcome) => outcome === 'ignored')).toHaveLength(10);
    expect(page.outcomes()).toContain('failed');
  });

  it('continues behind another script that wraps `push`, and ends with the connection', async () => {
    const layer: unknown[] = [];
    const gtag = googleTag(layer);
    const disconnect = page.connect('google');
    const ours = layer.push;
    layer.push = (...entries: unknown[]) => ours.apply(layer, entries);
    gtag('consent', 'update', GRANTED);
    await page.becomes('granted');
    disconnect();
    gtag('consent', 'update', DENIED);
    await pause(20);
    expect(await page.level()).toBe('granted');
  });
});
