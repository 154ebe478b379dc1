import type { Page } from '@playwright/test';

/** The theme above the section, as plain as Shopify's own themes. */
const THEME = `body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: #1c1c1c } .page-width { max-width: 58.7rem; margin-inline: auto; padding-inline: 2rem }
  header { border-block-end: 1px solid #e3e3e3 } header .page-width { display: flex; justify-content: space-between; padding-block: 1rem }
  .product { display: grid; grid-template-columns: 15rem 1fr; gap: 2rem; padding-block-start: 2rem } .product img { inline-size: 15rem; background: #f4f4f4 }
  h1 { margin: 0 0 0.5rem; font-weight: 400 } .product button { inline-size: 100%; max-inline-size: 22rem; padding: 0.8rem; border: 0; background: #1c1c1c; color: #fff; font: inherit }`;

/** The page of a product of the demo in a Shopify theme: the section as the theme renders it, with the theme's script. */
export async function shopifyTheme(page: Page): Promise<void> {
  // Loaded late: most runs take no picture of it.
  const { readExample, section } = await import('../../e2e/support/shopify/theme-page');
  await page.goto('/');
  await page.locator('sidestream-recs [data-id]').first().waitFor();
  const item = await page.evaluate(async () => {
    const { recommender } = document.querySelector('sidestream-recs') ?? {};
    const { items = [] } = (await recommender?.find({ text: 'croissant', limit: 1 })) ?? {};
    return items[0]?.item;
  });
  const { id = '', title, description, price = 0, image } = item ?? {};
  const objects = {
    product: { title, selected_or_first_available_variant: { id, price: 100 * price } },
    cart: { currency: { iso_code: 'EUR' }, items: [] },
    shop: { currency: 'EUR' },
    routes: { root_url: '/' },
    request: { locale: { iso_code: 'en' }, design_mode: false },
  };
  const list = await section(objects, {
    placement: 'similar',
    heading: 'You may also like',
    limit: 5,
    accent: '#7a4b2a',
    dismissible: false,
    bundle: '/bundle/',
    scripts: '/sidestream/',
  });
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A store</title><style>${THEME}</style>
<header><div class="page-width"><strong>Example store</strong><span>Catalog &nbsp; Contact &nbsp; Cart</span></div></header>
<main><div class="page-width product"><img src="${image}" alt=""><div><h1>${title}</h1><p>€${price.toFixed(2)}</p><p>${description}</p><button>Add to cart</button></div></div>${list}</main>`;
  const script = await readExample('assets/sidestream-shopify.js');
  await page.route('**/assets/sidestream-shopify.js', (route) =>
    route.fulfill({ body: script, contentType: 'text/javascript' }),
  );
  await page.route('**/theme.html', (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto('/theme.html');
  await page.locator('sidestream-recs [data-id]').first().waitFor();
  await page.waitForLoadState('networkidle');
}
