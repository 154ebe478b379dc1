import script from '../../../examples/shopify/assets/sidestream-shopify.js?raw';
import german from '../../../examples/shopify/locales/de.schema.json?raw';
import english from '../../../examples/shopify/locales/en.default.schema.json?raw';
import french from '../../../examples/shopify/locales/fr.schema.json?raw';
import pixel from '../../../examples/shopify/pixel/sidestream-pixel.js?raw';
import section from '../../../examples/shopify/sections/sidestream-recs.liquid?raw';
import snippet from '../../../examples/shopify/snippets/sidestream-page.liquid?raw';

/** The line of the section after which its addresses are known. */
const ADDRESSES = /^ {2}assign scripts = .*\n/m;

/** Without an address in its settings, Studio's section reads the files of its own theme. */
const OWN_FILES = `  assign own = 'manifest.json' | asset_url | split: 'manifest.json' | first
  if settings_of.bundle == blank
    assign bundle = own
  endif
  if settings_of.scripts == blank
    assign scripts = own
  endif
`;

/**
 * Studio's items are products with their handle as id, and those of the theme's files are variants. Nothing can be put into the cart
 * by a handle, so cards have no button for it.
 */
const BY_HANDLE = {
  section: [
    ['product.selected_or_first_available_variant.id', 'product.handle'],
    ['shown.selected_or_first_available_variant.id', 'shown.handle'],
    [/^.*settings_of\.add_to_cart.*\n/m, ''],
    [/^.*"id": "add_to_cart".*\n/m, ''],
  ],
  snippet: [
    ['"{{ variant.id }}"', '{{ product.handle | json }}'],
    ['"{{ line.variant_id }}"', '{{ line.product.handle | json }}'],
  ],
  script: [
    ['{ variant_id: variant, ', '{ handle: variant, '],
    ["new FormData(form).get('id')", "new FormData(form).get('id') && page.product?.id"],
  ],
  pixel: [
    [
      'const itemOf = ({ id }) => numberOf(id);',
      "const itemOf = ({ product }) => decodeURIComponent(/\\/products\\/([^/?#]+)/.exec(product.url)?.[1] ?? '');",
    ],
  ],
} as const;

const byHandle = (text: string, kind: keyof typeof BY_HANDLE): string =>
  BY_HANDLE[kind].reduce((changed, [from, to]) => changed.replace(from, to), text);

/** The files for a Shopify theme, by their paths. */
export const THEME: Readonly<Record<string, string>> = {
  'assets/sidestream-shopify.js': byHandle(script, 'script'),
  'sections/sidestream-recs.liquid': byHandle(section, 'section').replace(ADDRESSES, (line) => `${line}${OWN_FILES}`),
  'snippets/sidestream-page.liquid': byHandle(snippet, 'snippet'),
  'pixel/sidestream-pixel.js': byHandle(pixel, 'pixel'),
  'locales/de.schema.json': german,
  'locales/en.default.schema.json': english,
  'locales/fr.schema.json': french,
};
