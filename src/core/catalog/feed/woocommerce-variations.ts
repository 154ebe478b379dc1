import { type FeedRecord, isObject } from './feed-record';
import { normalName } from './field-values';
import { objects } from './woocommerce-fields';

type Fields = Record<string, unknown>;
type ReadRecord = Extract<FeedRecord, { fields: Fields }>;

/** Variations of a product that are searched for their attributes. */
const MAX_VARIATIONS = 1000;

/** Columns that no other table with names and types has. */
const COLUMNS = ['in_stock?', 'is_featured?', 'visibility_in_catalog', 'backorders_allowed?', 'attribute_1_value(s)'];

/** Whether a table is WooCommerce's export of products, in English, with at least some of its columns. */
export function isWooTable(header: readonly string[]): boolean {
  const names = header.map(normalName);
  return ['type', 'name'].every((name) => names.includes(name)) && COLUMNS.some((name) => names.includes(name));
}

/** Whether a record of a JSON document is a product of WooCommerce's Store API. */
export const isStoreProduct = ({ prices }: Fields): boolean => isObject(prices) && 'currency_minor_unit' in prices;

/**
 * Joins the variations of WooCommerce's products, which are records of their own anywhere after or before their product, to the
 * product: as its `children`, or as one record each, with `product` and `variation`. Products with variations are held until the
 * end of the file, so only their number needs memory. All other records pass unchanged.
 * @param asVariants whether each variation becomes a record
 */
export async function* joinVariations(
  records: AsyncIterable<FeedRecord>,
  asVariants: boolean,
): AsyncGenerator<FeedRecord> {
  const products: ReadRecord[] = [];
  const byKey = new Map<string, ReadRecord>();
  const variations: { record: ReadRecord; parent: string }[] = [];
  for await (const record of records) {
    const { type = '', keys = [], parent = '' } = 'fields' in record ? placeOf(record) : {};
    if (!('fields' in record) || !/^variable|variation$/.test(type)) yield record;
    else if (type.endsWith('variation')) variations.push({ record, parent });
    else {
      products.push(record);
      for (const key of keys) if (!byKey.has(key)) byKey.set(key, record);
    }
  }
  const children = new Map<ReadRecord, ReadRecord[]>(products.map((product) => [product, []]));
  const joined: FeedRecord[] = [];
  for (const { record, parent } of variations) {
    const product = byKey.get(parent);
    if (product) children.get(product)?.push(record);
    else
      joined.push({
        line: record.line,
        reason: `is a variation of ${parent || 'no product'}, which is not in the file`,
      });
  }
  for (const [product, own] of children) {
    const { line, shape, fields } = product;
    if (asVariants && own.length > 0) joined.push(...own.map((variation) => variantOf(product, variation)));
    else joined.push({ line, shape, fields: { ...fields, children: own.map((variation) => variation.fields) } });
  }
  yield* joined.sort((a, b) => a.line - b.line);
}

/** Type of a record, the keys by which variations name it, and the key of its product. */
function placeOf({ shape, fields }: ReadRecord): { type?: string; keys?: string[]; parent?: string } {
  if (shape === 'woo-store')
    return { type: String(fields.type), keys: [`id:${fields.id}`], parent: `id:${fields.parent}` };
  if (shape !== 'woo-table') return {};
  const cell = (name: string): string => {
    const column = Object.keys(fields).find((column) => normalName(column) === name);
    return column === undefined ? '' : String(fields[column]);
  };
  // A downloadable product is "simple, downloadable".
  const [type] = cell('type').split(',');
  return {
    type,
    keys: [`id:${cell('id')}`, cell('sku')].filter((key) => !/^(id:)?$/.test(key)),
    parent: cell('parent'),
  };
}

/** A variation. A mapping finds its own columns first, then those of its product. */
function variantOf({ fields: product }: ReadRecord, { line, shape, fields }: ReadRecord): FeedRecord {
  const variation = shape === 'woo-store' ? { ...fields, attributes: chosenTerms(product, fields.id) } : fields;
  return { line, shape, fields: { ...product, ...fields, product, variation } };
}

/** The attributes of a variation, which the Store API has only in the list of its product, as slugs. */
function chosenTerms(product: Fields, id: unknown): Fields[] {
  const variation = objects(product.variations)
    .slice(0, MAX_VARIATIONS)
    .find((one) => one.id === id);
  return objects(variation?.attributes).flatMap(({ name, value }) => {
    const attribute = objects(product.attributes).find((one) => one.name === name);
    const term = objects(attribute?.terms).find(({ slug }) => slug === value);
    // Without a value, the shopper may choose any.
    return value ? [{ name, terms: [{ name: term?.name ?? value }] }] : [];
  });
}
