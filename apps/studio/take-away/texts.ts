import reserved from '../../../examples/plain/lists.css?raw';
import { IMAGE_BASE } from '../serve';

const SCRIPT = '<script type="module" src="/sidestream/sidestream.js"></script>';
/** Lists whose shop has a consent tool. */
const FOLLOWING = ' bundle="/bundle/" consent="auto"';

/** What a shop states in each list. */
export interface ShopLines {
  /** Code of the currency; empty if it is not known. */
  currency: string;
  /** Address of a product's page, with `{id}`; null if the products have addresses of their own. */
  address: string | null;
}

export const listLine = (source: string, attributes: string, { currency, address }: ShopLines): string => {
  const stated = `${currency ? ` currency="${currency}"` : ''}${address === null ? '' : ` href-template="${address}"`}`;
  return `<sidestream-recs${source} ${attributes}${stated}></sidestream-recs>`;
};

/** The two lines to paste into a shop's pages. */
export const twoLines = (shop: ShopLines): string =>
  `${SCRIPT}
${listLine(FOLLOWING, 'placement="for-you"', shop)}`;

/** Two more lists, for the page of a product. */
export const productLines = (shop: ShopLines): string =>
  ['similar', 'complement']
    .map((placement) => listLine(FOLLOWING, `placement="${placement}" item-id="ID OF THE PRODUCT"`, shop))
    .join('\n');

/** Instead of the two lines, for a shop without a consent tool: the list with the shop's own question. */
export const askingLines = (shop: ShopLines): string => `<script type="module">
  import { askConsent, notedConsent } from '/sidestream/consent.js';
  import { createRecommender } from '/sidestream/sidestream.js';

  const starting = createRecommender({ bundle: '/bundle/', consent: notedConsent() });
  askConsent(starting, { question: '#remember', choices: '#choices' });
  const recommender = await starting;
  for (const list of document.querySelectorAll('sidestream-recs')) list.recommender = recommender;
</script>
${listLine('', 'placement="for-you"', shop)}
<aside id="remember" hidden>
  Remember what I like on this device? The shop learns from what you look at, in your browser. Nothing is sent anywhere.
  <button type="button" value="granted">Yes</button>
  <button type="button" value="denied">No</button>
</aside>
<button type="button" id="choices">Privacy choices</button>`;

/** A page that shows the lists, from any web server. @param language of the products, for the words of the lists */
export const testPage = (language: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Test page of the recommender</title>
    <link rel="icon" href="data:," />
    <style>
      :root {
        color-scheme: light dark;
        font: 1rem / 1.5 system-ui, sans-serif;
      }
      main {
        max-inline-size: 72rem;
        margin: 2rem auto;
        padding-inline: 1rem;
      }
      sidestream-recs {
        display: block;
        margin-block: 2rem;
      }
${indented(reserved.trim(), '      ')}
      #product img {
        max-inline-size: min(16rem, 100%);
        max-block-size: 16rem;
      }
    </style>
    <script type="module">
      import { createRecommender } from './sidestream/sidestream.js';

      // The shop's own profile stays as it is: this one is kept apart, from page to page, until "Forget".
      const recommender = await createRecommender({ bundle: 'bundle/', namespace: 'test page', consent: 'granted' });
      document.querySelector('#forget').addEventListener('click', () => recommender.profile.reset());
      const id = new URLSearchParams(location.search).get('item');
      const item = id === null ? null : await recommender.catalog.get(id);
      // Products name their pictures from the root of the host; this page finds them beside itself, too.
      const beside = (event) => {
        const address = event.target.getAttribute?.('src') ?? '';
        if (!address.startsWith('/images/')) return;
        event.stopImmediatePropagation();
        event.target.src = address.slice(1);
      };
      for (const list of document.querySelectorAll('sidestream-recs')) {
        list.shadowRoot.addEventListener('error', beside, true);
        if (item) list.itemId = item.id;
        list.lang = '${language}';
        list.recommender = recommender;
      }
      if (item) {
        document.querySelector('#product').hidden = false;
        document.querySelector('#product h2').textContent = item.title;
        const image = document.querySelector('#product img');
        image.addEventListener('error', beside);
        if (item.image) image.src = item.image;
        else image.remove();
        await recommender.track('view', item.id);
      }
    </script>
  </head>
  <body>
    <main>
      <h1>Test page of the recommender</h1>
      <p>Choose a few products: the lists follow. They are computed in this browser, and nothing is sent anywhere.
        <button type="button" id="forget">Forget</button></p>
      <section id="product" hidden>
        <p><a href="index.html">All lists</a></p>
        <h2></h2>
        <img alt="" />
        <sidestream-recs placement="similar" href-template="?item={id}"></sidestream-recs>
        <sidestream-recs placement="complement" href-template="?item={id}"></sidestream-recs>
      </section>
      <sidestream-recs placement="for-you" href-template="?item={id}"></sidestream-recs>
      <sidestream-recs placement="trending" href-template="?item={id}"></sidestream-recs>
    </main>
  </body>
</html>
`;

/** Guide to the files on a web server. */
export const readme = ({ pictures, lines }: { pictures: boolean; lines: ShopLines }): string => `Your recommender
================

Made with Sidestream Studio. Everything here is static files: any web server will do.


1. Upload

   sidestream/   to   /sidestream/   the script of the lists
   bundle/       to   /bundle/       your products; upload manifest.json last
${pictures ? `   images/       to   ${IMAGE_BASE}       the pictures\n` : ''}
   To test it first, upload this whole folder anywhere and open its index.html.
   Opened from the disk, without a web server, the page stays empty.


2. Paste

   These two lines into a page of your shop, where the list should be:

${indented(twoLines(lines))}
${
  lines.address === null
    ? ''
    : `
   Your products have no addresses. href-template says where their pages are:
   {id} is replaced by the id of the product.
`
}
   On the page of a product, two more lists, with its id:

${indented(productLines(lines))}

   And this into the style sheet of your shop, so that nothing moves when the lists appear:

${indented(reserved.trim())}

   ${lines.currency ? '' : 'currency="EUR" shows prices in euros. '}The words of the lists are in the language of your page,
   <html lang="...">.

   The lists follow what a shopper opens. With consent="auto" they follow the consent tool of your shop:
   once the shopper has agreed there, they remember it on the shopper's device; until then they forget it
   when the page is left. A shop without a consent tool asks by itself. Instead of the two lines, on every page:

${indented(askingLines(lines))}

   The lists on the page of a product are then without bundle and consent, too.


3. Later

   When your products change, make the bundle again in Studio and upload bundle/ again,
   manifest.json last. Keep the old files for a day: pages that are open still read them.


To look inside, with Node:  npx sidestream inspect bundle
`;

/** Guide to the files in a Shopify theme. */
export const shopifyReadme = (pictures: boolean): string => `Your recommender, as files of a Shopify theme
=============================================

Made with Sidestream Studio. It was tried with a model of Shopify's theme engine, not in a live store:
work on a copy of your theme. "Online Store", "Themes", "..." , "Duplicate", then "Edit code",
or Shopify's command line (shopify theme push), which takes many files at once.


1. assets/      All files into the theme's folder "assets".
                Upload manifest.json last.
2. sections/    sidestream-recs.liquid into "sections".
3. snippets/    sidestream-page.liquid into "snippets".
4. locales/     Do not upload these files. Copy their entry "sections.sidestream" into the
                files of the same name in your theme, inside "sections".
5. In the theme editor: "Add section", "Recommendations". Leave "Address of the bundle" and
   "Address of the scripts" empty: the section then reads the files of the theme.
6. pixel/       Not a file of the theme. In the admin, "Settings", "Customer events", "Add custom
                pixel", paste it: the lists then know what was bought. Its first lines say more.

The section "Recommendations" knows products, not variants: its cards lead to the product's page, and have
no button that adds to the cart.
${
  pictures
    ? `
Pictures: some of your products name their picture by a file. A theme has no folder for these
pictures. Take the export of Shopify instead, which has the addresses of the pictures, or put
the files on a host of your own (the other kind of download).
`
    : ''
}
If your products change every day: Shopify keeps copies of theme files for long, so shoppers may see the
old list for a while. On a host of your own they see the new one at once: see "A Shopify shop" in the manual.
`;

const indented = (text: string, by = '   '): string =>
  text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
