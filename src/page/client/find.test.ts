import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FindRequest, FindResponse } from '../../device/protocol';
import type { WorkerConnection } from './connection';
import { type FindContext, find } from './find';
import type { Remote } from './remote';

const files = () => ({ onnx: new ArrayBuffer(8), projection: new ArrayBuffer(8), modality: 'text', tap: 0 });
const encoder = { opened: 0, queries: [] as string[], fails: false };
vi.mock('./worker-script', () => ({
  startWorker: () => ({ worker: Object.assign(new EventTarget(), { terminate: () => undefined }) }),
  notStarted: () => 'not started',
}));
vi.mock('comlink', () => ({
  transferHandlers: new Map(),
  transfer: <T>(value: T): T => value,
  wrap: () => ({
    openQueries: async () => {
      encoder.opened++;
      if (encoder.fails) throw new Error('no encoder');
    },
    encodeQuery: async (text: string) => {
      encoder.queries.push(text);
      return Float32Array.of(1, 2);
    },
  }),
}));

const response = (by: FindResponse['by'], ids: string[]): FindResponse => ({
  id: `find-${by}`,
  items: ids.map((id) => ({ item: { id } })) as FindResponse['items'],
  by,
  partial: false,
});

/** A page whose worker finds the item `mug` by words, and `near` by meaning. */
function page() {
  const failures: unknown[] = [];
  const aborter = new AbortController();
  const remote = {
    find: async ({ text }: FindRequest, _: unknown, query?: object) =>
      query ? response('meaning', ['near']) : response('words', text === 'mug' ? ['mug'] : []),
    queryEncoder: async () => files(),
  } as unknown as Remote;
  const context: FindContext = {
    call: (work) => work(remote),
    connection: { given: {}, handles: 1 } as WorkerConnection,
    ended: new AbortController().signal,
    signal: aborter.signal,
    fail: (thrown) => failures.push(thrown),
  };
  const search = async (request: FindRequest) => {
    const { by, items } = await find(request, {}, context);
    return [by, ...items.map(({ item }) => item.id)];
  };
  return { search, failures, aborter };
}

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'performance'] as const;
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 20, toFake: [...toFake] });
  Object.assign(encoder, { opened: 0, queries: [], fails: false });
});
afterEach(() => {
  vi.useRealTimers();
});

it('loads no encoder while words find something, or are too short to mean anything', async () => {
  const { search } = page();
  expect(await search({ text: 'mug' })).toEqual(['words', 'mug']);
  expect(await search({ text: 'qx' })).toEqual(['words']);
  expect(encoder.opened).toBe(0);
});

it('finds by meaning what words do not find, with one encoder for all searches', async () => {
  const { search } = page();
  expect(await search({ text: ' something warm ' })).toEqual(['meaning', 'near']);
  expect(await search({ text: 'something cold' })).toEqual(['meaning', 'near']);
  expect(encoder).toMatchObject({ opened: 1, queries: ['something warm', 'something cold'] });
});

it('loads no encoder for a search that the next letter aborts', async () => {
  const { search, aborter } = page();
  const waiting = search({ text: 'somethi' });
  aborter.abort();
  expect(await waiting).toEqual(['words']);
  expect(encoder.opened).toBe(0);
});

it('reports an encoder that does not load once, finds nothing, and tries again later', async () => {
  const { search, failures } = page();
  encoder.fails = true;
  expect(await search({ text: 'something warm' })).toEqual(['words']);
  expect(await search({ text: 'something cold' })).toEqual(['words']);
  expect(failures).toHaveLength(1);
  encoder.fails = false;
  vi.advanceTimersByTime(31_000);
  expect(await search({ text: 'something warm' })).toEqual(['meaning', 'near']);
});

it.each([
  [{}, 'find(): give either text or image.'],
  [{ text: 'a', image: new Blob() }, 'find(): give either text or image.'],
  [{ image: new Blob() }, 'find(): finding by a picture is not possible yet: give text.'],
])('refuses %j', async (request, message) => {
  await expect(page().search(request)).rejects.toMatchObject({ code: 'runtime/invalid-input', message });
});
