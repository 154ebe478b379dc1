import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addLearned, type CooccurrenceTable, type Factors, type Manifest, rowsPerItem, writeBundle } from '../catalog';
import type { SidestreamError } from '../error';
import { Learner } from '../learner';
import { bundleContent, makeItem, memoryBundle } from '../testing/bundles';
import { Engine } from './engine';
import { encodersOf, LoadedCatalog } from './loaded-catalog';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Others chose item d with item a. */
const COOCCURRENCE: CooccurrenceTable = {
  count: IDS.length,
  offsets: Uint32Array.from([0, 1, 1, 1, 2, 2, 2]),
  rows: Uint32Array.of(3, 0),
  lifts: Float32Array.of(2, 2),
};

const FACTORS: Factors = {
  blocks: [{ name: 'users', width: 1, values: Float32Array.from(IDS, (_, row) => row - 3) }],
};

const memory = memoryBundle();
let server: Server;
let manifest: Manifest;
beforeAll(async () => {
  manifest = await addLearned(
    await writeBundle(await bundleContent(IDS.map((id) => makeItem(id))), memory.sink),
    { cooccurrence: COOCCURRENCE, factors: FACTORS },
    memory.sink,
  );
  server = createServer(({ url = '' }, response) => {
    const bytes = memory.files.get(url.slice(1));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function start(): Promise<{ engine: Engine; errors: SidestreamError[] }> {
  const { port } = server.address() as AddressInfo;
  const errors: SidestreamError[] = [];
  const bundle = `http://127.0.0.1:${port}`;
  const options = { bundle, consent: 'pending', namespace: 'test', learning: true, seed: 1 } as const;
  const engine = await Engine.start(options, {
    change: () => undefined,
    progress: () => undefined,
    error: (error) => errors.push(error),
  });
  return { engine, errors };
}

const firstWith = async (engine: Engine, itemId: string) =>
  (await engine.recommend({ placement: 'complement', itemId })).items[0];

describe('an engine whose bundle has a co-occurrence table and factors', () => {
  it('uses the table without a compute backend, in `complement` and as a term, also after an item was added', async () => {
    const { engine, errors } = await start();
    await engine.settled();
    expect(await firstWith(engine, 'a')).toMatchObject({
      item: { id: 'd' },
      source: 'boughtTogether',
      reason: 'Others chose it with “Title of a”',
    });
    const status = await engine.status();
    expect(status.weights.boughtTogether).toBeGreaterThan(0);
    expect(status.backend.learner).toBeNull();

    const shape = { taps: { text: 2, image: 3 } };
    const rows = rowsPerItem(shape);
    const features = { values: new Int8Array(rows * 4).fill(50), scales: new Float32Array(rows).fill(1) };
    const local = { item: makeItem('mine'), encoders: encodersOf(manifest), ...features };
    await engine.insertItem(local);
    await engine.track('click', 'a', {});
    expect((await firstWith(engine, 'a')).source).toBe('boughtTogether');
    expect((await firstWith(engine, 'mine')).source).toBe('content');
    const { items } = await engine.recommend({});
    expect(items.find(({ item }) => item.id === 'd')?.contributions.boughtTogether).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('loads the factors of the items, and goes on without them when their file is damaged, and says so', async () => {
    const { file = '' } = manifest.factors ?? {};
    const sound = memory.files.get(file)!;
    const loaded = vi.spyOn(LoadedCatalog.prototype, 'setFactors');
    try {
      const told = vi.spyOn(Learner.prototype, 'featuresChanged');
      const whole = await start();
      await whole.engine.settled();
      // For the features, for the kernel, and for the factors.
      expect(told).toHaveBeenCalledTimes(3);
      expect(loaded.mock.calls[0][0].blocks[0].values).toEqual(FACTORS.blocks[0].values);
      memory.files.set(file, sound.slice().fill(0));
      const { engine, errors } = await start();
      await engine.settled();
      expect(loaded).toHaveBeenCalledTimes(1);
      expect(errors.map(({ code }) => code)).toEqual(['bundle/digest-mismatch']);
      expect((await firstWith(engine, 'a')).source).toBe('boughtTogether');
      await Promise.all([engine.close(), whole.engine.close()]);
    } finally {
      memory.files.set(file, sound);
      loaded.mockRestore();
    }
  });

  it('goes on without the table when its file is damaged, and says so', async () => {
    const file = manifest.companions?.file ?? '';
    const sound = memory.files.get(file)!;
    memory.files.set(file, sound.slice().fill(0));
    try {
      const { engine, errors } = await start();
      await engine.settled();
      expect(errors.map(({ code }) => code)).toEqual(['bundle/digest-mismatch']);
      expect((await engine.status()).weights).not.toHaveProperty('boughtTogether');
      expect((await firstWith(engine, 'a')).source).toBe('content');
      await engine.close();
    } finally {
      memory.files.set(file, sound);
    }
  });
});
