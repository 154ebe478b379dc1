import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { openedEngine } from '../../../testing/opened-engine';
import { type CooccurrenceTable, type Manifest, openHead, rowsPerItem, writeBundle } from '../../core/catalog';
import { encodersOf } from './catalog/catalog';
import type { Engine } from './engine';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Others chose item d with item a. */
const COOCCURRENCE: CooccurrenceTable = {
  count: IDS.length,
  offsets: Uint32Array.from([0, 1, 1, 1, 2, 2, 2]),
  rows: Uint32Array.of(3, 0),
  lifts: Float32Array.of(2, 2),
};

const memory = memoryBundle();
let server: Server;
let manifest: Manifest;
beforeAll(async () => {
  manifest = await writeBundle(await bundleContent(IDS.map((id) => makeItem(id))), memory.sink, {
    learned: { cooccurrence: COOCCURRENCE },
  });
  server = createServer(({ url = '' }, response) => {
    const bytes = memory.files.get(url.slice(1));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const start = () => openedEngine(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

const firstWith = async (engine: Engine, itemId: string) =>
  (await engine.recommend({ placement: 'complement', itemId })).items[0];

describe('an engine with a co-occurrence table', () => {
  it('uses the table in `complement` and as a term, also after an item was added', async () => {
    const { engine, errors } = await start();
    await engine.settled();
    expect(await firstWith(engine, 'a')).toMatchObject({
      item: { id: 'd' },
      source: 'boughtTogether',
      reason: 'Others chose it with “Title of a”',
    });
    expect((await engine.status()).weights.boughtTogether).toBeGreaterThan(0);

    const shape = { taps: { text: 2, image: 3 } };
    const rows = rowsPerItem(shape);
    const features = { values: new Int8Array(rows * 4).fill(50), scales: new Float32Array(rows).fill(1) };
    const local = { item: makeItem('mine'), encoders: encodersOf(manifest), ...features };
    await engine.insertItem(local, []);
    await engine.track('click', 'a', {});
    expect((await firstWith(engine, 'a')).source).toBe('boughtTogether');
    expect((await firstWith(engine, 'mine')).source).toBe('content');
    const { items } = await engine.recommend({});
    expect(items.find(({ item }) => item.id === 'd')?.contributions.boughtTogether).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('continues with what the head has if a shard is damaged, and reports it', async () => {
    const [{ file }] = await (await openHead(memory.fetchFile)).shards.allFiles();
    const sound = memory.files.get(file)!;
    memory.files.set(file, sound.slice().fill(0));
    try {
      const { engine, errors } = await start();
      await engine.settled();
      expect(errors.map(({ code }) => code)).toEqual(['bundle/digest-mismatch']);
      expect(await firstWith(engine, 'a')).toMatchObject({ item: { id: 'd' }, source: 'boughtTogether' });
      await engine.close();
    } finally {
      memory.files.set(file, sound);
    }
  });
});
