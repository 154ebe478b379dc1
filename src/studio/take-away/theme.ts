import script from '../../../examples/shopify/assets/sidestream-shopify.js?raw';
import german from '../../../examples/shopify/locales/de.schema.json?raw';
import english from '../../../examples/shopify/locales/en.default.schema.json?raw';
import french from '../../../examples/shopify/locales/fr.schema.json?raw';
import section from '../../../examples/shopify/sections/sidestream-recs.liquid?raw';
import snippet from '../../../examples/shopify/snippets/sidestream-page.liquid?raw';

/** The files for a Shopify theme, by their paths. */
export const THEME: Readonly<Record<string, string>> = {
  'assets/sidestream-shopify.js': script,
  'sections/sidestream-recs.liquid': section,
  'snippets/sidestream-page.liquid': snippet,
  'locales/de.schema.json': german,
  'locales/en.default.schema.json': english,
  'locales/fr.schema.json': french,
};
