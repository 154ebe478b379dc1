import type { Page } from '@playwright/test';
import { packagePage, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

/** Code and message of what each call of a list of calls rejects with or throws; `fulfilled` where it does neither. */
const refusals = (page: Page, calls: string[]) =>
  page.evaluate(async (sources) => {
    const found: string[] = [];
    for (const source of sources) {
      try {
        await new Function('r', 'create', 'id', `return ${source}`)(
          window.recommender,
          window.sidestream.createRecommender,
          (await window.recommender.catalog.browse({ limit: 1 })).items[0].id,
        );
        found.push(`${source} fulfilled`);
      } catch (thrown) {
        const { code, message } = thrown as { code?: string; message: string };
        found.push(`${code} ${message}`);
      }
    }
    return found;
  }, calls);

/** Calls that mean nothing, and what their refusal must name. */
const MEANINGLESS: [call: string, named: RegExp][] = [
  ['create()', /bundle/],
  ['create({})', /bundle/],
  ['create({ bundel: "/bundle/" })', /bundle/],
  ['create({ bundle: 5 })', /bundle/],
  ['create({ bundle: "/bundle/", namespace: "n", bundel: 1 })', /Unknown option "bundel". Did you mean "bundle"\?/],
  ['create({ bundle: "/bundle/", namespace: "n", consent: true })', /consent: .*pending.*granted.*denied/],
  ['create({ bundle: "/bundle/", namespace: "n", consent: "yes" })', /consent: .*pending.*granted.*denied/],
  ['create({ bundle: "/bundle/", namespace: "n", market: 5 })', /market/],
  ['create({ bundle: "/bundle/", namespace: "n", learning: "no" })', /learning/],
  ['create({ bundle: "/bundle/", namespace: 3 })', /namespace/],
  ['create({ bundle: "/bundle/", namespace: "n", onProgress: 5 })', /onProgress/],
  ['create({ bundle: "/bundle/", namespace: "n", onMetric: {} })', /onMetric/],
  ['create({ bundle: "/bundle/", namespace: "n", rules: { diversty: 1 } })', /Unknown option "diversty".*"diversity"/],
  ['create({ bundle: "/bundle/", namespace: "n", rules: () => 1 })', /could not be cloned/],
  [
    'create({ bundle: "/bundle/", namespace: "n", experiment: { name: "a", varients: [] } })',
    /Unknown option "varients".*"variants"/,
  ],
  // The same for a recommender that is there already.
  ['create({ bundle: "/bundle/", bundel: 1 })', /Unknown option "bundel"/],
  ['create({ bundle: "/bundle/", consent: true })', /consent/],
  ['r.recommend({ limt: 3 })', /recommend\(\).*Unknown option "limt". Did you mean "limit"\?/],
  ['r.recommend({ limit: 1.5 })', /limit/],
  ['r.recommend(null)', /recommend\(\)/],
  ['r.recommend({ exclude: "a" })', /exclude/],
  ['r.recommend({}, { timout: 1000 })', /Unknown option "timout". Did you mean "timeout"\?/],
  ['r.recommend({}, { timeout: "1000" })', /timeout/],
  ['r.recommend({}, { signal: {} })', /signal/],
  ['r.explain(5)', /explain\(\).*itemId/],
  ['r.explain(id, { limt: 3 })', /"limit"/],
  ['r.track("clik", id)', /type.*click/],
  ['r.track("click", 5)', /itemId/],
  ['r.track("click", "a\\ud800")', /itemId/],
  ['r.track("click", id, { pric: 3 })', /Unknown option "pric". Did you mean "price"\?/],
  ['r.track("click", id, { price: () => 3 })', /could not be cloned/],
  ['r.track("impression", id, { price: () => 3 })', /could not be cloned/],
  ['r.profile.consent(true)', /pending.*granted.*denied/],
  ['r.profile.consent(false)', /pending.*granted.*denied/],
  ['r.profile.consent("yes")', /pending.*granted.*denied/],
  ['r.profile.consent()', /pending.*granted.*denied/],
  ['r.catalog.browse({ categry: "x" })', /Unknown option "categry". Did you mean "category"\?/],
  ['r.catalog.browse({ limit: -1 })', /limit/],
  ['r.catalog.browse({ offset: 0.5 })', /offset/],
  ['r.catalog.get(5)', /catalog\.get\(\)/],
  ['r.profile.rollback("1")', /profile\.rollback\(\)/],
  ['r.profile.export(5)', /profile\.export\(\).*passphrase/],
  ['r.profile.export("")', /profile\.export\(\).*passphrase/],
  ['r.profile.import("text")', /profile\.import\(\).*file/],
  ['r.profile.import(new Blob(["x"]), 5)', /profile\.import\(\).*passphrase/],
  ['r.catalog.insert({ title: "A", pricee: 5 })', /Unknown option "pricee". Did you mean "price"\?/],
  ['r.catalog.insert({ titel: "A" })', /title/],
  ['r.catalog.insert({ title: "A", image: "x" })', /image/],
  ['r.catalog.insert(null)', /catalog\.insert\(\)/],
  ['r.on("chnage", () => 1)', /change, progress, error/],
  ['r.on("change", 5)', /function/],
];

test('unknown names and invalid values are refused by name, and change nothing', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'pending');
  const found = await refusals(
    page,
    MEANINGLESS.map(([call]) => call),
  );
  const wrong = MEANINGLESS.flatMap(([call, named], n) =>
    found[n].startsWith('runtime/invalid-input ') && named.test(found[n]) ? [] : [`${call}: ${found[n]}`],
  );
  expect(wrong).toEqual([]);
  const { consent, events } = await page.evaluate(() => window.recommender.status.get());
  expect({ consent, events }).toEqual({ consent: 'pending', events: 0 });
  expect(page.workers()).toHaveLength(1);
});

test('an unreachable bundle is reported with its absolute address and what to check', async ({ page, context }) => {
  await serveHeadless(context);
  await context.route('**/page/manifest.json', (route) =>
    route.fulfill({ body: '<!doctype html><title>Shop</title>', contentType: 'text/html' }),
  );
  await context.route('**/gone/manifest.json', (route) => route.fulfill({ status: 404 }));
  await context.route('**/offline/manifest.json', (route) => route.abort());
  await startHeadless(page);
  const [html, missing, offline] = await refusals(page, [
    'create({ bundle: "page", namespace: "n" })',
    'create({ bundle: "/gone", namespace: "n" })',
    'create({ bundle: "/offline/", namespace: "n" })',
  ]);
  const { origin } = new URL(page.url());
  expect(html).toMatch(/^bundle\/invalid /);
  expect(html).toContain(`${origin}/page/manifest.json`);
  expect(html).toContain('web page');
  expect(missing).toMatch(/^bundle\/unreachable .*404/);
  expect(missing).toContain(`${origin}/gone/manifest.json`);
  expect(offline).toMatch(/^bundle\/unreachable .*CORS/);
  expect(offline).toContain(`${origin}/offline/manifest.json`);
});

test('a list of another bundle in a namespace that is in use is hidden, with a warning that says what to do', async ({
  page,
  context,
}) => {
  await serveHeadless(context);
  const warnings: string[] = [];
  page.on('console', (message) => void (message.type() === 'warning' && warnings.push(message.text())));
  await startHeadless(page);
  await page.evaluate(() => {
    const list = document.createElement('sidestream-recs');
    list.setAttribute('bundle', '/outlet/');
    document.body.append(list);
  });
  await expect(page.locator('sidestream-recs')).toHaveAttribute('state', 'hidden');
  await expect.poll(() => warnings.filter((text) => /other-bundle.*namespace="outlet"/.test(text))).toHaveLength(1);
});

/** Outcome of a call: `fulfilled`, a code, or `hangs` after 15 s. */
const OUTCOME = `async (call) => Promise.race([
  call.then(() => 'fulfilled', (thrown) => thrown.code ?? String(thrown)),
  new Promise((resolve) => setTimeout(resolve, 15000, 'hangs')),
])`;

/** @param source ends in an array of promises; it sees `r`, `create`, `id`, `crash()` and `wait(ms)` */
const outcomes = (page: Page, source: string): Promise<string[]> =>
  page.evaluate(
    async ([work, outcome]) => {
      const { items } = await window.recommender.catalog.browse({ limit: 1 });
      const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
      const calls = await new AsyncFunction('r', 'create', 'id', work)(
        window.recommender,
        window.sidestream.createRecommender,
        items[0].id,
      );
      return Promise.all(calls.map(new Function(`return ${outcome}`)()));
    },
    [source, OUTCOME] as const,
  );

/** Makes the worker of the page stop at once. */
const crash = (page: Page) =>
  page.workers()[0].evaluate(() => {
    setTimeout(() => {
      throw new Error('crashed by the test');
    });
  });

test('every call settles, whatever is closed or crashes meanwhile', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  // Calls under way have their answers, also the impression that waits for others; later ones are rejected.
  expect(
    await outcomes(
      page,
      `const early = [r.track('click', id), r.track('impression', id), r.recommend(), r.explain(id), r.status.settled()];
       const closes = [r.close(), r.close()];
       const late = [r.track('click', id), r.track('impression', id), r.recommend(), r.status.get(), r.profile.consent('denied')];
       await Promise.allSettled([...closes, ...late]);
       return [...early, ...closes, ...late, r.close(), r.recommend()];`,
    ),
  ).toEqual([...Array(7).fill('fulfilled'), ...Array(5).fill('runtime/closed'), 'fulfilled', 'runtime/closed']);
  await expect.poll(() => page.workers().length).toBe(0);

  // A product that is being added while the recommender is closed.
  await startHeadless(page, 'granted');
  expect(
    await outcomes(
      page,
      `const adding = r.catalog.insert({ title: 'A chair' });
       await new Promise((resolve) => setTimeout(resolve, 50));
       return [adding, r.close()];`,
    ),
  ).toEqual(['runtime/closed', 'fulfilled']);
  await expect.poll(() => page.workers().length).toBe(0);

  // A crash under calls that wait, and while it closes; what was tracked is kept.
  await startHeadless(page, 'granted');
  const waiting = page.evaluate(async (outcome) => {
    const settled: (call: Promise<unknown>) => Promise<string> = new Function(`return ${outcome}`)();
    const calls = Array.from({ length: 200 }, () => window.recommender.recommend({ limit: 100 }));
    return Promise.all(calls.map(settled));
  }, OUTCOME);
  await crash(page);
  expect(new Set(await waiting)).not.toContain('hangs');
  // Lists may all be there before the error is: a call after them would go to the worker that is about to end.
  await expect.poll(() => page.evaluate(() => window.codes)).toContain('runtime/worker-crashed');
  expect(await outcomes(page, `return [r.recommend()]`)).toEqual(['fulfilled']);
  expect((await page.evaluate(() => window.recommender.status.get())).events).toBe(1);
  // The worker that crashed is listed for a moment longer.
  await expect.poll(() => page.workers().length).toBe(1);
  await crash(page);
  // Without a list before it, which the crash would reject.
  const closing = await page.evaluate(async (outcome) => {
    const settled: (call: Promise<unknown>) => Promise<string> = new Function(`return ${outcome}`)();
    const r = window.recommender;
    return Promise.all([r.close(), r.close(), r.recommend()].map(settled));
  }, OUTCOME);
  expect(closing).not.toContain('hangs');
  await expect.poll(() => page.workers().length).toBe(0);
});

test('a worker that stops while it starts is reported, and the next call tries again', async ({ page, context }) => {
  await serveHeadless(context);
  let broken = true;
  await context.route('**/sidestream/worker.js', (route) =>
    broken
      ? route.fulfill({ body: 'throw new Error("crashed by the test")', contentType: 'text/javascript' })
      : route.fallback(),
  );
  await page.goto('/headless.html');
  await page.waitForFunction(() => 'sidestream' in window);
  const create = () =>
    page.evaluate(() =>
      window.sidestream.createRecommender({ bundle: '/bundle/' }).then(
        (recommender) => recommender.close(),
        ({ code }) => code as string,
      ),
    );
  expect(await create()).toBe('runtime/worker-crashed');
  await expect.poll(() => page.workers().length).toBe(0);
  broken = false;
  expect(await create()).toBe(undefined);
});

test('a crash does not bring back consent that the shopper withdrew', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  await page.evaluate(() => window.recommender.profile.consent('denied'));
  await crash(page);
  await expect.poll(() => page.evaluate(() => window.codes)).toContain('runtime/worker-crashed');
  const consent = () => page.evaluate(async () => (await window.recommender.status.get()).consent);
  expect(await consent()).toBe('denied');
  await page.evaluate(() => window.recommender.profile.consent('granted'));
  await page.evaluate(() => window.recommender.profile.forget());
  await crash(page);
  await expect.poll(() => page.evaluate(() => window.codes)).toHaveLength(2);
  expect(await consent()).toBe('pending');
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('an event reaches the other listeners when one throws', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'pending');
  const received = await page.evaluate(async () => {
    const { recommender } = window;
    const reported: string[] = [];
    window.addEventListener('error', (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      reported.push(event.message);
    });
    recommender.on('change', () => {
      throw new Error('the shop’s own');
    });
    const changed = new Promise<string>((resolve) => recommender.on('change', () => resolve('received')));
    const { items } = await recommender.catalog.browse({ limit: 1 });
    await recommender.track('click', items[0].id);
    return [await changed, reported.length > 0];
  });
  expect(received).toEqual(['received', true]);
});

/** Ids that the element shows. */
const shown = (page: Page) =>
  page
    .locator('sidestream-recs')
    .first()
    .locator('[data-id]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')));

const STYLE = '<style>sidestream-recs { display: block; min-height: 400px }</style>';
const LIST = '<sidestream-recs bundle="/bundle/" limit="6"></sidestream-recs>';

for (const first of ['element', 'script'] as const) {
  test(`element and script share one recommender, also when the ${first} comes first`, async ({ page, context }) => {
    await serveHeadless(context);
    const body = packagePage(first === 'element' ? STYLE + LIST : STYLE);
    await context.route('**/shop.html', (route) => route.fulfill({ body, contentType: 'text/html' }));
    await page.goto('/shop.html');
    await page.waitForFunction(() => 'sidestream' in window);
    if (first === 'element') await expect(page.locator('[data-id]')).toHaveCount(6);
    const [category, other] = await page.evaluate(async () => {
      // Options that the element has none of: they hold for its list as well.
      const bundle = new URL('bundle', document.baseURI).href;
      const rules = { filter: { price: { $lt: 60 } } };
      window.recommender = await window.sidestream.createRecommender({
        bundle,
        consent: 'granted',
        rules,
        learning: true,
      });
      const [one, two] = await window.recommender.catalog.categories();
      return [one.category, two.category];
    });
    if (first === 'script') {
      await page.evaluate(() => {
        const list = document.createElement('sidestream-recs');
        list.bundle = '/bundle/';
        list.limit = 6;
        document.body.append(list);
      });
    }
    await expect(page.locator('[data-id]')).toHaveCount(6);
    expect(page.workers()).toHaveLength(1);
    const prices = async () =>
      page.evaluate(
        async (ids) => Promise.all(ids.map(async (id) => (await window.recommender.catalog.get(id ?? ''))?.price ?? 0)),
        await shown(page),
      );
    await expect.poll(async () => Math.max(...(await prices()))).toBeLessThan(60);

    // Events that the script tracks reach the list.
    const before = await shown(page);
    await page.evaluate(async (name) => {
      const { items } = await window.recommender.catalog.browse({ category: name, limit: 4 });
      for (const { id } of items) await window.recommender.track('click', id);
    }, other ?? category);
    await expect.poll(() => shown(page)).not.toEqual(before);

    // Others join, with the same options, with fewer, and with those that belong to each caller; other values are rejected.
    const outcome = await page.evaluate(async () => {
      const { createRecommender } = window.sidestream;
      const rules = { filter: { price: { $lt: 60 } } };
      const joined = await createRecommender({ bundle: '/bundle/', rules, consent: 'granted' });
      const [own, others] = await Promise.all([joined.status.get(), window.recommender.status.get()]);
      const refused = await createRecommender({ bundle: '/bundle/', learning: false, rules: {} }).catch(
        (thrown) => thrown,
      );
      await joined.close();
      const closed = await joined.recommend().catch(({ code }) => code);
      const { items } = await window.recommender.recommend({ limit: 3 });
      return {
        events: [own.events, others.events],
        refused: `${refused.code} ${refused.message}`,
        closed,
        n: items.length,
      };
    });
    expect(outcome).toMatchObject({ events: [4, 4], closed: 'runtime/closed', n: 3 });
    expect(outcome.refused).toMatch(/^runtime\/invalid-input .*learning, rules: /);
    // The page's own handle is closed: the list keeps working.
    await page.evaluate(() => window.recommender.close());
    await page.evaluate(() => document.querySelector('sidestream-recs')?.refresh());
    await expect(page.locator('[data-id]')).toHaveCount(6);
    expect(page.workers()).toHaveLength(1);
  });
}

test('the last handle ends the worker, and a new handle starts another', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'pending');
  const events = await page.evaluate(async () => {
    const { createRecommender } = window.sidestream;
    const { items } = await window.recommender.catalog.browse({ limit: 5 });
    for (const { id } of items) await window.recommender.track('click', id);
    // An option that no caller has named yet restarts the worker, which keeps the profile in memory.
    const other = await createRecommender({ bundle: '/bundle/', rules: { diversity: 0 }, onMetric: () => undefined });
    const kept = (await other.status.get()).events;
    await window.recommender.close();
    const [fresh] = await Promise.all([other.status.get(), other.close()]).then(() =>
      Promise.all([
        createRecommender({ bundle: '/bundle/', rules: { diversity: 0 } }),
        createRecommender({ bundle: '/bundle/' }),
      ]),
    );
    return [kept, (await fresh.status.get()).events];
  });
  expect(events).toEqual([5, 0]);
  await expect.poll(() => page.workers().length).toBe(1);
});
