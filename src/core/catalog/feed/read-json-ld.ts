import { messageOf } from '../../common/text';
import { type FeedRecord, isObject, MAX_NESTING, MAX_PAGE, type TextChunks } from './feed-record';
import { readHtml } from './html';

const PRODUCT_TYPES = new Set([
  'Product',
  'ProductGroup',
  'ProductModel',
  'IndividualProduct',
  'SomeProducts',
  'Vehicle',
]);

/** Reads the schema.org products that an HTML page describes in `<script type="application/ld+json">`. */
export async function* htmlRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  const page = await whole(chunks);
  if (page === null) yield { line: 1, reason: `is a page of more than ${MAX_PAGE} characters` };
  else yield* pageRecords(page);
}

/** Reads the schema.org products of one JSON-LD document. */
export async function* jsonLdRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  const text = await whole(chunks);
  if (text === null) yield { line: 1, reason: `is a document of more than ${MAX_PAGE} characters` };
  else yield* scriptRecords(1, text, undefined);
}

function pageRecords(page: string): FeedRecord[] {
  const scripts: { line: number; text: string[] }[] = [];
  let address: string | undefined;
  let inScript = false;
  let begins = 0;
  let [line, counted] = [1, 0];
  readHtml(page, {
    open: (_, at) => {
      begins = at;
    },
    attributes: (name, attributes) => {
      if (name === 'script' && /^application\/ld\+json\b/i.test(attributes.get('type')?.trim() ?? '')) {
        for (; counted < begins; counted++) if (page.charCodeAt(counted) === 10) line++;
        scripts.push({ line, text: [] });
        inScript = true;
      } else if (name === 'link' && attributes.get('rel')?.toLowerCase() === 'canonical')
        address = attributes.get('href');
      else if (name === 'meta' && attributes.get('property') === 'og:url') address ??= attributes.get('content');
    },
    text: (text) => {
      if (inScript) scripts.at(-1)?.text.push(text);
    },
    close: (name) => {
      if (name === 'script') inScript = false;
    },
  });
  return scripts.flatMap(({ line, text }) => scriptRecords(line, text.join(''), address));
}

/** @param address of the page, used for a product without its own address */
function scriptRecords(line: number, text: string, address: string | undefined): FeedRecord[] {
  let data: unknown;
  try {
    data = parseLoosely(text);
  } catch (error) {
    return [{ line, reason: `is not JSON: ${messageOf(error)}` }];
  }
  const products = productsIn(data);
  // A page with one product has the product's address.
  const url = products.length === 1 ? address : undefined;
  const groups = new Map(products.flatMap((node) => ('@id' in node && isGroup(node) ? [[node['@id'], node]] : [])));
  return products.map((product) => {
    const parent = isObject(product.isVariantOf) ? groups.get(product.isVariantOf['@id']) : undefined;
    const { hasVariant: _, ...isVariantOf } = parent ?? {};
    const named = parent ? { ...product, isVariantOf } : product;
    const fields = url === undefined || product.url !== undefined ? named : { ...named, url };
    return { line, shape: 'json-ld', fields };
  });
}

/** Parses JSON even if a page wraps it in comments for old browsers, or its strings contain line ends. */
function parseLoosely(text: string): unknown {
  let bare = text
    .trim()
    .replace(/^(\/\*|\/\/)?\s*(<!--|<!\[CDATA\[)\s*(\*\/)?/, '')
    .trimEnd();
  for (const end of ['*/', '-->', ']]>', '//', '/*', ';'])
    if (bare.endsWith(end)) bare = bare.slice(0, -end.length).trimEnd();
  try {
    return JSON.parse(bare);
  } catch {
    return JSON.parse(bare.replace(/\p{Cc}+/gu, ' '));
  }
}

/** Products in a node, its graph, a list of nodes, or the page or list that it describes. Variants belong to their group. */
function productsIn(node: unknown, depth = 0): Record<string, unknown>[] {
  if (depth > MAX_NESTING) return [];
  if (Array.isArray(node)) return node.flatMap((inner) => productsIn(inner, depth + 1));
  if (!isObject(node)) return [];
  if (isProduct(node)) return [node];
  return ['@graph', 'mainEntity', 'itemListElement', 'item'].flatMap((key) => productsIn(node[key], depth + 1));
}

const isGroup = (node: Record<string, unknown>): boolean => [node['@type']].flat().includes('ProductGroup');

function isProduct(node: Record<string, unknown>): boolean {
  const types = [node['@type']].flat();
  return types.some((type) => typeof type === 'string' && PRODUCT_TYPES.has(type.replace(/^.*[/:#]/, '')));
}

async function whole(chunks: TextChunks): Promise<string | null> {
  const parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > MAX_PAGE) return null;
  }
  return parts.join('');
}
