import { afterEach, describe, expect, it, vi } from 'vitest';
import { openBundle, pickRows } from '../catalog';
import { SidestreamError } from '../error';
import { Learner } from '../learner';
import { MemoryStore } from '../store';
import { makeItem } from '../testing/bundles';
import { serveShop } from '../testing/served-shop';
import { LoadedCatalog } from './loaded-catalog';
import { firstOrigin } from './profile-origin';
import { ProfileSession } from './profile-session';

async function opened() {
  const shop = await serveShop();
  const catalog = new LoadedCatalog(await openBundle(shop.bundle));
  await shop.close();
  const store = new MemoryStore();
  const codes: string[] = [];
  const storage = { isCurrent: () => true, emptyOrigin: () => firstOrigin(store) };
  const session = new ProfileSession(catalog, 1, storage, { error: ({ code }) => codes.push(code) });
  return { catalog, session, codes };
}

it('goes on with the same choices after rows have moved', async () => {
  const { catalog, session, codes } = await opened();
  const features = pickRows(catalog.table, [0, 1]);
  await session.change(async ({ learner }) => {
    catalog.grow([{ items: [makeItem('p'), makeItem('q')], features }]);
    await learner.setCatalog(catalog);
  });
  await session.run(({ learner }) => {
    for (const [n, itemId] of ['q', 'a', 'q'].entries()) learner.observe({ id: n + 1, type: 'click', itemId, time: n });
  });
  const chosen = () => session.run(({ learner }) => learner.history.rows.map((row) => catalog.index.items[row]?.id));
  const before = await chosen();
  await session.renumber(() => catalog.keepOnly(new Set(['q'])));
  expect(await chosen()).toEqual(before);
  expect(codes).toEqual([]);
  await session.dispose();
});

describe('a base model that fails', () => {
  const failing = async () => {
    const { session, codes } = await opened();
    const forget = vi.spyOn(Learner.prototype, 'forgetBase');
    // No GPU can be lost in Node; `e2e/gpu-lost.spec.ts` loses one.
    vi.spyOn(Learner.prototype, 'prepare').mockRejectedValue(new Error('the device is lost'));
    return { session, codes, forget };
  };
  afterEach(() => void vi.restoreAllMocks());

  it('goes on with another backend where the GPU is lost', async () => {
    const { session, codes, forget } = await failing();
    vi.spyOn(Learner.prototype, 'recover').mockResolvedValue(true);
    await session.run(({ learner }) => session.prepare(learner));
    expect(forget).not.toHaveBeenCalled();
    expect(codes).toEqual([]);
    await session.dispose();
  });

  it('is dropped and reported otherwise, also where no other backend starts', async () => {
    const { session, codes, forget } = await failing();
    await session.run(({ learner }) => session.prepare(learner));
    vi.spyOn(Learner.prototype, 'recover').mockRejectedValue(new SidestreamError('runtime/unexpected', 'None starts.'));
    await session.run(({ learner }) => session.prepare(learner));
    expect(forget).toHaveBeenCalledTimes(2);
    expect(codes).toHaveLength(2);
    await session.dispose();
  });
});
