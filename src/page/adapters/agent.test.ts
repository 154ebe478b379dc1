import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeRecommender, recommendation, STATUS } from '../../../testing/fake-recommender';
import type { Item, Recommendation, Status } from '../../device/protocol';
import { connectAgent } from './agent';
import type { AgentOptions, AgentRecommender, ModelContextTool } from './agent-tools';
import type { AdapterReport } from './report';

/** The part of a page's `ModelContext` that the draft demands: names once, and an end by a signal. */
class Context {
  readonly tools = new Map<string, ModelContextTool>();
  readonly registerTool = vi.fn(async (tool: ModelContextTool, { signal }: { signal: AbortSignal }) => {
    if (this.tools.has(tool.name)) throw new DOMException(`${tool.name} exists`, 'InvalidStateError');
    this.tools.set(tool.name, tool);
    signal.addEventListener('abort', () => this.tools.delete(tool.name));
  });

  call(name: string, input?: unknown): Promise<object> {
    const tool = this.tools.get(name);
    if (!tool) throw new Error(`There is no ${name}`);
    return tool.execute(input, { signal: new AbortController().signal });
  }
}

const LAMP: Item = { ...recommendation('lamp').item, title: 'Lamp', category: 'Home/Light', price: 20, url: '/p/lamp' };
let context: Context;
let consent: Status['consent'];
let ends: (() => void)[];

/** @param items of every list */
function shop(items: Partial<Recommendation>[] = []) {
  const found = items.map((item, position) => ({ ...recommendation('lamp', position), item: LAMP, ...item }));
  const recommend = vi.fn(async () => ({ id: 'r', placement: 'for-you' as const, items: found, currency: 'EUR' }));
  const find = vi.fn(async () => ({ id: 'f', items: found, by: 'words' as const, similar: false }));
  const track = vi.fn(async () => undefined);
  const recommender: AgentRecommender = {
    ...new FakeRecommender().recommender,
    recommend,
    find,
    track,
    catalog: { get: async (id) => (id === 'lamp' ? LAMP : null) },
    status: { get: async () => ({ ...STATUS, consent }) },
    explain: async () => ({
      ...recommendation('lamp'),
      placement: 'for-you',
      contributions: { popularity: 0.1, sideModel: -2.00049, price: 1, words: 0.2, category: 0.3, style: 0.01 },
      contributors: ['A', 'B', 'C', 'D'].map((title) => ({ item: { ...LAMP, title }, part: 1 })),
      experts: [],
      reason: 'Because you chose “A”',
    }),
  };
  return { recommender, recommend, find, track };
}

async function connect(recommender: AgentRecommender, options?: AgentOptions): Promise<() => void> {
  const end = connectAgent(recommender, options);
  ends.push(end);
  await vi.waitFor(() => expect(context.registerTool).toHaveBeenCalledTimes(options?.addToCart ? 5 : 4));
  return end;
}

beforeEach(() => {
  context = new Context();
  consent = 'granted';
  ends = [];
  vi.stubGlobal('document', { modelContext: context, baseURI: 'https://shop.example/a/' });
});
afterEach(() => {
  for (const end of ends) end();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('connectAgent', () => {
  it('does nothing on a server, or where the browser has no WebMCP', () => {
    for (const page of [undefined, {}, { modelContext: {} }]) {
      vi.stubGlobal('document', page);
      connectAgent(Promise.reject(new Error('not looked at')).catch(() => shop().recommender))();
    }
    expect(context.registerTool).not.toHaveBeenCalled();
  });

  it('offers the cart only with a function for it, and marks what changes something', async () => {
    await connect(shop().recommender, { addToCart: () => undefined });
    const reads = [...context.tools.values()].map(({ name, annotations }) => [name, annotations.readOnlyHint]);
    expect(Object.fromEntries(reads)).toEqual({
      recommend_products: true,
      find_products: true,
      similar_products: true,
      explain_product: true,
      add_to_cart: false,
    });
  });

  it('takes its tools away at the end, and offers them once if a script runs twice', async () => {
    const { recommender } = shop();
    const end = await connect(recommender);
    ends.push(connectAgent(recommender));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(context.registerTool).toHaveBeenCalledTimes(4);
    end();
    expect(context.tools.size).toBe(0);
  });

  it('leaves a tool of the shop in place and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const own = vi.fn<ModelContextTool['execute']>();
    await context.registerTool(
      {
        name: 'find_products',
        title: '',
        description: '',
        inputSchema: {},
        annotations: { readOnlyHint: true },
        execute: own,
      },
      { signal: new AbortController().signal },
    );
    context.registerTool.mockClear();
    await connect(shop().recommender);
    await vi.waitFor(() => expect(context.tools.size).toBe(4));
    expect(warn.mock.calls).toEqual([[expect.stringContaining('agents do not get find_products')]]);
  });
});

describe('its tools', () => {
  it('answer shortly, with addresses that need no page', async () => {
    const { recommender, recommend, find } = shop([{ reason: 'Popular', source: 'popularity' }]);
    await connect(recommender);
    const product = { id: 'lamp', title: 'Lamp', category: 'Home/Light', price: 20, availability: 'in-stock' };
    const url = 'https://shop.example/p/lamp';
    expect(await context.call('recommend_products', { category: 'Home', maxPrice: 30, limit: 3 })).toEqual({
      products: [{ ...product, currency: 'EUR', url, reason: 'Popular' }],
    });
    expect(recommend.mock.lastCall).toEqual([
      { limit: 3, filter: { category: 'Home', price: { $lte: 30 } } },
      { signal: expect.any(AbortSignal) },
    ]);
    await context.call('recommend_products');
    expect(recommend.mock.lastCall).toEqual([{ limit: 6 }, expect.anything()]);
    expect(await context.call('find_products', { text: ' lamp ' })).toEqual({
      products: [{ ...product, url, reason: 'Popular' }],
    });
    // A search of the agent says nothing about the shopper.
    expect(find.mock.lastCall).toEqual([{ text: 'lamp', limit: 6, hint: false }, { signal: expect.any(AbortSignal) }]);
    await context.call('similar_products', { id: 'lamp' });
    expect(recommend.mock.lastCall).toEqual([{ placement: 'similar', itemId: 'lamp', limit: 6 }, expect.anything()]);
    expect(await context.call('explain_product', { id: 'lamp' })).toEqual({
      product: { ...product, url },
      reason: 'Because you chose “A”',
      because: ['A', 'B', 'C'],
      score: { sideModel: -2, price: 1, category: 0.3, words: 0.2, popularity: 0.1 },
    });
  });

  it('leave out an address that opens no page, and answer all the same', async () => {
    const at = (url: string) => ({ item: { ...LAMP, url } });
    const { recommender } = shop([at('https://[shop'), at('javascript:alert(1)'), at('/p/lamp')]);
    await connect(recommender);
    expect(await context.call('recommend_products')).toMatchObject({
      products: [{ id: 'lamp' }, { id: 'lamp' }, { url: 'https://shop.example/p/lamp' }],
    });
    expect(JSON.stringify(await context.call('recommend_products'))).not.toContain('javascript');
  });

  it.each(['pending', 'denied'] as const)('tell nothing about the shopper with %s', async (level) => {
    consent = level;
    const { recommender } = shop([
      { reason: 'Because you chose “A”', source: 'personal' },
      { reason: 'Because you searched for “gift”', source: 'popularity', contributions: { hint: 1 } },
      { reason: 'Popular', source: 'popularity' },
    ]);
    await connect(recommender);
    const answers = await Promise.all([
      context.call('recommend_products', {}),
      context.call('find_products', { text: 'lamp' }),
      context.call('explain_product', { id: 'lamp' }),
    ]);
    expect(JSON.stringify(answers)).not.toContain('Because');
    expect(JSON.stringify(answers)).toContain('Popular');
    expect(answers[2]).toMatchObject({ reason: '', note: expect.stringContaining('not agreed') });
  });

  it.each([
    ['recommend_products', { limit: 0 }],
    ['recommend_products', { limit: 21 }],
    ['recommend_products', { limit: '3' }],
    ['recommend_products', { maxPrice: -1 }],
    ['recommend_products', { filter: {} }],
    ['find_products', {}],
    ['find_products', { text: '  ' }],
    ['find_products', { text: 'a'.repeat(201) }],
    ['similar_products', { id: ['lamp'] }],
    ['explain_product', 'lamp'],
    ['add_to_cart', { id: 'lamp', quantity: 1.5 }],
    ['add_to_cart', { id: 'lamp', quantity: 101 }],
  ])('%s refuses %j', async (name, input) => {
    const { recommender, recommend, find } = shop();
    const addToCart = vi.fn();
    await connect(recommender, { addToCart });
    expect(await context.call(name, input)).toMatchObject({ error: { code: 'runtime/invalid-input' } });
    expect([recommend, find, addToCart].some((called) => called.mock.calls.length > 0)).toBe(false);
  });

  it('describe to agents the fields that they take', async () => {
    await connect(shop().recommender, { addToCart: () => undefined });
    for (const { name, inputSchema } of context.tools.values()) {
      const { properties, required } = inputSchema as { properties: Record<string, object>; required: string[] };
      for (const field of Object.values(properties))
        expect(field).toMatchObject({ type: expect.any(String), description: expect.stringMatching(/./) });
      const sample: Record<string, unknown> = {
        text: 'lamp',
        id: 'lamp',
        category: 'Home',
        limit: 20,
        maxPrice: 5,
        quantity: 100,
      };
      const given = Object.fromEntries(Object.keys(properties).map((key) => [key, sample[key]]));
      expect(await context.call(name, given)).not.toHaveProperty('error');
      for (const key of required) {
        const { [key]: _, ...rest } = given;
        expect(await context.call(name, rest)).toHaveProperty('error');
      }
      expect(
        await context.call(name, Object.fromEntries(required.map((key) => [key, sample[key]]))),
      ).not.toHaveProperty('error');
    }
  });

  it('add to the cart of the shop first and track it then, once', async () => {
    const { recommender, track } = shop();
    const reports: AdapterReport[] = [];
    const addToCart = vi.fn(async (_: Item, __: number) => {
      if (addToCart.mock.calls.length > 1) throw new Error('Sold out');
      expect(track).not.toHaveBeenCalled();
    });
    await connect(recommender, { addToCart, onReport: (report) => reports.push(report) });
    expect(await context.call('add_to_cart', { id: 'lamp', quantity: 2 })).toMatchObject({
      added: { id: 'lamp', quantity: 2 },
    });
    expect(addToCart).toHaveBeenCalledWith(LAMP, 2);
    await vi.waitFor(() => expect(track).toHaveBeenCalledWith('cart', 'lamp', { quantity: 2, price: 20 }));
    expect(reports).toMatchObject([{ source: 'agent', outcome: 'tracked', event: 'add_to_cart' }]);
    expect(await context.call('add_to_cart', { id: 'lamp' })).toEqual({
      error: { code: 'runtime/unexpected', message: 'Sold out' },
    });
    expect(await context.call('add_to_cart', { id: 'kettle' })).toMatchObject({
      error: { code: 'runtime/unknown-item' },
    });
    expect(addToCart).toHaveBeenCalledTimes(2);
    expect(track).toHaveBeenCalledTimes(1);
  });
});
