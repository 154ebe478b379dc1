import { describe, expect, it, vi } from 'vitest';
import { ConsentPage, Shopify } from '../../../../testing/consent-page';
import { pause, shortenDelays } from '../../../../testing/short-delays';

const page = new ConsentPage();

// Sequences as in Shopify's documentation of the Customer Privacy API: the API is loaded by `loadFeatures`, an answer is
// announced by the event `visitorConsentCollected` on the document.
describe('Shopify Customer Privacy', () => {
  it('loads the API, waits for the banner, follows the answer and its revocation', async () => {
    const shopify = new Shopify();
    vi.stubGlobal('Shopify', shopify);
    page.connect('shopify');
    await pause(30);
    expect(shopify.features).toEqual([{ name: 'consent-tracking-api', version: '0.1' }]);
    expect(page.asked).toEqual([]);
    shopify.answer('yes');
    await page.becomes('granted');
    shopify.answer('no');
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    expect(page.asked).toEqual(['granted', 'denied']);
  });

  it('knows an earlier answer at once, and a region without a question', async () => {
    const shopify = new Shopify();
    shopify.customerPrivacy = shopify.api;
    shopify.required = false;
    vi.stubGlobal('Shopify', shopify);
    page.connect('shopify');
    await page.becomes('granted');
    shopify.answer('no');
    await page.becomes('denied');
  });

  it('is found when Shopify loads later, and a denial without details counts', async () => {
    shortenDelays();
    page.connect('shopify');
    await pause(20);
    const shopify = new Shopify();
    shopify.customerPrivacy = { preferencesProcessingAllowed: () => shopify.preferences === 'yes' };
    vi.stubGlobal('Shopify', shopify);
    await pause(80);
    expect(page.asked).toEqual([]);
    shopify.answer('no');
    await page.becomes('denied');
  });

  it.each([
    ['truthy', 1],
    ['a text', 'yes'],
    ['nothing', undefined],
    ['an object', {}],
  ])('ignores an answer that is %s', async (_, answer) => {
    vi.stubGlobal('Shopify', { customerPrivacy: { preferencesProcessingAllowed: () => answer } });
    page.connect('shopify');
    await pause(10);
    expect([page.asked, page.outcomes()]).toEqual([[], ['ignored']]);
  });

  it('reports what Shopify throws, and ends with the connection', async () => {
    const shopify = new Shopify();
    shopify.customerPrivacy = {
      preferencesProcessingAllowed: () => {
        throw new Error('no');
      },
    };
    vi.stubGlobal('Shopify', shopify);
    const disconnect = page.connect('shopify');
    expect(page.outcomes()).toEqual(['failed']);
    disconnect();
    shopify.customerPrivacy = shopify.api;
    shopify.answer('yes');
    await pause(20);
    expect(page.asked).toEqual([]);
  });
});
