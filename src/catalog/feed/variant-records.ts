import { type FeedRecord, isObject } from './feed-record';
import { groupIdOf, normalName, text } from './record-fields';

type Fields = Record<string, unknown>;
type ReadRecord = Extract<FeedRecord, { fields: Fields }>;

/** One row of Shopify's CSV export, by the names of its columns in lower case with `_` for spaces. */
interface TableRow {
  record: ReadRecord;
  cells: ReadonlyMap<string, unknown>;
}

/** Rows of one product that are read together, at most: Shopify allows 2,048 variants and 250 pictures. */
const MOST_ROWS = 4096;

/**
 * Replaces each product whose variants the feed lists by one record for each of them: a variant of a Shopify product, as
 * products.json lists them and as rows of the CSV export, and a `hasVariant` of a schema.org ProductGroup. Everything else
 * passes. In a table, rows of one product have to follow each other.
 */
export async function* variantRecords(records: AsyncIterable<FeedRecord>): AsyncGenerator<FeedRecord> {
  const names = new Map<string, string>();
  let product: TableRow | null = null;
  let rows: TableRow[] = [];
  function* flush(): Generator<FeedRecord> {
    if (product && rows.length > 0) yield* tableVariants(product, rows);
    rows = [];
  }
  for await (const record of records) {
    const row = 'fields' in record ? shopifyRow(record, names) : null;
    if (row) {
      const isNew = row.cells.get('handle') !== product?.cells.get('handle');
      if (isNew || rows.length >= MOST_ROWS) yield* flush();
      // A row that cannot be read may come between those of one product, which its first row describes.
      if (isNew) product = row;
      rows.push(row);
      continue;
    }
    yield* flush();
    if ('fields' in record && record.shape === 'shopify') yield* shopifyVariants(record);
    else if ('fields' in record && record.shape === 'json-ld') yield* groupVariants(record);
    else yield record;
  }
  yield* flush();
}

function shopifyVariants(record: ReadRecord): FeedRecord[] {
  const variants = Array.isArray(record.fields.variants) ? record.fields.variants.filter(isObject) : [];
  if (variants.length === 0) return [record];
  return variants.map((variant) => ({
    line: record.line,
    shape: 'shopify-variant',
    // A mapping names the fields of a variant by their path in the product.
    fields: { ...record.fields, variants: [variant] },
  }));
}

/** Properties of a node that only refers to a variant, which another page or node describes. */
const REFERENCE = ['@id', '@type', 'url'];
/** Properties that name a group and not its variants. */
const IDENTIFIERS = ['@id', 'productGroupID', 'sku', 'productID', 'mpn', 'gtin', 'gtin8', 'gtin12', 'gtin13', 'gtin14'];

function groupVariants(record: ReadRecord): FeedRecord[] {
  const { hasVariant, ...group } = record.fields;
  const variants = [hasVariant].flat().filter(isObject);
  const described = variants.filter((node) => Object.keys(node).some((name) => !REFERENCE.includes(name)));
  const inProductGroupWithID = groupIdOf(group);
  // What other nodes or pages describe names this group.
  if (variants.length > 0 && described.length === 0)
    return [{ ...record, fields: { ...record.fields, inProductGroupWithID } }];
  if (described.length === 0) return [record];
  const shared = Object.fromEntries(Object.entries(group).filter(([name]) => !IDENTIFIERS.includes(name)));
  return described.map((variant) => {
    const own = Object.fromEntries(Object.entries(variant).filter(([, value]) => value !== null && value !== ''));
    const fields: Fields = { ...shared, ...own, inProductGroupWithID };
    // Texts of the group, so that all of its variants have the same features.
    for (const name of ['name', 'description']) if (text(group[name])) fields[name] = group[name];
    for (const name of ['isVariantOf', 'productGroupID']) delete fields[name];
    if (own.url === undefined && hasAddress(own.offers)) delete fields.url;
    return { line: record.line, shape: 'json-ld', fields };
  });
}

const hasAddress = (offers: unknown): boolean =>
  [offers].flat().some((offer) => isObject(offer) && text(offer.url) !== undefined);

/** Columns of Shopify's CSV export, of which every row has one. */
const COLUMNS = ['option1_value', 'variant_sku', 'variant_price', 'image_src'];

/** @param names normalised names of columns by their names, kept from row to row */
function shopifyRow(record: ReadRecord, names: Map<string, string>): TableRow | null {
  if (record.shape !== 'columns') return null;
  const cells = new Map<string, unknown>();
  for (const [name, value] of Object.entries(record.fields)) {
    const known = names.get(name) ?? normalName(name);
    names.set(name, known);
    if (value !== '' && value !== null && !cells.has(known)) cells.set(known, value);
  }
  return cells.has('handle') && COLUMNS.some((column) => cells.has(column)) ? { record, cells } : null;
}

/** Options that a product of Shopify's has at most. */
const OPTIONS = [1, 2, 3];

/**
 * The variants of one product: of its rows, each one with an option, a SKU or a price is a variant, and all others bring
 * pictures.
 * @param product its first row, which describes it
 */
function tableVariants({ record: first, cells: own }: TableRow, rows: readonly TableRow[]): FeedRecord[] {
  const images = rows.flatMap(({ cells }) => cells.get('image_src') ?? []);
  const variants = rows.filter(({ cells }) => COLUMNS.slice(0, 3).some((column) => cells.has(column)));
  return variants.map(({ record: { line, fields }, cells }) => ({
    line,
    shape: 'shopify-variant',
    fields: {
      // Under the columns' own names too, which a mapping may name.
      ...first.fields,
      ...fields,
      handle: own.get('handle'),
      title: own.get('title'),
      body_html: own.get('body_(html)') ?? own.get('body_html'),
      product_type: own.get('type') ?? own.get('product_type'),
      vendor: own.get('vendor'),
      tags: own.get('tags'),
      images,
      options: OPTIONS.map((n) => ({ name: own.get(`option${n}_name`), position: n })),
      variants: [
        {
          id: cells.get('variant_id'),
          sku: cells.get('variant_sku') ?? (variants.length === 1 ? own.get('handle') : undefined),
          price: cells.get('variant_price'),
          compare_at_price: cells.get('variant_compare_at_price'),
          inventory_quantity: piecesOf(cells),
          available: isSoldOut(cells) ? false : undefined,
          featured_image: cells.get('variant_image'),
          ...Object.fromEntries(OPTIONS.map((n) => [`option${n}`, cells.get(`option${n}_value`)])),
        },
      ],
    },
  }));
}

function piecesOf(cells: TableRow['cells']): number | undefined {
  const pieces = Number(cells.get('variant_inventory_qty') ?? Number.NaN);
  return Number.isFinite(pieces) ? pieces : undefined;
}

/** Whether the shop counts the pieces, has none left, and sells no more than it has. */
const isSoldOut = (cells: TableRow['cells']): boolean =>
  (piecesOf(cells) ?? 1) <= 0 &&
  cells.has('variant_inventory_tracker') &&
  cells.get('variant_inventory_policy') === 'deny';
