import reserved from '../../../examples/plain/lists.css?raw';
import { fill } from '../../../src/core/labels';
import { IMAGE_BASE } from '../serve';
import guide from './readme.txt?raw';
import shopifyGuide from './readme-shopify.txt?raw';

const SCRIPT = '<script type="module" src="/sidestream/sidestream.js"></script>';
/** Lists whose shop has a consent tool. */
const FOLLOWING = ' bundle="/bundle/" consent="auto"';

/** Values that a shop states in each list. */
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
const productLines = (shop: ShopLines): string =>
  ['similar', 'complement']
    .map((placement) => listLine(FOLLOWING, `placement="${placement}" item-id="ID OF THE PRODUCT"`, shop))
    .join('\n');

/** Instead of the two lines, for a shop without a consent tool: the list with the shop's own question. */
const askingLines = (shop: ShopLines): string => `<script type="module">
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

const IMAGES = `   images/       to   ${IMAGE_BASE}       the pictures\n`;
const WHERE = `   Your products have no addresses. href-template says where their pages are:
   {id} is replaced by the id of the product.
`;
const THEME_PICTURES = `Pictures: some of your products name their picture by a file. A theme has no folder for these
pictures. Take the export of Shopify instead, which has the addresses of the pictures, or put
the files on a host of your own (the other kind of download).
`;

/** Guide to the files on a web server. */
export const readme = ({ pictures, lines }: { pictures: boolean; lines: ShopLines }): string =>
  fill(guide, {
    images: pictures ? IMAGES : '',
    where: lines.address === null ? '' : WHERE,
    currency: lines.currency ? '' : 'currency="EUR" shows prices in euros. ',
    lines: indented(twoLines(lines)),
    productLines: indented(productLines(lines)),
    askingLines: indented(askingLines(lines)),
    styles: indented(reserved.trim()),
  });

/** Guide to the files in a Shopify theme. */
export const shopifyReadme = (pictures: boolean): string =>
  fill(shopifyGuide, { pictures: pictures ? THEME_PICTURES : '' });

const indented = (text: string, by = '   '): string =>
  text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
