import { execFileSync } from 'node:child_process';
import { expect, test } from './shop';

const folder = new URL('../embed/', import.meta.url);

/** What the README asks a shop to paste, with this server's addresses. */
const PAGE = `<!doctype html><html lang="en"><title>A shop</title>
<script type="module" src="/sidestream/sidestream.js"></script>
<sidestream-recs bundle="/bundle/" heading="Recommended for you" href-template="/product/{id}"></sidestream-recs>`;

test.beforeAll(() => {
  execFileSync('npm', ['run', 'embed'], { stdio: 'pipe' });
});

test('the lines of the README show recommendations on a page of the shop', async ({ page }) => {
  await page.route('**/a-shop.html', (route) => route.fulfill({ body: PAGE, contentType: 'text/html' }));
  await page.route('**/sidestream/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/sidestream/', '');
    return route.fulfill({ path: new URL(name, folder).pathname });
  });
  await page.goto('/a-shop.html');
  const card = page.locator('sidestream-recs [data-id]').first();
  await expect(card).toBeVisible();
  expect(await card.locator('a').getAttribute('href')).toMatch(/^\/product\//);
});
