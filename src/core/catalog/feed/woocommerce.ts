import { type FeedRecord, isObject, type NamedFields, type ReadRecord } from './feed-record';
import { isPresent, isUnpublished, lowest, normalName, objects, optionOf, total } from './field-values';

type Fields = Record<string, unknown>;

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

/** Maximum number of values of a cell. */
const MAX_VALUES = 100;

/** Fields of a row of WooCommerce's product CSV, joined to its product or variations by `joinVariations`. */
export const wooTableFields = (record: Fields): NamedFields => joinedFields(record, rowFields);

/** Fields of a product of WooCommerce's Store API, joined in the same way. */
export const wooStoreFields = (record: Fields): NamedFields => joinedFields(record, storeFields);

function joinedFields({ product, variation, children, ...own }: Fields, read: (fields: Fields) => NamedFields) {
  if (isObject(product) && isObject(variation)) return variationFields(read(product), read(variation));
  const named = read(own);
  return Array.isArray(children) ? productFields(named, children.filter(isObject).map(read)) : named;
}

/** A variable product: it has the price of its cheapest variation, and can be bought if one of them can. */
function productFields(product: NamedFields, children: readonly NamedFields[]): NamedFields {
  const sold = children.filter(({ unpublished }) => !unpublished);
  const prices = sold.flatMap(({ price, sale, listPrice }) =>
    typeof price === 'number' ? { now: typeof sale === 'number' ? sale : price, own: { price, sale, listPrice } } : [],
  );
  const states = sold.map(({ availability }) => availability);
  return {
    ...product,
    ...lowest(prices, ({ now }) => now)?.own,
    availability: [true, 'backorder', false].find((state) => states.includes(state)) ?? product.availability,
    quantity: product.quantity ?? total(sold.map(({ quantity }) => quantity)),
  };
}

/** A variation: texts and categories come from the product, because all of its variations must have the same text. */
function variationFields(product: NamedFields, variation: NamedFields): NamedFields {
  const { id, price, sale, listPrice, availability, quantity, image, url, attributes } = variation;
  const pictures = [product.image, product.images].flat().filter(isPresent);
  return {
    ...product,
    id,
    group: product.id,
    price,
    sale,
    listPrice,
    availability,
    // The stock of the product, if that is what the shop counts.
    quantity: quantity === 'parent' ? product.quantity : quantity,
    image: image ?? product.image,
    images: pictures.filter((picture) => picture !== (image ?? product.image)),
    url: url ?? product.url,
    unpublished: product.unpublished || variation.unpublished,
    attributes: {
      ...(isObject(product.attributes) ? product.attributes : {}),
      ...(isObject(attributes) ? attributes : {}),
    },
  };
}

/** The row of a product or variation, by the English names of WooCommerce's columns. */
function rowFields(row: Fields): NamedFields {
  const cells = new Map(Object.entries(row).map(([name, cell]) => [normalName(name), unescaped(cell)]));
  const cell = (name: string): string | undefined => cells.get(name);
  const id = cell('id') ?? cell('sku');
  const [image, ...images] = listOf(cell('images'));
  const dated = cell('date_sale_price_starts') ?? cell('date_sale_price_ends');
  const stock = cell('stock');
  const inStock = cell('in_stock?');
  const options = [...cells.keys()].flatMap((name) => {
    const [, n] = /^attribute_(\d+)_name$/.exec(name) ?? [];
    const option = cell(name);
    return n && option ? optionOf(option, listOf(cell(`attribute_${n}_value(s)`))) : [];
  });
  return {
    id,
    title: cell('name'),
    description: lines(cell('description') ?? cell('short_description')),
    category: categoriesOf(listOf(cell('categories'))),
    price: amountOf(cell('regular_price')),
    // As in other feeds: a build must not depend on its date.
    sale: dated === undefined ? amountOf(cell('sale_price')) : undefined,
    image,
    images,
    // The table has no addresses; WordPress leads from this one to the product's page. Variations have no page.
    url: cell('id') !== undefined && cell('parent') === undefined ? `/?p=${id}` : undefined,
    availability: inStock === '1' ? true : inStock === '0' ? false : inStock,
    quantity: cell('backorders_allowed?') === '1' ? undefined : stock === 'parent' ? stock : numberOf(stock),
    // 2: waits for a review. "hidden": only for those who have the address.
    unpublished:
      isUnpublished(undefined, cell('published')) ||
      cell('published') === '2' ||
      cell('visibility_in_catalog') === 'hidden',
    attributes: Object.fromEntries([
      ...options,
      ...optionOf('brand', listOf(cell('brands'))),
      ...optionOf('tags', listOf(cell('tags'))),
    ]),
  };
}

/** Without the apostrophe that keeps spreadsheets from running a cell as a formula. */
const unescaped = (cell: unknown): string | undefined =>
  typeof cell === 'string' ? cell.replace(/^'(?=[=+\-@\t\r])/, '') : undefined;

/** The line ends that the export writes as `\n`. */
const lines = (text: string | undefined): string | undefined =>
  text?.replace(/\\\\n|\\n/g, (found) => (found.length === 2 ? '\n' : '\\n'));

/** The values of a cell, in which a comma inside a value has a backslash before it. */
const listOf = (cell: string | undefined): string[] =>
  (cell?.split(/(?<!\\),/, MAX_VALUES) ?? [])
    .map((part) => part.replaceAll('\\,', ',').trim())
    .filter((part) => part !== '');

/** Paths of categories, without those that another one continues: products are often in "Men" and in "Men > Hats". */
const categoriesOf = (paths: readonly string[]): readonly string[] | undefined =>
  paths.length === 0 ? undefined : paths.filter((path) => !paths.some((other) => other.startsWith(`${path} > `)));

/** An amount of the table: without separators of thousands, with the shop's own decimal sign. Other texts are kept. */
const amountOf = (cell: string | undefined): unknown => numberOf(cell?.replace(/^(-?\d+),(\d+)$/, '$1.$2')) ?? cell;

const numberOf = (cell: string | undefined): number | undefined =>
  cell === undefined || Number.isNaN(Number(cell)) ? undefined : Number(cell);

/** A product of the Store API (`/wp-json/wc/store/v1/products`), whose amounts are in the smallest unit of the currency. */
function storeFields(product: Fields): NamedFields {
  const prices = isObject(product.prices) ? product.prices : {};
  const amount = (value: unknown): number | undefined => {
    const [units, digits] = [Number(value || Number.NaN), Number(prices.currency_minor_unit)];
    // A product without a price has 0, and cannot be bought.
    if (!Number.isFinite(units) || (units === 0 && product.is_purchasable === false)) return undefined;
    return Number((units / 10 ** digits).toFixed(digits));
  };
  const names = (terms: unknown): unknown[] => objects(terms).map(({ name }) => name);
  const [image, ...images] = objects(product.images).map(({ src }) => src);
  const { average_rating: rating, review_count: ratings, low_stock_remaining: quantity } = product;
  return {
    id: product.id,
    title: product.name,
    description: product.description || product.short_description,
    category: names(product.categories),
    price: amount(prices.price),
    listPrice: amount(prices.regular_price),
    currency: prices.currency_code,
    image,
    images,
    url: product.permalink,
    availability: product.is_on_backorder === true ? 'backorder' : product.is_in_stock,
    quantity: typeof quantity === 'number' ? quantity : undefined,
    ...(Number(ratings) > 0 ? { rating, ratings } : {}),
    attributes: Object.fromEntries([
      ...objects(product.attributes).flatMap(({ name, terms }) => optionOf(String(name), names(terms))),
      ...optionOf('brand', names(product.brands)),
      ...optionOf('tags', names(product.tags)),
    ]),
  };
}
