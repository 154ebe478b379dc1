import type { BrowserContext, Page } from '@playwright/test';
import { logOf, serveHeadless } from './support/headless';
import { expect, test } from './support/shop';

/** Google's snippet, with the defaults that a page sends on every load. */
const GOOGLE = `<script>
  window.dataLayer = window.dataLayer || [];
  function gtag() { dataLayer.push(arguments); }
  gtag('consent', 'default', { ad_storage: 'denied', personalization_storage: 'denied', wait_for_update: 500 });
</script>`;
/** Shopify's objects as a theme has them: the API comes with \`loadFeatures\`. The answer is kept as the shop's cookie is. */
const SHOPIFY = `<script>
  let preferences = new URLSearchParams(location.search).get('answered') || '';
  const customerPrivacy = {
    preferencesProcessingAllowed: () => preferences === 'yes',
    currentVisitorConsent: () => ({ marketing: '', analytics: '', preferences, sale_of_data: '' }),
    setTrackingConsent(given) {
      preferences = given.preferences ? 'yes' : 'no';
      document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { preferencesAllowed: given.preferences } }));
    },
  };
  window.Shopify = {
    loadFeatures(features, loaded) { setTimeout(() => { window.Shopify.customerPrivacy = customerPrivacy; loaded(); }, 50); },
  };
</script>`;
/** The stub of a tool with TCF 2.2, which keeps calls until \`loadCmp\`. */
const TCF = `<script>
  const queue = [], listeners = new Map();
  let data = { tcString: '', gdprApplies: true, purpose: { consents: {} }, eventStatus: 'cmpuishown' };
  window.__tcfapi = (...call) => void queue.push(call);
  window.say = (eventStatus, ...purposes) => {
    data = { ...data, eventStatus, tcString: 'C', purpose: { consents: Object.fromEntries(purposes.map((n) => [n, true])) } };
    for (const [listenerId, callback] of listeners) callback({ ...data, listenerId }, true);
  };
  window.loadCmp = () => {
    window.__tcfapi = (command, version, callback, id) => {
      if (command !== 'addEventListener') return callback(listeners.delete(id), true);
      listeners.set(listeners.size, callback);
      callback({ ...data, listenerId: listeners.size - 1 }, true);
    };
    for (const call of queue.splice(0)) window.__tcfapi(...call);
  };
</script>`;

/** A page with the two lines that a shop pastes. A click on a card opens \`next.html\`. */
const page = (tool: string, attributes: string): string => `<!doctype html><html lang="en"><meta charset="utf-8">
<title>A shop</title><link rel="icon" href="data:,">${tool}
<sidestream-recs bundle="/bundle/" limit="4" href-template="/next.html?id={id}" ${attributes}></sidestream-recs>
<sidestream-recs bundle="/bundle/" limit="4" placement="trending" ${attributes}></sidestream-recs>
<script type="module" src="/sidestream/sidestream.js"></script>`;

async function serve(context: BrowserContext, tool: string, attributes: string): Promise<void> {
  await serveHeadless(context);
  const body = page(tool, attributes);
  for (const name of ['shop', 'next'])
    await context.route(`**/${name}.html*`, (route) => route.fulfill({ body, contentType: 'text/html' }));
}

const cards = (on: Page) => on.locator('sidestream-recs').first().locator('[data-id]');
async function open(on: Page, address: string): Promise<void> {
  await on.goto(address);
  await expect(cards(on).first()).toBeVisible();
}
const listed = async (on: Page): Promise<(string | null)[]> => {
  await expect(cards(on).first()).toBeVisible();
  return cards(on).evaluateAll((all) => all.map((card) => card.getAttribute('data-id')));
};
/** State of the recommender that the lists of the page share. */
const statusOf = (on: Page) =>
  on.evaluate(async () => document.querySelector('sidestream-recs')?.activeRecommender?.status.get());
const consentOf = async (on: Page): Promise<string | undefined> => (await statusOf(on))?.consent;
const eventsOf = async (on: Page): Promise<number | undefined> => (await statusOf(on))?.events;
const databases = (on: Page) => on.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
const stored = (on: Page) => on.evaluate(() => Object.keys(sessionStorage));
/** Runs a line of the tool's page. */
const run = (on: Page, line: string) => on.evaluate(line);
const ours = ['sidestream/default'];

test('Google: two pasted lines wait for the answer, follow it, and delete when it is withdrawn', async ({
  page: tab,
  context,
}) => {
  await serve(context, GOOGLE, 'consent="auto"');
  await open(tab, '/shop.html');
  const fresh = await listed(tab);
  await cards(tab)
    .nth(2)
    .locator('a')
    .click({ modifiers: ['ControlOrMeta'] });
  await expect.poll(() => eventsOf(tab)).toBe(1);
  expect([await consentOf(tab), await databases(tab), await stored(tab)]).toEqual(['pending', [], []]);
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'granted' })");
  await expect.poll(() => consentOf(tab)).toBe('granted');
  expect(await logOf(tab)).toContain(fresh[2]);

  // The default of the next page's load neither reads the profile nor deletes it.
  await open(tab, '/next.html');
  expect([await consentOf(tab), await eventsOf(tab), await databases(tab)]).toEqual(['pending', 0, ours]);
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'granted' })");
  await expect.poll(() => eventsOf(tab)).toBe(1);
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'denied' })");
  await expect.poll(() => databases(tab)).toEqual([]);
  expect(await consentOf(tab)).toBe('denied');
});

test('Shopify: an earlier answer counts before the first list, and its withdrawal counts at once', async ({
  page: tab,
  context,
}) => {
  await serve(context, SHOPIFY, 'consent="shopify"');
  await open(tab, '/shop.html');
  expect(await consentOf(tab)).toBe('pending');
  await run(tab, 'customerPrivacy.setTrackingConsent({ preferences: true })');
  await expect.poll(() => databases(tab)).toEqual(ours);
  await open(tab, '/next.html?answered=yes');
  await expect.poll(() => consentOf(tab)).toBe('granted');
  await run(tab, 'customerPrivacy.setTrackingConsent({ preferences: false })');
  await expect.poll(() => databases(tab)).toEqual([]);
});

test('TCF: the call is queued by the stub, answered, and withdrawn in the dialog', async ({ page: tab, context }) => {
  await serve(context, TCF, 'consent="auto"');
  await open(tab, '/shop.html');
  await run(tab, 'loadCmp()');
  expect([await consentOf(tab), await databases(tab)]).toEqual(['pending', []]);
  await run(tab, "say('useractioncomplete', 1, 5, 6)");
  await expect.poll(() => databases(tab)).toEqual(ours);
  await run(tab, "say('cmpuishown', 1, 5, 6)");
  await run(tab, "say('useractioncomplete', 1)");
  await expect.poll(() => databases(tab)).toEqual([]);
  // One connection for both lists.
  expect(await run(tab, 'listeners.size')).toBe(1);
});

test('a function of the shop sets consent in a script with its own recommender', async ({ page: tab, context }) => {
  await serve(context, '', '');
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
    <sidestream-recs limit="4"></sidestream-recs>
    <script type="module">
      import { createRecommender } from '/sidestream/sidestream.js';
      import { connectConsent } from '/sidestream/adapters.js';
      window.reports = [];
      const onReport = ({ outcome, level }) => window.reports.push([outcome, level]);
      const recommender = createRecommender({ bundle: '/bundle/', consent: 'pending' });
      const answer = new EventTarget();
      window.answer = (level) => void answer.dispatchEvent(Object.assign(new Event('answer'), { level }));
      connectConsent(recommender, (set) => answer.addEventListener('answer', ({ level }) => set(level)), { onReport });
      document.querySelector('sidestream-recs').recommender = await recommender;
    </script>`;
  await context.route('**/own.html', (route) => route.fulfill({ body, contentType: 'text/html' }));
  await open(tab, '/own.html');
  for (const [n, level, left] of [
    [1, 'granted', ours],
    [2, 'denied', []],
  ] as const) {
    await run(tab, `answer('${level}')`);
    await expect.poll(() => databases(tab)).toEqual(left);
    // The database is there before the answer is carried out, and an answer that a later one replaces is not reported.
    await expect.poll(() => run(tab, 'reports.length')).toBe(n);
  }
  await run(tab, 'answer(true)');
  const reports = '[["applied","granted"],["applied","denied"],["ignored",null]]';
  expect(await run(tab, 'JSON.stringify(reports)')).toBe(reports);
});

test('a withdrawal deletes the profile in all tabs, and a missing button breaks nothing', async ({
  page: tab,
  context,
}) => {
  await serveHeadless(context);
  const body = (choices: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
    <link rel="icon" href="data:,"><aside id="remember" hidden><button value="granted">Yes</button></aside>${choices}
    <script type="module">
      import { askConsent, notedConsent } from '/sidestream/consent.js';
      import { createRecommender } from '/sidestream/sidestream.js';
      const starting = createRecommender({ bundle: '/bundle/', consent: notedConsent() });
      askConsent(starting, { question: '#remember', choices: '#choices' });
      const shop = await starting;
      window.level = async () => (await shop.status.get()).consent;
    </script>`;
  const pages = [
    ['full', '<button id="choices">Privacy choices</button>'],
    ['bare', ''],
  ] as const;
  for (const [name, choices] of pages)
    await context.route(`**/${name}.html`, (route) => route.fulfill({ body: body(choices), contentType: 'text/html' }));
  const level = (on = tab) => expect.poll(() => run(on, 'window.level?.()'));
  await tab.goto('/full.html');
  await tab.click('[value="granted"]');
  await level().toBe('granted');
  await expect.poll(() => databases(tab)).toEqual(ours);
  const bare = await context.newPage();
  const reported = bare.waitForEvent('pageerror');
  await bare.goto('/bare.html');
  expect((await reported).message).toContain('choices "#choices" matches no element of this page');
  await level(bare).toBe('granted');
  await tab.click('#choices');
  await expect.poll(() => databases(tab)).toEqual([]);
  for (const on of [tab, bare]) await level(on).toBe('pending');
  await tab.reload();
  await level().toBe('pending');
  expect(await databases(tab)).toEqual([]);
  await expect(tab.locator('#remember')).toBeVisible();
});

test('a profile is deleted unread if the visitor refused on another page', async ({ page: tab, context }) => {
  await serve(context, GOOGLE, 'consent="google"');
  await open(tab, '/shop.html');
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'granted' })");
  await expect.poll(() => databases(tab)).toEqual(ours);
  const fresh = await listed(tab);
  await cards(tab)
    .nth(3)
    .locator('a')
    .click({ modifiers: ['ControlOrMeta'] });
  await expect.poll(() => listed(tab)).not.toEqual(fresh);
  const denied = `${GOOGLE}<script>gtag('consent', 'update', { personalization_storage: 'denied' })</script>`;
  // The tab that the click opened may still be loading.
  await context.unrouteAll({ behavior: 'wait' });
  await serve(context, denied, 'consent="google"');
  await open(tab, '/next.html');
  expect(await listed(tab)).toEqual(fresh);
  await expect.poll(() => databases(tab)).toEqual([]);
  expect(await statusOf(tab)).toMatchObject({ consent: 'denied', events: 0 });
});

test('a refusal through the tool deletes the profile even if the bundle cannot be reached', async ({
  page: tab,
  context,
}) => {
  await serve(context, GOOGLE, 'consent="google"');
  await open(tab, '/shop.html');
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'granted' })");
  await expect.poll(() => databases(tab)).toEqual(ours);
  await context.route('**/bundle/**', (route) => route.fulfill({ status: 404 }));
  await tab.goto('/next.html');
  await expect(tab.locator('sidestream-recs').first()).toHaveAttribute('state', 'hidden');
  expect(await databases(tab)).toEqual(ours);
  await run(tab, "gtag('consent', 'update', { personalization_storage: 'denied' })");
  await expect.poll(() => databases(tab)).toEqual([]);
});

test('a page without the attribute loads none of its code', async ({ page: tab, context }) => {
  const asked: string[] = [];
  tab.on('request', (request) => asked.push(request.url()));
  await serve(context, GOOGLE, '');
  await open(tab, '/shop.html');
  await expect.poll(() => asked.some((url) => url.includes('page-watch'))).toBe(true);
  expect(asked.filter((url) => /consent|visit-|hand-over/.test(url))).toEqual([]);
});
