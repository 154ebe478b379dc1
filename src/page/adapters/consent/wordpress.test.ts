import { describe, expect, it, vi } from 'vitest';
import { ConsentPage, WpConsent } from '../../../../testing/consent-page';
import { pause } from '../../../../testing/short-delays';

const page = new ConsentPage();

describe('WP Consent API', () => {
  it('waits for the banner, follows the answer about preferences and its revocation', async () => {
    const banner = new WpConsent('optin');
    page.connect('wordpress');
    banner.answer('allow', 'marketing');
    await pause(10);
    expect(page.asked).toEqual([]);
    banner.answer('allow');
    await page.becomes('granted');
    banner.answer('deny');
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    expect(page.asked).toEqual(['granted', 'denied']);
  });

  it('knows an earlier answer at once, and a banner that needs none', async () => {
    new WpConsent('optin').cookie = 'wp_consent_preferences=allow';
    page.connect('wordpress');
    await page.becomes('granted');
    await page.start();
    new WpConsent('optout');
    page.connect('wordpress');
    await page.becomes('granted');
    await page.start();
    new WpConsent('optout').cookie = 'wp_consent_preferences=deny';
    page.connect('wordpress');
    await page.becomes('denied');
  });

  it('without a banner nothing is granted, although the API allows everything', async () => {
    const api = new WpConsent();
    page.connect('wordpress', { wait: 20 });
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['not-found']));
    expect([page.asked, await page.level()]).toEqual([[], 'pending']);
    api.answer('allow');
    await page.becomes('granted');
  });

  it('ignores an answer that is no boolean, reports what is thrown, and ends with the connection', async () => {
    const banner = new WpConsent('optin');
    vi.stubGlobal('wp_has_consent', () => 1);
    page.connect('wordpress')();
    vi.stubGlobal('wp_has_consent', () => {
      throw new Error('no');
    });
    page.connect('wordpress')();
    expect(page.outcomes()).toEqual(['ignored', 'failed']);
    const disconnect = page.connect('wordpress');
    disconnect();
    vi.stubGlobal('wp_has_consent', () => true);
    banner.answer('allow');
    await pause(10);
    expect(page.asked).toEqual([]);
  });
});
