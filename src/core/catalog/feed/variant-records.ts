import { type FeedRecord, isObject } from './feed-record';
import { groupIdOf, text } from './json-ld-fields';

type Fields = Record<string, unknown>;
type ReadRecord = Extract<FeedRecord, { fields: Fields }>;

/**
 * Replaces each product whose variants the feed lists by one record for each of them: a variant of a Shopify product, as
 * products.json lists them, and a `hasVariant` of a schema.org ProductGroup. All other records pass unchanged.
 */
export async function* variantRecords(records: AsyncIterable<FeedRecord>): AsyncGenerator<FeedRecord> {
  for await (const record of records) {
    if ('fields' in record && record.shape === 'shopify') yield* shopifyVariants(record);
    else if ('fields' in record && record.shape === 'json-ld') yield* groupVariants(record);
    else yield record;
  }
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
  // Variants on other nodes or pages refer to this group by name.
  if (variants.length > 0 && described.length === 0)
    return [{ ...record, fields: { ...record.fields, inProductGroupWithID } }];
  if (described.length === 0) return [record];
  const shared = Object.fromEntries(Object.entries(group).filter(([name]) => !IDENTIFIERS.includes(name)));
  return described.map((variant) => {
    const own = Object.fromEntries(Object.entries(variant).filter(([, value]) => value !== null && value !== ''));
    const fields: Fields = { ...shared, ...own, inProductGroupWithID };
    // Texts of the group: all of its variants must have the same features.
    for (const name of ['name', 'description']) if (text(group[name])) fields[name] = group[name];
    for (const name of ['isVariantOf', 'productGroupID']) delete fields[name];
    if (own.url === undefined && hasAddress(own.offers)) delete fields.url;
    return { line: record.line, shape: 'json-ld', fields };
  });
}

const hasAddress = (offers: unknown): boolean =>
  [offers].flat().some((offer) => isObject(offer) && text(offer.url) !== undefined);
