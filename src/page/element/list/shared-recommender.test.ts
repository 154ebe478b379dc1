import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeRecommender } from '../../../../testing/fake-recommender';
import type { Progress, Recommender } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { startRecommender } from '../../client';
import { sharedRecommender } from './shared-recommender';

vi.mock('../../client', async (actual) => ({
  ...(await actual<typeof import('../../client')>()),
  startRecommender: vi.fn(),
}));

const create = vi.mocked(startRecommender);
beforeEach(() => void create.mockReset().mockImplementation(async () => new FakeRecommender().recommender));

describe('sharedRecommender', () => {
  it('creates one recommender per bundle and namespace', async () => {
    const first = await sharedRecommender({ bundle: 'http://shop/one' });
    expect(await sharedRecommender({ bundle: 'http://shop/one/', namespace: 'default' })).toBe(first);
    expect(await sharedRecommender({ bundle: 'http://shop/two' })).not.toBe(first);
    expect(await sharedRecommender({ bundle: 'http://shop/one', namespace: 'other' })).not.toBe(first);
    expect(create.mock.calls.map(([{ bundle, namespace }]) => [bundle, namespace])).toEqual([
      ['http://shop/one/', 'default'],
      ['http://shop/two/', 'default'],
      ['http://shop/one/', 'other'],
    ]);
  });

  it("passes on the worker's address", async () => {
    await sharedRecommender({ bundle: 'http://shop/five', workerUrl: '/files/' });
    await sharedRecommender({ bundle: 'http://shop/five', workerUrl: '' });
    expect(create.mock.calls.map(([{ workerUrl }]) => workerUrl)).toEqual(['/files/', undefined]);
  });

  it('carries out a refusal of the consent tool if no recommender can start, and gives the next one the answer', async () => {
    const removed: string[] = [];
    vi.stubGlobal('document', { baseURI: 'http://shop/', addEventListener() {}, removeEventListener() {} });
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('indexedDB', {
      databases: async () => [],
      deleteDatabase(name: string) {
        removed.push(name);
        const request = {} as IDBOpenDBRequest;
        setTimeout(() => request.onsuccess?.(new Event('success')));
        return request;
      },
    });
    const dataLayer: unknown[] = [];
    vi.stubGlobal('dataLayer', dataLayer);
    const update = (answer: string) => dataLayer.push(['consent', 'update', { personalization_storage: answer }]);
    const key = { bundle: 'http://shop/refusal', namespace: 'refusal', consent: 'google' };
    let fail: (thrown: unknown) => void = () => undefined;
    create.mockImplementation(() => new Promise<Recommender>((_, reject) => (fail = reject)));
    const starting = sharedRecommender(key).catch(({ code }) => code);
    await vi.waitFor(() => expect(create).toHaveBeenCalled());
    update('denied');
    // The bundle is still loading.
    await vi.waitFor(() => expect(removed).toEqual(['sidestream/refusal']));
    fail(new SidestreamError('bundle/unreachable', 'no'));
    expect(await starting).toBe('bundle/unreachable');
    update('granted');
    await new Promise((resolve) => setTimeout(resolve, 50));
    update('denied');
    await vi.waitFor(() => expect(removed).toHaveLength(2));
    update('granted');
    const { recommender } = new FakeRecommender();
    const consent = vi.spyOn(recommender.profile, 'consent').mockResolvedValue();
    create.mockResolvedValue(recommender);
    await sharedRecommender(key);
    await vi.waitFor(() => expect(consent.mock.calls).toEqual([['granted']]));
    vi.unstubAllGlobals();
  });

  it('tries again after a failed start', async () => {
    create.mockRejectedValueOnce(new SidestreamError('bundle/unreachable', 'no'));
    await expect(sharedRecommender({ bundle: 'http://shop/three' })).rejects.toThrow('no');
    await expect(sharedRecommender({ bundle: 'http://shop/three' })).resolves.toBeDefined();
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('reports the progress of the start to every waiting caller, and to no later one', async () => {
    let report: (progress: Progress) => void = () => undefined;
    let finish: (recommender: Recommender) => void = () => undefined;
    create.mockImplementation(({ onProgress }) => {
      report = (progress) => onProgress?.(progress);
      return new Promise<Recommender>((resolve) => {
        finish = resolve;
      });
    });
    const callbacks = [vi.fn(), vi.fn(), vi.fn()];
    const [one, two] = callbacks
      .slice(0, 2)
      .map((onProgress) => sharedRecommender({ bundle: 'http://shop/four', onProgress }));
    const progress: Progress = { stage: 'bundle', loaded: 1, total: 2 };
    report(progress);
    finish(new FakeRecommender().recommender);
    await Promise.all([one, two]);
    // From here on the recommender emits `progress` itself, and a callback would report twice.
    await sharedRecommender({ bundle: 'http://shop/four', onProgress: callbacks[2] });
    report(progress);
    expect(callbacks.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  });
});
