import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { openedEngine } from '../../../testing/opened-engine';
import { sideModel } from '../../../testing/side-models';
import { type Demand, openHead, writeBundle } from '../../core/catalog';
import type { RecommendRequest } from '../protocol';
import type { Engine } from './engine';

const DAY = 24 * 3600 * 1000;
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const DEMAND: Demand = {
  choices: Float32Array.of(60, 50, 40, 30, 20, 0),
  recent: Float32Array.of(1, 2, 3, 9, 0, 0),
  repeats: 0.3,
};

const memory = memoryBundle();
let server: Server;
beforeAll(async () => {
  const content = await bundleContent(IDS.map((id) => makeItem(id)));
  const start = { weights: { popularity: 0.5 }, repeats: { popularity: 0, frequency: 2 } };
  const side = { model: sideModel(IDS.length, 4), start };
  await writeBundle(content, memory.sink, { learned: { demand: DEMAND, side } });
  server = createServer(({ url = '' }, response) => {
    const bytes = memory.files.get(url.slice(1));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function start(settled = true) {
  const { port } = server.address() as AddressInfo;
  const { engine, codes } = await openedEngine(`http://127.0.0.1:${port}`);
  if (settled) await engine.settled();
  return { engine, codes };
}

const idsOf = async (engine: Engine, request?: RecommendRequest): Promise<string[]> =>
  (await engine.recommend(request)).items.map(({ item }) => item.id);

it('lists current sales from the first list on if the feed has no popularity', async () => {
  const { engine } = await start(false);
  try {
    const { items } = await engine.recommend({ limit: 3 });
    expect(items.map(({ item, reason }) => [item.id, reason])).toEqual(
      ['d', 'c', 'b'].map((id) => [id, 'Popular in this shop']),
    );
  } finally {
    await engine.close();
  }
});

it('lists current sales, uses them as popularity, and lists what was bought on earlier visits', async () => {
  const { engine, codes } = await start();
  expect((await idsOf(engine, { placement: 'trending', limit: 3 })).slice(0, 3)).toEqual(['d', 'c', 'b']);
  const popular = { placement: 'trending', filter: { popularity: { $gte: 40 } } } as const;
  expect((await idsOf(engine, popular)).sort()).toEqual(['d']);

  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 30 * DAY);
  try {
    await engine.track('purchase', 'b', {});
    expect(await idsOf(engine, { placement: 'again' })).toEqual([]);
    clock.mockReturnValue(now);
    const { items } = await engine.recommend({ placement: 'again', lang: 'de' });
    expect(items.map(({ item, reason }) => [item.id, reason])).toEqual([['b', 'Zeit, das wieder zu kaufen?']]);
    // By the weights that the shop fitted to lists that may repeat, and only there.
    expect(items[0].contributions).toMatchObject({ repeats: expect.closeTo(2 * Math.log(1 + 3), 5) });
    expect(items[0].contributions).not.toHaveProperty('popularity');
    const unlike = (await engine.recommend({ limit: 6, repeats: false })).items.map(
      ({ contributions }) => contributions,
    );
    expect(unlike.some((parts) => 'popularity' in parts)).toBe(true);
    expect(await idsOf(engine, { limit: 6 })).toContain('b');
    expect(await idsOf(engine, { limit: 6, repeats: false })).not.toContain('b');
    expect(await idsOf(engine, { limit: 6, excludeOwned: true })).not.toContain('b');
    expect(codes).toEqual([]);
  } finally {
    clock.mockRestore();
    await engine.close();
  }
});

it('continues without it if its file is damaged, and reports it', async () => {
  const [{ file }] = await (await openHead(memory.fetchFile)).shards.allFiles();
  const sound = memory.files.get(file)!;
  memory.files.set(file, sound.slice().fill(0));
  try {
    const { engine, codes } = await start();
    expect(codes).toEqual(['bundle/digest-mismatch']);
    expect(await idsOf(engine, { placement: 'trending' })).toHaveLength(IDS.length);
    expect(await idsOf(engine, { placement: 'again' })).toEqual([]);
    await engine.close();
  } finally {
    memory.files.set(file, sound);
  }
});
