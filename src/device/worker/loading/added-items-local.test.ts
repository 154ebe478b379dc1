import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';
import { DeviceStore } from '../../store/device-store';

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

it('an item that another tab added is in the lists that are made while this tab reads it', async () => {
  const [first, second] = [await shop.open(), await shop.open()];
  for (const id of 'ababab') await second.track('click', id, {});
  await second.settled();
  const features = { values: new Int8Array(20).fill(50), scales: new Float32Array(5).fill(1) };
  await first.insertItem({ item: makeItem('mine'), encoders: shop.encoders, ...features }, []);
  let lists: { item: { id: string }; score: number }[][] = [];
  const { profiles } = DeviceStore.prototype;
  vi.spyOn(DeviceStore.prototype, 'profiles').mockImplementationOnce(async function (this: DeviceStore) {
    // The catalogue has grown, and the next learner does not exist yet.
    lists = [(await second.recommend({})).items, (await second.recommend({ placement: 'similar', itemId: 'a' })).items];
    return profiles.call(this);
  });
  await second.reset();
  expect(lists).toHaveLength(2);
  for (const list of lists) {
    expect(list.map(({ item }) => item.id)).toContain('mine');
    for (const { score } of list) expect(Number.isFinite(score)).toBe(true);
  }
  await Promise.all([first.close(), second.close()]);
});
