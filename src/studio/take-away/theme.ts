import script from '../../../examples/shopify/assets/sidestream-shopify.js?raw';
import german from '../../../examples/shopify/locales/de.schema.json?raw';
import english from '../../../examples/shopify/locales/en.default.schema.json?raw';
import french from '../../../examples/shopify/locales/fr.schema.json?raw';
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

/** The files for a Shopify theme, by their paths. */
export const THEME: Readonly<Record<string, string>> = {
  'assets/sidestream-shopify.js': script,
  'sections/sidestream-recs.liquid': section.replace(ADDRESSES, (line) => `${line}${OWN_FILES}`),
  'snippets/sidestream-page.liquid': snippet,
  'locales/de.schema.json': german,
  'locales/en.default.schema.json': english,
  'locales/fr.schema.json': french,
};
