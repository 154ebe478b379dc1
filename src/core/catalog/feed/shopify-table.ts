import type { FeedRecord, TextChunks } from './feed-record';
import { normalName } from './field-values';
import { type DelimitedDialect, delimitedRecords } from './read-delimited';
import { isWooTable } from './woocommerce';

type Fields = Record<string, unknown>;

/** Names of Shopify's columns: first the export's, then the newer template's. Compared in the form of `normalName`. */
const NAMES = {
  handle: ['handle', 'url_handle'],
  title: ['title'],
  body_html: ['body_(html)', 'body_html', 'description'],
  vendor: ['vendor'],
  type: ['type', 'custom_product_type', 'product_type'],
  category: ['product_category', 'standardized_product_type', 'standard_product_type'],
  tags: ['tags'],
  published: ['published', 'published_on_online_store'],
  status: ['status'],
  id: ['variant_id'],
  sku: ['variant_sku', 'sku'],
  price: ['variant_price', 'price'],
  compare_at_price: ['variant_compare_at_price', 'compare_at_price'],
  tracker: ['variant_inventory_tracker', 'inventory_tracker'],
  pieces: ['variant_inventory_qty', 'inventory_quantity'],
  policy: ['variant_inventory_policy', 'continue_selling_when_out_of_stock'],
  image: ['image_src', 'product_image_url'],
  variant_image: ['variant_image', 'variant_image_url'],
  option1_name: ['option1_name'],
  option2_name: ['option2_name'],
  option3_name: ['option3_name'],
  option1: ['option1_value'],
  option2: ['option2_value'],
  option3: ['option3_value'],
} as const;

type Column = keyof typeof NAMES;

/** Columns that no other table with handles has. */
const SHOPIFY_COLUMNS = ['option1_name', 'option1_value', 'variant_sku', 'variant_price'];

/** Maximum number of rows of one product: Shopify allows 2,048 variants and 250 pictures. */
const MAX_ROWS = 4096;

/** Maximum number of pictures kept: the pictures of an item, plus a variant's own, which may be one of them. */
const MAX_PICTURES = 12;

interface Row {
  line: number;
  fields: Fields;
  cell(column: Column): unknown;
}

/**
 * Reads a table. In one with Shopify's columns, in which a product has a row for each of its variants and pictures, the rows of
 * a product that follow each other become one record, of the shape that products.json has.
 * @param variants whether each variant becomes a record instead
 */
export async function* tableRecords(
  chunks: TextChunks,
  dialect: DelimitedDialect,
  variants: boolean,
): AsyncGenerator<FeedRecord> {
  let columns: ReadonlyMap<Column, readonly string[]> | null = null;
  let shape: 'columns' | 'woo-table' = 'columns';
  let product: Row | null = null;
  let rows: Row[] = [];
  /** Unreadable rows between the rows of the product. */
  let bad: FeedRecord[] = [];
  function* flush(): Generator<FeedRecord> {
    const made = product && rows.length > 0 ? productRecords(product, rows, variants, columns) : [];
    yield* [...made, ...bad].sort((a, b) => a.line - b.line);
    rows = [];
    bad = [];
  }
  for await (const record of delimitedRecords(chunks, dialect)) {
    if ('columns' in record) {
      columns = shopifyColumns(record.columns);
      if (isWooTable(record.columns)) shape = 'woo-table';
      continue;
    }
    if (columns === null) {
      yield 'fields' in record ? { ...record, shape } : record;
      continue;
    }
    if (rows.length + bad.length >= MAX_ROWS) yield* flush();
    if ('reason' in record) {
      bad.push(record);
      continue;
    }
    const row = rowOf(record.line, record.fields, columns);
    const handle = row.cell('handle');
    if (handle === undefined || handle !== product?.cell('handle')) {
      yield* flush();
      product = row;
    }
    rows.push(row);
  }
  yield* flush();
}

/** The columns of a table by their role in Shopify; null if the table is not from Shopify. */
function shopifyColumns(header: readonly string[]): ReadonlyMap<Column, readonly string[]> | null {
  const known = header.map((name) => [normalName(name), name] as const);
  const has = (names: readonly string[]): boolean => known.some(([name]) => names.includes(name));
  if (!has(NAMES.handle) || !has(NAMES.title) || !has(SHOPIFY_COLUMNS)) return null;
  return new Map(
    (Object.keys(NAMES) as Column[]).map((column) => [
      column,
      NAMES[column].flatMap((wanted) => known.filter(([name]) => name === wanted).map(([, name]) => name)),
    ]),
  );
}

function rowOf(line: number, fields: Fields, columns: ReadonlyMap<Column, readonly string[]>): Row {
  const cell = (column: Column): unknown => {
    const name = columns.get(column)?.find((name) => Object.hasOwn(fields, name));
    return name === undefined ? undefined : fields[name];
  };
  return { line, fields, cell };
}

/** Metafields of one variant; a mapping may name any other column of the product's first row. */
const OF_VARIANT = /\(variant\.metafields\./;

const OPTIONS = ['option1', 'option2', 'option3'] as const;

/**
 * The record of a product, or the records of its variants. Each row with an option, a SKU or a price is a variant; all other
 * rows add pictures. @param first its first row, which describes it
 */
function productRecords(
  first: Row,
  rows: readonly Row[],
  asVariants: boolean,
  columns: ReadonlyMap<Column, readonly string[]> | null,
): FeedRecord[] {
  const { cell } = first;
  const counted = ['tracker', 'pieces'].every((column) => (columns?.get(column as Column) ?? []).length > 0);
  const variants = rows
    .filter((row) => ([...OPTIONS, 'sku', 'price'] as const).some((column) => row.cell(column) !== undefined))
    .map((row) => ({ row, variant: variantOf(row, counted) }));
  const product = {
    handle: cell('handle'),
    title: cell('title'),
    body_html: cell('body_html'),
    product_type: categoryOf(cell('type'), cell('category')),
    vendor: cell('vendor'),
    tags: cell('tags'),
    published: cell('published'),
    status: cell('status'),
    images: rows.flatMap((row) => row.cell('image') ?? []).slice(0, MAX_PICTURES),
    options: OPTIONS.map((option, n) => ({
      name: cell(`${option}_name`),
      position: n + 1,
      values: variants.flatMap(({ variant }) => variant[option] ?? []),
    })),
  };
  // Also under the columns' own names, because a mapping may name them.
  if (!asVariants || variants.length === 0) {
    const fields = { ...first.fields, ...product, variants: variants.map(({ variant }) => variant) };
    return [{ line: rows[0].line, shape: 'shopify', fields }];
  }
  const shared = Object.fromEntries(Object.entries(first.fields).filter(([name]) => !OF_VARIANT.test(name)));
  return variants.map(({ row: { line, fields }, variant }) => {
    const sku = variant.sku ?? (variants.length === 1 ? product.handle : undefined);
    const own = { ...shared, ...fields, ...product, variants: [{ ...variant, sku }] };
    return { line, shape: 'shopify-variant', fields: own };
  });
}

/**
 * A variant as in products.json. Its stock is known if the shop counts it and does not oversell. @param counted whether the
 * table has stock counts
 */
function variantOf({ cell }: Row, counted: boolean): Fields {
  const text = cell('pieces');
  const pieces = text === undefined ? Number.NaN : Number(text);
  const limited = !/^(continue|true|yes)$/i.test(String(cell('policy'))) && cell('tracker') !== undefined;
  const known = Number.isFinite(pieces) && limited;
  return {
    id: cell('id'),
    sku: cell('sku'),
    price: cell('price'),
    compare_at_price: cell('compare_at_price'),
    inventory_quantity: known ? Math.max(0, pieces) : undefined,
    available: counted ? !known || pieces > 0 : undefined,
    featured_image: cell('variant_image'),
    ...Object.fromEntries(OPTIONS.map((option) => [option, cell(option)])),
  };
}

/**
 * The category of a product: the shop's own type, with the levels above it if its path in the taxonomy ends with that type; or,
 * without a type, the last level of the path.
 */
function categoryOf(type: unknown, path: unknown): unknown {
  if (typeof path !== 'string') return type;
  // A "/" in a name would split it.
  const levels = path.split('>').map((level) => level.trim().replaceAll('/', '-'));
  const last = levels.at(-1);
  if (type === undefined) return last;
  return type === last ? levels.join('/') : type;
}
