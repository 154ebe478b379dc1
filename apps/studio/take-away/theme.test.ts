import { parseHTML } from 'linkedom';
import { Liquid, type TagToken, type TopLevelToken } from 'liquidjs';
import { expect, it, vi } from 'vitest';
import { THEME } from './theme';

const engine = new Liquid({ templates: { 'sidestream-page': '[{{ bundle }} {{ scripts }}]' } });
engine.registerTag('schema', {
  parse(_tag: TagToken, remaining: TopLevelToken[]) {
    remaining.length = 0;
  },
  render: () => '',
});
engine.registerFilter('asset_url', (name: string) => `//shop.example/cdn/shop/t/3/assets/${name}?v=123`);

const section = (settings: Record<string, unknown>, objects: Record<string, unknown> = {}): Promise<string> =>
  engine.parseAndRender(THEME['sections/sidestream-recs.liquid'] ?? '', { section: { settings }, ...objects });

it('reads the files of the theme itself if the settings have no address', async () => {
  const own = '//shop.example/cdn/shop/t/3/assets/';
  const html = await section({ placement: 'for-you', bundle: '', scripts: '' });
  for (const part of [`bundle="${own}"`, `src="${own}sidestream.js"`, `[${own} ${own}]`]) expect(html).toContain(part);
  const elsewhere = await section({
    placement: 'for-you',
    bundle: 'https://host.example/b/',
    scripts: 'https://host.example/s',
  });
  for (const part of ['bundle="https://host.example/b/"', 'src="https://host.example/s/sidestream.js"'])
    expect(elsewhere).toContain(part);
});

it('writes addresses from the settings as text', async () => {
  const address = `/x"'></script><script>alert(1)</script>`;
  const html = await section({ placement: 'for-you', bundle: address, scripts: address, background: address });
  const [head] = html.split('[');
  expect(head).not.toContain('alert(1)</script>');
  expect(head).not.toMatch(/="\/x"/);
  const { document } = parseHTML(`<html><body>${head}</body></html>`);
  expect(document.querySelectorAll('script')).toHaveLength(1);
  const snippet = await engine.parseAndRender(THEME['snippets/sidestream-page.liquid'] ?? '', {
    bundle: html.slice(html.indexOf('[') + 1, html.lastIndexOf(' ')),
  });
  expect(snippet.match(/<\/script>/g)).toHaveLength(2);
});

it('knows products by their handle, as the bundle of Studio does', async () => {
  const product = { handle: 'jumper', selected_or_first_available_variant: { id: 7, price: 1900 } };
  const settings = { placement: 'similar', add_to_cart: true };
  expect(await section(settings, { product })).toContain('item-id="jumper"');
  expect(await section(settings, { product })).not.toContain('add-to-cart');
  const shown = { products: [product, { handle: 'scarf' }] };
  expect(await section(settings, { collection: shown })).toContain('[&#34;jumper&#34;,&#34;scarf&#34;]');
  const cart = { currency: { iso_code: 'EUR' }, items: [{ variant_id: 7, product, quantity: 2, final_price: 1900 }] };
  const page = await engine.parseAndRender(THEME['snippets/sidestream-page.liquid'] ?? '', { product, cart });
  expect(page).toContain('"product": { "id": "jumper", "price": 19 }');
  expect(page).toContain('{ "id": "jumper", "quantity": 2');
  const script = THEME['assets/sidestream-shopify.js'] ?? '';
  expect(script).toContain('const { handle: variant, quantity');
  expect(script).toContain("get('id') && page.product?.id;");
  let noted = '[]';
  const localStorage = {
    getItem: async () => noted,
    setItem: async (_key: string, text: string) => {
      noted = text;
    },
  };
  const subscribe = vi.fn();
  const init = { customerPrivacy: { preferencesProcessingAllowed: true } };
  const run = new Function('analytics', 'browser', 'init', 'api', THEME['pixel/sidestream-pixel.js'] ?? '');
  run({ subscribe }, { localStorage }, init, { customerPrivacy: { subscribe: vi.fn() } });
  const bought = { id: '7', price: { amount: 19 }, product: { url: '/products/j%C3%A4rsey?variant=7' } };
  const checkout = { order: { id: '1' }, currencyCode: 'EUR', lineItems: [{ quantity: 1, variant: bought }] };
  await subscribe.mock.calls[0][1]({ data: { checkout } });
  expect(JSON.parse(noted)).toMatchObject([{ items: [{ id: 'järsey', quantity: 1, price: 19 }] }]);
  // The schema is JSON without the setting.
  const [, schema = ''] = /{% schema %}(.*){% endschema %}/s.exec(THEME['sections/sidestream-recs.liquid'] ?? '') ?? [];
  expect(JSON.stringify(JSON.parse(schema))).not.toContain('add_to_cart');
});
