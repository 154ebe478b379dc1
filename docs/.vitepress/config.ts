import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { defineConfig } from 'vitepress';
import llms from 'vitepress-plugin-llms';

/** Pages by what a reader wants: to learn, to do, to look up, to understand. */
const sidebar = [
  {
    text: 'Tutorials',
    items: [
      { text: 'A page in five minutes', link: '/tutorials/first-page' },
      { text: 'Without installing anything', link: '/tutorials/studio' },
      { text: 'Add it to the shop you have', link: '/tutorials/your-shop' },
      { text: 'A shop with a GA4 data layer', link: '/tutorials/ga4-shop' },
      { text: 'Train on your log', link: '/tutorials/train-on-your-log' },
    ],
  },
  {
    text: 'Catalogue',
    collapsed: true,
    items: [
      { text: 'Build and publish a bundle', link: '/how-to/build' },
      { text: 'Feeds', link: '/how-to/feeds' },
      { text: 'A Shopify shop', link: '/how-to/shopify' },
      { text: 'A WooCommerce shop', link: '/how-to/woocommerce' },
      { text: 'Variants of a product', link: '/how-to/variants' },
      { text: 'Languages and markets', link: '/how-to/languages' },
      { text: 'Prices and stock', link: '/how-to/offers' },
      { text: 'Other encoders', link: '/how-to/encoders' },
      { text: 'Build on several machines', link: '/how-to/several-machines' },
    ],
  },
  {
    text: 'Page',
    collapsed: true,
    items: [
      { text: 'Install', link: '/how-to/install' },
      { text: 'Frameworks and bundlers', link: '/how-to/frameworks' },
      { text: 'Routers', link: '/how-to/routers' },
      { text: 'Next', link: '/how-to/next' },
      { text: 'Angular', link: '/how-to/angular' },
      { text: 'Host it', link: '/how-to/host' },
      { text: 'Show lists', link: '/how-to/lists' },
      { text: 'Lists in HTML, mails and landing pages', link: '/how-to/static-lists' },
      { text: 'Rows and endless lists', link: '/how-to/rows' },
      { text: 'Cards', link: '/how-to/cards' },
      { text: 'Cart and bundles', link: '/how-to/cart' },
      { text: 'First visits', link: '/how-to/first-visits' },
      { text: 'Find by words or by a photo', link: '/how-to/find' },
      { text: 'Rules and filters', link: '/how-to/rules' },
      { text: 'Order the shop’s own lists', link: '/how-to/rerank' },
      { text: 'Lists without the element', link: '/how-to/api' },
      { text: 'Track events', link: '/how-to/events' },
      { text: 'Consent', link: '/how-to/consent' },
      { text: 'Keep, move or delete a profile', link: '/how-to/profiles' },
      { text: 'Tools for agents', link: '/how-to/agents' },
      { text: 'Offline', link: '/how-to/offline' },
    ],
  },
  {
    text: 'Examples to copy',
    collapsed: true,
    items: [
      { text: 'Which one', link: '/how-to/examples' },
      { text: 'Plain HTML', link: '/examples/plain' },
      { text: 'A shop of static pages', link: '/examples/static-shop' },
      { text: 'React', link: '/examples/react' },
      { text: 'Vue', link: '/examples/vue' },
      { text: 'A shop in Next', link: '/examples/next' },
      { text: 'A shop without a network', link: '/examples/offline' },
      { text: 'Files for a Shopify theme', link: '/examples/shopify' },
      { text: 'A plugin for WooCommerce', link: '/examples/woocommerce' },
      { text: 'Vendure', link: '/how-to/vendure' },
    ],
  },
  {
    text: 'Does it pay?',
    collapsed: true,
    items: [
      { text: 'A/B tests and metrics', link: '/how-to/experiments' },
      { text: 'Pilot', link: '/how-to/pilot' },
      { text: 'Train on your logs', link: '/how-to/train' },
      { text: 'Evaluate', link: '/how-to/evaluate' },
      { text: 'The inspector', link: '/how-to/inspector' },
    ],
  },
  {
    text: 'Reference',
    collapsed: true,
    items: [
      { text: 'Elements', link: '/reference/elements' },
      { text: 'API: sidestream', link: '/reference/api/' },
      { text: 'API: sidestream/adapters', link: '/reference/api/adapters' },
      { text: 'API: sidestream/consent', link: '/reference/api/consent' },
      { text: 'API: sidestream/pick', link: '/reference/api/pick' },
      { text: 'API: sidestream/find', link: '/reference/api/find' },
      { text: 'API: sidestream/rows', link: '/reference/api/rows' },
      { text: 'API: sidestream/inspector', link: '/reference/api/inspector' },
      { text: 'API: sidestream/encoders', link: '/reference/api/encoders' },
      { text: 'API: sidestream/react', link: '/reference/api/react' },
      { text: 'API: sidestream/vue', link: '/reference/api/vue' },
      { text: 'Command line', link: '/reference/cli' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'Bundle format', link: '/reference/bundle-format' },
      { text: 'Models', link: '/reference/models' },
      { text: 'Browsers', link: '/reference/browsers' },
    ],
  },
  {
    text: 'Explanation',
    collapsed: true,
    items: [
      { text: 'How it learns', link: '/explanation/learning' },
      { text: 'Two recipes', link: '/explanation/two-recipes' },
      { text: 'What the router guarantees', link: '/explanation/regret-bound' },
      { text: 'What a shopper downloads', link: '/explanation/downloads' },
      { text: 'Privacy', link: '/explanation/privacy' },
      { text: 'How it compares', link: '/explanation/peers' },
      { text: 'Evaluation and its limits', link: '/explanation/evaluation' },
      { text: 'The statistics of a pilot', link: '/explanation/pilot-statistics' },
      { text: 'Rooms of the code', link: '/explanation/rooms' },
      { text: 'Decisions', link: '/decisions/' },
    ],
  },
  {
    text: 'Results',
    collapsed: true,
    items: [
      { text: 'Measured', link: '/results/measured' },
      { text: 'Speed', link: '/results/speed' },
      { text: 'Tables of evaluations', link: '/results/RESULTS' },
      { text: 'Tables of benches', link: '/results/BENCH' },
      { text: 'On a GPU', link: '/results/gpu' },
    ],
  },
  {
    text: 'Coming from',
    collapsed: true,
    items: [
      { text: 'Algolia Recommend', link: '/coming-from/algolia' },
      { text: 'Recombee', link: '/coming-from/recombee' },
      { text: 'Nosto', link: '/coming-from/nosto' },
    ],
  },
  {
    text: 'Project',
    collapsed: true,
    items: [
      { text: 'Questions', link: '/questions' },
      { text: 'Changelog', link: '/changelog' },
      { text: 'Security', link: '/security' },
      { text: 'Contributing', link: '/contributing' },
    ],
  },
];

const english = {
  nav: [
    { text: 'Start', link: '/tutorials/first-page' },
    { text: 'Manual', link: '/manual' },
    { text: 'Reference', link: '/reference/elements' },
    { text: 'Results', link: '/results/measured' },
    { text: 'Demo', link: '/demo/', target: '_self' },
    { text: 'Playground', link: '/demo/#/playground', target: '_self' },
    { text: 'Studio', link: '/demo/studio.html', target: '_self' },
  ],
  sidebar,
};

const german = {
  nav: [
    { text: 'Erste Schritte', link: '/de/' },
    { text: 'Demo', link: '/demo/', target: '_self' },
    { text: 'Playground', link: '/demo/#/playground', target: '_self' },
    { text: 'Studio', link: '/demo/studio.html', target: '_self' },
  ],
  sidebar: [
    { text: 'Deutsch', items: [{ text: 'Eine Seite in fünf Minuten', link: '/de/' }] },
    { text: 'English', items: [{ text: 'The manual in English', link: '/manual' }] },
  ],
  outline: { label: 'Auf dieser Seite', level: [2, 3] as [number, number] },
  docFooter: { prev: 'Zurück', next: 'Weiter' },
  darkModeSwitchLabel: 'Darstellung',
  sidebarMenuLabel: 'Menü',
  returnToTopLabel: 'Nach oben',
  langMenuLabel: 'Sprache wechseln',
};

const japanese = {
  nav: [
    { text: 'はじめかた', link: '/ja/' },
    { text: '要素', link: '/ja/element' },
    { text: 'デモ', link: '/demo/', target: '_self' },
    { text: 'プレイグラウンド', link: '/demo/#/playground', target: '_self' },
  ],
  sidebar: [
    {
      text: '日本語',
      items: [
        { text: 'はじめかた', link: '/ja/' },
        { text: '5 分でつくる最初のページ', link: '/ja/first-page' },
        { text: '要素 <sidestream-recs>', link: '/ja/element' },
      ],
    },
    { text: 'English', items: [{ text: 'The manual in English', link: '/manual' }] },
  ],
  outline: { label: 'このページの内容', level: [2, 3] as [number, number] },
  docFooter: { prev: '前のページ', next: '次のページ' },
  darkModeSwitchLabel: '外観',
  sidebarMenuLabel: 'メニュー',
  returnToTopLabel: '先頭へ戻る',
  langMenuLabel: '言語を変える',
};

/** Changes of the generator's own components, whose markup assistive technology cannot read: what, and by what. */
const MENDED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // A section that opens and closes is a button; the mark in it must not be another one.
  'VPSidebarItem.vue': [
    ['class="caret"\n        role="button"', `class="caret"\n        :role="item.link ? 'button' : undefined"`],
    ['aria-label="toggle section"', `:aria-label="item.link ? 'toggle section' : undefined"`],
    [
      '@keydown.enter="onCaretClick"\n        tabindex="0"',
      '@keydown.enter="onCaretClick"\n        :tabindex="item.link ? 0 : undefined"',
    ],
    [':role="itemRole"', ':role="itemRole"\n      :aria-expanded="itemRole && collapsible ? !collapsed : undefined"'],
    ["e.key !== 'Enter'", "e.key !== 'Enter' && e.key !== ' '"],
  ],
  'VPHome.vue': [
    ['<div \n    class="VPHome"', '<main\n    class="VPHome"'],
    ['  </div>\n</template>', '  </main>\n</template>'],
  ],
};

const mendedTheme = {
  name: 'mended-theme',
  enforce: 'pre' as const,
  transform(code: string, id: string): string | undefined {
    const changes = MENDED[id.match(/theme-default\/components\/(\w+\.vue)$/)?.[1] ?? ''];
    return changes?.reduce((text, [what, by]) => {
      if (!text.includes(what))
        throw new Error(`${id} has changed: it does not contain ${what}. Adapt MENDED in config.ts.`);
      return text.replace(what, by);
    }, code);
  },
};

/** Sizes of the pictures by their names: with them, the text below stays where it is while a picture loads. */
const docs = fileURLToPath(new URL('../', import.meta.url));
const pictures = (await readdir(docs, { recursive: true })).filter((path) => /\.(webp|svg)$/.test(path));
const sizes = new Map(
  await Promise.all(pictures.map(async (path) => [basename(path), await sharp(docs + path).metadata()] as const)),
);

export default defineConfig({
  // The pages are collected from the whole repository.
  srcDir: '../.cache/site',
  cacheDir: '../.cache/vitepress',
  outDir: '../site',
  title: 'Sidestream',
  description: 'Product recommendations that are computed in the shopper’s browser.',
  // A link that leads nowhere ends the build.
  ignoreDeadLinks: false,
  lastUpdated: false,
  transformHead: ({ siteData }) => [
    ['link', { rel: 'icon', href: `${siteData.base}mark.svg`, type: 'image/svg+xml' }],
    ['meta', { name: 'theme-color', content: '#0b6e66' }],
  ],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.includes('-') } } },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (md) => {
      md.core.ruler.push('picture-sizes', ({ tokens }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const size = token.type === 'image' && sizes.get(basename(token.attrGet('src') ?? ''));
          if (!size) continue;
          token.attrSet('width', String(size.width));
          token.attrSet('height', String(size.height));
        }
      });
    },
  },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: english },
    de: { label: 'Deutsch', lang: 'de', link: '/de/', themeConfig: german },
    ja: { label: '日本語', lang: 'ja', link: '/ja/', themeConfig: japanese },
  },
  themeConfig: {
    logo: '/mark.svg',
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        miniSearch: {
          searchOptions: {
            // Guides first; history, reasons and tables after everything else. It is sent to pages as text, so it stands alone.
            boostDocument: (id: string) => {
              if (/\/(changelog|decisions\/|contributing|reference\/api\/|results\/|explanation\/rooms)/.test(id))
                return 0.02;
              return /\/(tutorials|how-to)\//.test(id) ? 2 : 1;
            },
          },
        },
      },
    },
    footer: {
      message: [
        ['manual', 'Manual'],
        ['questions', 'Questions'],
        ['explanation/privacy', 'Privacy'],
        ['security', 'Security'],
        ['changelog', 'Changelog'],
        ['contributing', 'Contributing'],
      ]
        .map(([path, text]) => `<a href="./${path}.html">${text}</a>`)
        .join(' · '),
      copyright: 'Sidestream is free software under the Apache License 2.0.',
    },
    // A page of the manual need not exist in every language.
    i18nRouting: false,
    outline: { level: [2, 3] },
    externalLinkIcon: false,
  },
  vite: {
    plugins: [mendedTheme, llms({ sidebar })],
    build: { chunkSizeWarningLimit: 2000 },
  },
});
