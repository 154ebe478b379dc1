import 'fake-indexeddb/auto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { openedEngine } from '../../../testing/opened-engine';
import { topicContent } from '../../../testing/topics';
import { openBundle, openHead, putMutable, writeBundle } from '../../core/catalog';
import type { EngineOptions, RecommendRequest } from '../protocol';
import type { Engine } from './engine';

const small = memoryBundle();
const large = memoryBundle();
let server: Server;
let asked: string[] = [];
/** Rules file; null: missing. */
let rules: string | null = null;
/** The server withholds the file of rules until the promise is resolved. */
let held: Promise<void> | null = null;

beforeAll(async () => {
  const items = [...'abcdef'].map((id, n) =>
    makeItem(id, { price: 10 * (n + 1), popularity: 100 - n, category: n < 3 ? 'Men' : 'Women' }),
  );
  await putMutable(await writeBundle(await bundleContent(items), small.sink), { rules: true }, small.sink);
  const content = await topicContent({ items: 2000, topics: 40, dim: 12 });
  const inShards = await writeBundle(content, large.sink, { whole: false, shardItems: 16 });
  await putMutable(inShards, { rules: true }, large.sink);
  server = createServer(async ({ url = '' }, response) => {
    const name = url.split('/').at(-1) ?? '';
    asked.push(name);
    if (held && name === 'rules.json') await held;
    const bytes = name === 'rules.json' ? rules : (url.startsWith('/large/') ? large : small).files.get(name);
    response.writeHead(bytes === null || bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  asked = [];
  rules = null;
  held = null;
});
afterEach(() => void vi.useRealTimers());
afterAll(() => new Promise((resolve) => server.close(resolve)));

const publish = (...entries: object[]): void => {
  rules = JSON.stringify({ version: 1, rules: entries });
};

function open(given: Partial<EngineOptions> = {}, folder = 'small') {
  const { port } = server.address() as AddressInfo;
  return openedEngine(`http://127.0.0.1:${port}/${folder}`, given);
}

/** Ids of a list. */
const listed = async (engine: Engine, request: RecommendRequest = {}): Promise<string> => {
  const { items } = await engine.recommend({ placement: 'trending', ...request });
  return items.map(({ item }) => item.id).join(' ');
};
const ALL = 'a b c d e f';
const pin = (itemId: string, position = 0) => ({ pin: [{ itemId, position }] });

describe('the file of rules of a bundle', () => {
  it('applies to the first list, by placement, and to the next page in its current form', async () => {
    publish({ ...pin('f') }, { placements: ['for-you'], filter: { category: 'Women' } });
    const first = await open();
    expect(await listed(first.engine)).toBe('f a b c d e');
    expect(await listed(first.engine, { placement: 'for-you' })).toBe('f d e');
    expect((await first.engine.recommend({ placement: 'trending' })).items[0].source).toBe('pinned');
    expect(await first.engine.explain('f', { placement: 'trending' })).toMatchObject({ item: { id: 'f' } });
    expect(asked.filter((name) => name === 'rules.json')).toHaveLength(1);
    expect(first.errors).toEqual([]);
    await first.engine.close();
    publish({ ...pin('e') });
    const second = await open();
    expect(await listed(second.engine)).toBe('e a b c d f');
    await second.engine.close();
  });

  it("yields to the page's rules, and these to the request's, name by name", async () => {
    publish({ ...pin('f'), filter: { category: 'Women' } });
    const { engine } = await open({ rules: pin('e') });
    expect(await listed(engine)).toBe('e d f');
    expect(await listed(engine, pin('d'))).toBe('d e f');
    expect(await listed(engine, { filter: { category: 'Men' } })).toBe('e a b c');
    await engine.close();
  });

  it('applies to the shop’s own lists if it names no placement', async () => {
    publish({ ...pin('f') }, { placements: ['trending'], ...pin('e', 1) });
    const { engine } = await open();
    expect((await engine.rerank(['a', 'b', 'e', 'f'], {})).ids).toEqual(['f', 'a', 'b', 'e']);
    await engine.close();
  });

  it('is evaluated by the clock at each list, even on a page that stays open past midnight', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 27, 23, 59) });
    publish({ from: '2026-11-28', until: '2026-11-29', ...pin('f') });
    const { engine } = await open();
    const lists: string[] = [];
    for (const [day, hour] of [
      [27, 23],
      [28, 0],
      [29, 23],
      [30, 0],
    ]) {
      vi.setSystemTime(new Date(2026, 10, day, hour));
      lists.push(await listed(engine, { limit: 1 }));
    }
    expect(lists).toEqual(['a', 'f', 'f', 'a']);
    await engine.close();
  });

  it.each([
    ['missing', null, ALL],
    ['damaged', '{"version":1,"rules":[{', ALL],
    ['a web page', '<!doctype html>', ALL],
    ['wrong in one rule', JSON.stringify({ version: 1, rules: [{ pins: [] }, pin('f')] }), 'f a b c d e'],
  ])('reports once that it is %s; lists continue', async (_, content, list) => {
    rules = content;
    const { engine, errors } = await open();
    await engine.settled();
    for (let n = 0; n < 2; n++) expect(await listed(engine)).toBe(list);
    expect(errors.map(({ code }) => code)).toEqual(['bundle/rules']);
    await engine.close();
  });

  it('does not delay the first list for long; it changes when the rules arrive', async () => {
    let release: () => void = () => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    publish({ ...pin('f') });
    const { engine, changes } = await open();
    expect(await listed(engine)).toBe(ALL);
    const before = changes.length;
    release();
    await vi.waitFor(() => expect(changes.length).toBeGreaterThan(before));
    expect(await listed(engine)).toBe('f a b c d e');
    await engine.close();
  });

  it('is not requested if the manifest names none', async () => {
    const files = new Map(small.files);
    const { manifest } = await openBundle(small.fetchFile);
    await putMutable(manifest, {}, small.sink);
    publish({ ...pin('f') });
    const { engine, errors } = await open();
    expect(await listed(engine)).toBe(ALL);
    expect(asked).not.toContain('rules.json');
    expect(errors).toEqual([]);
    await engine.close();
    for (const [name, bytes] of files) small.files.set(name, bytes);
  });

  it('pins items of a large catalogue that are not loaded, and looks for unknown ones once', async () => {
    const { head: first } = await openHead(large.fetchFile);
    const head = new Set(first.items.map(({ id }) => id));
    const [outside, other] = (await openBundle(large.fetchFile)).items.filter(({ id }) => !head.has(id));
    publish({ pin: [{ itemId: outside.id, position: 2 }, ...pin('nothing').pin] });
    const { engine, errors } = await open({}, 'large');
    const places = async (request: RecommendRequest = {}) => (await listed(engine, request)).split(' ');
    expect((await places())[2]).toBe(outside.id);
    expect((await places(pin(other.id, 1)))[1]).toBe(other.id);
    const before = asked.length;
    expect((await places())[2]).toBe(outside.id);
    expect(asked.slice(before)).toEqual([]);
    expect(errors).toEqual([]);
    await engine.close();
  });
});
