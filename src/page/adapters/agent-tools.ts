import * as v from 'valibot';
import { codeOf } from '../../core/common/text';
import type {
  Filter,
  Item,
  Recommendation,
  Recommender,
  RecommenderCatalog,
  RecommenderStatus,
} from '../../device/protocol';
import type { EventSink } from './event-sink';
import { type AdapterOptions, messageOf } from './report';

/** The methods of a recommender that agents need. */
export interface AgentRecommender extends Pick<Recommender, 'recommend' | 'find' | 'explain' | 'track'> {
  catalog: Pick<RecommenderCatalog, 'get'>;
  status: Pick<RecommenderStatus, 'get'>;
}

/** Options of `connectAgent`. */
export interface AgentOptions extends AdapterOptions {
  /**
   * Adds an item to the shop's cart; the agent's answer waits for a promise, and has the message of an error that it throws. The event
   * `cart` is tracked afterwards. Without this function agents cannot add anything.
   */
  addToCart?: (item: Item, quantity: number) => unknown;
  /** Address of an item's page, relative to the page. Default: the item's `url`. */
  addressOf?: (item: Item) => string | undefined;
}

/** A tool as WebMCP takes it. */
export interface ModelContextTool {
  name: string;
  title: string;
  description: string;
  inputSchema: object;
  annotations: { readOnlyHint: boolean };
  execute(input: unknown, options?: { signal?: AbortSignal }): Promise<object>;
}

/** Maximum number of products in an answer: agents read answers word by word. */
const MAX_PRODUCTS = 20;
const MAX_QUANTITY = 100;
const MAX_LETTERS = 200;
const MAX_ID_LETTERS = 256;
/** Maximum number of earlier choices, and of parts of the score, in an explanation. */
const MAX_CAUSES = 3;
const MAX_PARTS = 5;

/** Fields of a tool's input, each with the JSON Schema by which agents know it. */
const text = (max: number, description: string) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(max),
    v.metadata({ type: 'string', minLength: 1, maxLength: max, description }),
  );
const whole = (max: number, otherwise: number, description: string) =>
  v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max)), otherwise),
    v.metadata({ type: 'integer', minimum: 1, maximum: max, default: otherwise, description }),
  );
const ID = text(MAX_ID_LETTERS, 'Id of the product, from an earlier answer.');
const LIMIT = whole(MAX_PRODUCTS, 6, 'Number of products.');
const CATEGORY = text(
  MAX_LETTERS,
  'Only products of this category, as products in answers have it: "Men" or "Men/Shoes".',
);
/** Fields that narrow a list. */
const NARROWING = {
  category: v.pipe(v.optional(CATEGORY), v.metadata(v.getMetadata(CATEGORY))),
  maxPrice: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0))),
    v.metadata({ type: 'number', minimum: 0, description: 'Only products up to this price.' }),
  ),
};

interface Definition<E extends v.ObjectEntries> {
  name: string;
  title: string;
  description: string;
  entries: E;
  changes?: boolean;
  run(input: v.InferOutput<v.StrictObjectSchema<E, undefined>>, signal: AbortSignal | undefined): Promise<object>;
}

/** A tool that parses what it gets. Its answer has `error` if it fails: browsers do not pass on what a tool throws. */
function tool<E extends v.ObjectEntries>(definition: Definition<E>): ModelContextTool {
  const { name, title, description, entries, changes = false, run } = definition;
  const schema = v.strictObject(entries);
  const fields = Object.entries(entries);
  const properties = Object.fromEntries(fields.map(([field, one]) => [field, v.getMetadata(one)]));
  const required = fields.flatMap(([field, one]) => (one.type === 'optional' ? [] : field));
  return {
    name,
    title,
    description,
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    annotations: { readOnlyHint: !changes },
    async execute(input, options) {
      const { success, output, issues } = v.safeParse(schema, input ?? {});
      if (!success) {
        const place = v.getDotPath(issues[0]);
        return failure('runtime/invalid-input', `${place ? `${place}: ` : ''}${issues[0].message}`);
      }
      try {
        return await run(output, options?.signal);
      } catch (thrown) {
        return failure(codeOf(thrown) || 'runtime/unexpected', messageOf(thrown));
      }
    },
  };
}

const failure = (code: string, message: string): object => ({ error: { code, message } });

/** An address that opens a page, in full. Addresses come from the catalogue: one that cannot be read must not cost the whole answer. */
function pageAddress(address: string | undefined): string | undefined {
  if (!address || !URL.canParse(address, document.baseURI)) return undefined;
  const { protocol, href } = new URL(address, document.baseURI);
  return /^https?:$/.test(protocol) ? href : undefined;
}

export function toolsOf(recommender: AgentRecommender, options: AgentOptions, sink: EventSink): ModelContextTool[] {
  const { addToCart, addressOf = ({ url }: Item) => url } = options;

  const product = (item: Item, currency?: string) => {
    const { id, title, category, price, availability } = item;
    const url = pageAddress(addressOf(item));
    return {
      id,
      title,
      ...(category ? { category } : {}),
      ...(price === undefined ? {} : { price, ...(currency ? { currency } : {}) }),
      availability,
      ...(url ? { url } : {}),
    };
  };
  /** Whether an agent may be told what the shopper chose. */
  const mayTell = async (): Promise<boolean> => (await recommender.status.get()).consent === 'granted';
  const answer = async (found: { items: Recommendation[]; currency?: string }) => {
    const tells = await mayTell();
    return {
      products: found.items.map(({ item, reason, source, contributions }) => ({
        ...product(item, found.currency),
        // A reason may name what the shopper chose, or searched for in this visit.
        ...(reason && (tells || (source !== 'personal' && !('hint' in contributions))) ? { reason } : {}),
      })),
    };
  };
  const unknown = (id: string): object =>
    failure('runtime/unknown-item', `There is no product "${id}". Take an id from the answer of another tool.`);

  const tools = [
    tool({
      name: 'recommend_products',
      title: 'Recommend products',
      description:
        'Products of this shop for its present shopper, the best first: by what they chose on this device, otherwise the most popular.',
      entries: { ...NARROWING, limit: LIMIT },
      run: async ({ limit, ...narrow }, signal) =>
        answer(await recommender.recommend({ limit, ...filterOf(narrow) }, { signal })),
    }),
    tool({
      name: 'find_products',
      title: 'Find products',
      description:
        'Finds products of this shop by words, for example "red running shoes". Words may have typing errors.',
      entries: { text: text(MAX_LETTERS, 'What to find.'), ...NARROWING, limit: LIMIT },
      run: async ({ text: words, limit, ...narrow }, signal) =>
        // The words are the agent's, not the shopper's.
        answer(await recommender.find({ text: words, limit, hint: false, ...filterOf(narrow) }, { signal })),
    }),
    tool({
      name: 'similar_products',
      title: 'Similar products',
      description: 'Products of this shop that are similar to a product, as alternatives to it.',
      entries: { id: ID, limit: LIMIT },
      run: async ({ id, limit }, signal) =>
        answer(await recommender.recommend({ placement: 'similar', itemId: id, limit }, { signal })),
    }),
    tool({
      name: 'explain_product',
      title: 'Explain a recommendation',
      description:
        'Why this shop recommends a product to its present shopper: a sentence, the earlier choices that count most, and the largest parts of the score.',
      entries: { id: ID },
      run: async ({ id }) => {
        const item = await recommender.catalog.get(id);
        if (!item) return unknown(id);
        if (!(await mayTell())) {
          return { product: product(item), reason: '', note: 'The shopper has not agreed to be remembered.' };
        }
        const { reason, contributors, contributions } = await recommender.explain(id);
        const parts = Object.entries(contributions).sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
        return {
          product: product(item),
          reason,
          because: contributors.slice(0, MAX_CAUSES).map((cause) => cause.item.title),
          score: Object.fromEntries(parts.slice(0, MAX_PARTS).map(([name, part]) => [name, Number(part.toFixed(3))])),
        };
      },
    }),
  ];
  if (!addToCart) return tools;
  const add = tool({
    name: 'add_to_cart',
    title: 'Add to cart',
    description: "Adds a product to the shopper's cart in this shop. It orders nothing.",
    entries: { id: ID, quantity: whole(MAX_QUANTITY, 1, 'Number of pieces.') },
    changes: true,
    run: async ({ id, quantity }) => {
      const item = await recommender.catalog.get(id);
      if (!item) return unknown(id);
      await addToCart(item, quantity);
      const { price } = item;
      const details = { quantity, ...(price === undefined ? {} : { price }) };
      const event = { source: 'agent' as const, event: 'add_to_cart', itemId: id, payload: { id, quantity } };
      sink.track({ ...event, type: 'cart', details });
      return { added: { ...product(item), quantity } };
    },
  });
  return [...tools, add];
}

function filterOf({ category, maxPrice }: { category?: string; maxPrice?: number }): { filter?: Filter } {
  if (category === undefined && maxPrice === undefined) return {};
  return {
    filter: { ...(category ? { category } : {}), ...(maxPrice === undefined ? {} : { price: { $lte: maxPrice } }) },
  };
}
