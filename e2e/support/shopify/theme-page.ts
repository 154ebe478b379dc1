import { readFile } from 'node:fs/promises';
import { Liquid, type TagToken, type TopLevelToken } from 'liquidjs';

const ROOT = new URL('../../../examples/shopify/', import.meta.url);

/** A setting of the schema, with the attributes that Shopify documents beside the standard ones. */
interface Setting {
  type: string;
  id?: string;
  label?: string;
  content?: string;
  info?: string;
  default?: unknown;
  options?: { value: string; label: string }[];
  min?: number;
  max?: number;
  step?: number;
  unit?: string;
}
export interface Schema {
  name: string;
  settings: Setting[];
  presets: { name: string }[];
}

/** One of Shopify's Liquid objects, as far as the example reads it. */
export interface ThemeObjects {
  product?: object | null;
  collection?: object | null;
  cart: { currency: { iso_code: string }; items: object[] };
  shop: { currency: string };
  localization?: { market: { handle: string }; country: { iso_code: string } };
  routes: { root_url: string };
  request: { locale: { iso_code: string }; design_mode: boolean };
}

export const readExample = (name: string): Promise<string> => readFile(new URL(name, ROOT), 'utf8');

/** The JSON of the section's `schema` tag. */
export async function schema(): Promise<Schema> {
  const [, json = ''] =
    /\{% schema %\}([\s\S]*)\{% endschema %\}/.exec(await readExample('sections/sidestream-recs.liquid')) ?? [];
  return JSON.parse(json);
}

/** The values of a section that was just added: the defaults of its schema. */
export const defaults = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries((await schema()).settings.flatMap((one) => (one.id ? [[one.id, one.default ?? '']] : [])));

const engine = new Liquid({ root: new URL('snippets/', ROOT).pathname, extname: '.liquid', cache: true });
// Shopify removes this tag from the output.
engine.registerTag('schema', {
  parse(_tag: TagToken, remaining: TopLevelToken[]) {
    while (remaining.length > 0) if ((remaining.shift() as Partial<TagToken>).name === 'endschema') return;
  },
  render: () => '',
});
engine.registerFilter('asset_url', (name: string) => `/assets/${name}`);

/** A section as the theme renders it. @param given settings other than the defaults */
export async function section(objects: ThemeObjects, given: Record<string, unknown> = {}): Promise<string> {
  const settings = { ...(await defaults()), ...given };
  // Snippets see the objects of the page and their own arguments, but no variable of the section.
  return engine.parseAndRender(
    await readExample('sections/sidestream-recs.liquid'),
    { section: { settings } },
    { globals: objects },
  );
}
