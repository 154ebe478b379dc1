import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { freshFrom } from '../bundle/bundle-file';
import { type Manifest, offersFile } from '../bundle/manifest-schema';
import {
  decodeOffers,
  decodeShardOffers,
  encodeOffers,
  encodeShardOffers,
  fetchOffersFile,
  MAX_BYTES,
  marketSchema,
  mergedOffer,
  type Offer,
  offeredItem,
  offersFor,
} from '.';

const bytesOf = (data: unknown): ArrayBuffer =>
  new Uint8Array(new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data))).buffer;
const OFFERS: Offer[] = [
  { id: 'a', price: 12.5, listPrice: null },
  { id: 'b "quoted"', availability: 'out-of-stock', quantity: 0 },
];

const LIST = { file: 'directory-0123456789abcdef.bin', sha256: '0'.repeat(64), bytes: 12 };
const indexOf = (part: object) => ({
  schema: 2,
  shards: [{ ids: 'ids-0123456789abcdef.bin', files: [LIST], head: OFFERS, ...part }],
  offers: [],
});

describe('a file of offers', () => {
  it('may be an index of the files with the offers of each shard', () => {
    const shards = [{ ids: 'ids-0123456789abcdef.bin', files: [LIST], head: OFFERS }];
    const bytes = encodeOffers({ currency: 'CHF', offers: [], shards }, 'at');
    const read = decodeOffers(bytesOf(new TextDecoder().decode(bytes)), 'at');
    expect(read).toEqual({ currency: 'CHF', offers: [], shards });
    const manifest = (file: string) => ({ shards: { ids: { file } } }) as Manifest;
    expect(offersFor(read, manifest(shards[0].ids))).toEqual({ offers: OFFERS, files: [LIST] });
    expect(() => offersFor(read, manifest('ids-another.bin'))).toThrow('another state of the bundle');
    expect(decodeShardOffers({ file: 'x', bytes: new Uint8Array(encodeShardOffers(OFFERS)).buffer })).toEqual(OFFERS);
    expect([...encodeShardOffers([])]).toEqual([]);
    expect(decodeShardOffers({ file: 'x', bytes: new ArrayBuffer(0) })).toEqual([]);
    const wrong = bytesOf([{ id: 'a', price: -1 }]);
    expect(() => decodeShardOffers({ file: 'x', bytes: wrong })).toThrow('x: 0.price (item "a")');
  });

  it('is read as it was written, and has the same bytes for the same offers', () => {
    for (const market of ['default', 'de-ch']) {
      const bytes = encodeOffers({ currency: 'CHF', offers: OFFERS }, market);
      const turned = OFFERS.map((offer) => Object.fromEntries(Object.entries(offer).toReversed()) as Offer);
      expect(encodeOffers({ currency: 'CHF', offers: turned }, market)).toEqual(bytes);
      expect(decodeOffers(bytesOf(new TextDecoder().decode(bytes)), market)).toEqual({
        currency: 'CHF',
        offers: OFFERS,
      });
    }
    const empty = encodeOffers({ offers: [] });
    expect(decodeOffers(bytesOf(new TextDecoder().decode(empty)))).toEqual({ offers: [] });
    expect([offersFile('default'), offersFile('at')]).toEqual(['offers.json', 'offers-at.json']);
  });

  it.each([
    ['another format', { schema: 3, offers: [] }, 'schema'],
    ['an index without shards', { schema: 2, offers: [] }, 'schema'],
    ['shards beside all offers', { schema: 1, shards: [], offers: [] }, 'schema'],
    ['a file outside of the bundle', indexOf({ files: [{ ...LIST, file: '../list.bin' }] }), 'shards.0.files.0.file'],
    ['a file without digest', indexOf({ files: [{ ...LIST, sha256: 'abc' }] }), 'shards.0.files.0.sha256'],
    ['an unknown entry of shards', indexOf({ count: 3 }), 'count'],
    ['a text for a price in the head', indexOf({ head: [{ id: 'a', price: '3' }] }), 'shards.0.head.0.price'],
    ['no list', { schema: 1 }, 'offers'],
    ['an unknown field', { schema: 1, offers: [{ id: 'a', cost: 3 }] }, 'cost'],
    ['an unknown entry', { schema: 1, offers: [], date: 'today' }, 'date'],
    ['a text for a price', { schema: 1, offers: [{ id: 'a', price: '3' }] }, 'offers.0.price (item "a")'],
    ['a price below 0', { schema: 1, offers: [{ id: 'a', price: -1 }] }, 'must be 0 or more'],
    ['a price that is no 32-bit float', { schema: 1, offers: [{ id: 'a', price: 1e39 }] }, '3.4e38'],
    ['half a piece', { schema: 1, offers: [{ id: 'a', quantity: 0.5 }] }, 'whole number'],
    ['an unknown availability', { schema: 1, offers: [{ id: 'a', availability: 'soon' }] }, 'availability'],
    ['an availability of null', { schema: 1, offers: [{ id: 'a', availability: null }] }, 'availability'],
    ['an id twice', { schema: 1, offers: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] }, '"a" occurs twice'],
    ['the id of nothing', { schema: 1, offers: [{ price: 3 }] }, 'id'],
    ['another market', { schema: 1, market: 'at', offers: [] }, 'for the market "at"'],
    ['a currency in words', { schema: 1, currency: 'Euro', offers: [] }, 'currency'],
    ['a web page', '<!doctype html>', 'a web page'],
    ['half a file', '{"schema":1,"offers":[{"id"', 'no JSON'],
    ['a list', [], 'schema: is missing'],
  ])('is refused with %s', (_, data, message) => {
    expect(() => decodeOffers(bytesOf(data))).toThrow(
      expect.objectContaining({ code: 'bundle/offers', message: expect.stringContaining(message) }),
    );
  });

  it('is fetched for a market that the manifest names, and no further than a page should read', async () => {
    const asked: string[] = [];
    const endless = async (name: string) => {
      asked.push(name);
      const chunk = new Uint8Array(1_000_000).fill(32);
      return new Response(new ReadableStream({ pull: (to) => to.enqueue(chunk) }));
    };
    const offers = ['default', '../../secret'];
    await expect(fetchOffersFile(endless, { offers })).rejects.toMatchObject({
      code: 'bundle/offers',
      message: expect.stringContaining(`${MAX_BYTES / 1e6} MB`),
    });
    await expect(fetchOffersFile(endless, { offers }, 'at')).rejects.toThrow('not of "at"');
    await expect(fetchOffersFile(endless, {}, 'at')).rejects.toThrow('no market');
    await expect(fetchOffersFile(endless, { offers }, '../../secret')).rejects.toMatchObject({ code: 'bundle/offers' });
    expect(asked).toEqual(['offers.json']);
    const missing = async () => new Response(null, { status: 404, statusText: 'Not Found' });
    await expect(fetchOffersFile(missing, { offers })).rejects.toMatchObject({
      code: 'bundle/offers',
      message: expect.stringMatching(/404 Not Found/),
      cause: expect.objectContaining({ code: 'bundle/unreachable' }),
    });
  });
});

it('allows only market names that are valid in file names', () => {
  const wrong = ['', 'AT', 'de_ch', '-ch', 'ch-', 'a--b', '../x', 'a/b', '0123456789abcdef', 'x'.repeat(33), 'ü'];
  expect(wrong.filter((name) => v.is(marketSchema, name))).toEqual([]);
  const right = ['at', 'de-ch', '0123456789abcde', '1', 'x'.repeat(32), 'default'];
  expect(right.filter((name) => !v.is(marketSchema, name))).toEqual([]);
});

it('asks the host each time whether the file is still the same', async () => {
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('{"schema":1,"offers":[]}'));
  try {
    await fetchOffersFile(freshFrom('https://shop.example/bundle'), { offers: ['default'] });
    expect(fetch.mock.calls).toEqual([['https://shop.example/bundle/offers.json', { cache: 'no-cache' }]]);
  } finally {
    fetch.mockRestore();
  }
});

describe('an offer', () => {
  const item = makeItem('a', { price: 20, listPrice: 30, quantity: 5 });

  it('replaces the fields that it has; null removes the value', () => {
    expect(offeredItem(item, { id: 'a', price: 25, quantity: null })).toEqual(
      makeItem('a', { price: 25, listPrice: 30 }),
    );
    expect(offeredItem(item, { id: 'a', listPrice: null, availability: 'preorder' })).toEqual(
      makeItem('a', { price: 20, quantity: 5, availability: 'preorder' }),
    );
    expect(item).toEqual(makeItem('a', { price: 20, listPrice: 30, quantity: 5 }));
  });

  it('returns the same item if it changes nothing', () => {
    expect(offeredItem(item)).toBe(item);
    expect(offeredItem(item, undefined, { id: 'a', price: 20, availability: undefined })).toBe(item);
  });

  it('shows no list price below the price', () => {
    for (const price of [30, 35]) {
      expect(offeredItem(item, { id: 'a', price })).toEqual(makeItem('a', { price, quantity: 5 }));
    }
  });

  it('overrides earlier offers field by field', () => {
    const later = { id: 'a', price: 22 };
    const earlier = { id: 'a', price: 21, availability: 'out-of-stock' as const };
    expect(offeredItem(item, later, earlier)).toMatchObject({ price: 22, availability: 'out-of-stock' });
    expect(mergedOffer(earlier, { ...later, availability: undefined })).toEqual({ ...earlier, price: 22 });
  });
});
