import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_PRESETS } from '../../core/encoders';
import type { FindResponse, QueryEncoder } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { type FindContext, find } from './find';

const files = (modality: QueryEncoder['modality']): QueryEncoder => ({
  encoder: { onnx: new ArrayBuffer(8) },
  projection: new ArrayBuffer(8),
  modality,
  preset: DEFAULT_PRESETS[modality],
  tap: 0,
});
const encoder = { opened: 0, queries: [] as (string | Blob)[], fails: false, bad: false };
const RUN = { modality: 'image', encoder: 'mobilenet-v2', backend: 'wasm', reason: 'no WebGPU', milliseconds: 9 };
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
    encodeQuery: async (query: string | Blob) => {
      if (encoder.bad) throw new SidestreamError('encoder/bad-image', 'bad');
      encoder.queries.push(query);
      return { values: Float32Array.of(1, 2), runs: [RUN] };
    },
  }),
}));

const response = (by: FindResponse['by'], ids: string[]): FindResponse => ({
  id: `find-${by}`,
  items: ids.map((id) => ({ item: { id } })) as FindResponse['items'],
  by,
  similar: ids.includes('mag'),
});

/** A page whose worker finds the item `mug` by words, `mag` by a similar word, and `near` by meaning. */
function page() {
  const failures: unknown[] = [];
  const asked: unknown[] = [];
  const aborter = new AbortController();
  const remote = {
    find: async (...given: unknown[]) => {
      const [request, , query, runs] = given as [object, unknown, { modality: string }?, unknown?];
      asked.push([request, query?.modality, runs]);
      if (query?.modality === 'image') return response('photo', ['pictured']);
      return query
        ? response('meaning', ['near'])
        : response(
            'words',
            ['mug', 'mag'].filter((word) => 'text' in request && request.text === word),
          );
    },
    queryEncoder: async (modality: unknown) => files(modality === 'image' ? modality : 'text'),
  };
  const context: FindContext = {
    call: (work) => work(remote),
    connection: { given: { bundle: '/bundle/' }, handles: 1, fail: (thrown) => void failures.push(thrown) },
    ended: new AbortController().signal,
    signal: aborter.signal,
  };
  // A page without types may give anything.
  const search = async (request: object) => {
    const { by, items }: FindResponse = await Reflect.apply(find, undefined, [request, {}, context]);
    return [by, ...items.map(({ item }) => item.id)];
  };
  const missing = (): void => {
    remote.queryEncoder = async () => {
      throw new SidestreamError('encoder/missing', 'no text encoder');
    };
  };
  return { search, failures, aborter, asked, missing };
}

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'performance'] as const;
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 20, toFake: [...toFake] });
  Object.assign(encoder, { opened: 0, queries: [], fails: false, bad: false });
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

it('asks the encoder for words that have only similar ones if the caller wants it to', async () => {
  const { search } = page();
  expect(await search({ text: 'mag' })).toEqual(['words', 'mag']);
  expect(encoder.opened).toBe(0);
  expect(await search({ text: 'mag', meaning: true })).toEqual(['meaning', 'near']);
  expect(await search({ text: 'mug', meaning: true })).toEqual(['words', 'mug']);
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

it('searches a bundle without encoders by words only, and reports no error', async () => {
  const { search, failures, missing } = page();
  missing();
  expect(await search({ text: 'mug' })).toEqual(['words', 'mug']);
  expect(await search({ text: 'something warm' })).toEqual(['words']);
  expect(failures).toEqual([]);
});

it('finds by a picture, which does not leave the encoder, and says what ran', async () => {
  const { search, asked } = page();
  const image = new Blob(['picture']);
  expect(await search({ image, limit: 3 })).toEqual(['photo', 'pictured']);
  expect(encoder.queries).toEqual([image]);
  expect(asked).toEqual([[{ limit: 3 }, 'image', [RUN]]]);
});

it('rejects a bad picture, and encodes the next one with the same encoder', async () => {
  const { search, failures } = page();
  encoder.bad = true;
  await expect(search({ image: new Blob(['x']) })).rejects.toMatchObject({ code: 'encoder/bad-image' });
  encoder.bad = false;
  expect(await search({ image: new Blob(['y']) })).toEqual(['photo', 'pictured']);
  expect([encoder.opened, failures]).toEqual([1, []]);
});

it('rejects a picture while its encoder does not load, and tries again at once', async () => {
  const { search } = page();
  encoder.fails = true;
  await expect(search({ image: new Blob(['x']) })).rejects.toThrow('no encoder');
  encoder.fails = false;
  expect(await search({ image: new Blob(['x']) })).toEqual(['photo', 'pictured']);
});

it('refuses a picture that is too large', async () => {
  const image = Object.defineProperty(new Blob(['x']), 'size', { value: 60_000_000 });
  await expect(page().search({ image })).rejects.toMatchObject({ code: 'encoder/bad-image' });
  expect(encoder.opened).toBe(0);
});

it.each([
  [{}, 'find(): give either text or image.'],
  [{ text: 'a', image: new Blob() }, 'find(): give either text or image.'],
  [{ image: 'cat.jpg' }, 'find(): image must be a Blob or File.'],
])('refuses %j', async (request, message) => {
  await expect(page().search(request)).rejects.toMatchObject({ code: 'runtime/invalid-input', message });
});
