import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { DeviceStore } from './device-store';
import { type Encryption, encryptionSchema } from './encryption';
import type { LocalItem, StoredProfile } from './store';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => void vi.restoreAllMocks());

const KEY = { key: Uint8Array.from({ length: 32 }, (_, n) => n) };
const OTHER = { key: new Uint8Array(32).fill(9) };
const click = (itemId: string) => ({ type: 'click' as const, itemId, time: 5 });
const profile = (text: string): StoredProfile => ({ schema: 1, bytes: new TextEncoder().encode(text) });
const aggregates = { schema: 1, lastEvent: 2, bytes: new TextEncoder().encode('secret counts') };
const item = (id: string): LocalItem => ({
  // A thumbnail is longer than an address may be.
  item: makeItem(id, { title: `title of ${id}`, image: `data:image/jpeg;base64,${'A'.repeat(9000)}` }),
  values: Int8Array.of(1, 2),
  scales: Float32Array.of(0.5),
  encoders: 'text/image',
});
const refused = (code: string) => expect.objectContaining({ code });
const open = (encrypt: Encryption = false) => DeviceStore.open('test', encrypt);

/** Puts data of every kind into a store; each text contains `secret`, and each number is unique. */
async function fill(store: DeviceStore): Promise<void> {
  const generation = await store.generation();
  await store.append([click('secret a'), click('secret b')]);
  const about = { time: 1_234_567, choices: 7_654_321, windows: 1_928_374, lastEvent: 2 };
  await store.saveProfile(profile('secret before'), generation);
  await store.saveProfile(profile('secret now'), generation, { snapshot: about });
  await store.saveAggregates(aggregates, generation);
  await store.saveLocalItem(item('secret item'));
  await store.text('unit', () => 'secret unit');
  await store.text('visitors', () => 'secret visitors');
}

const fresh = (known: string | null): string => known ?? 'fresh';

/** All data of `fill` that can be read from a store. */
async function contentOf(store: DeviceStore): Promise<unknown> {
  const [events, profiles, snapshots] = [await store.eventsAfter(0), await store.profiles(), await store.snapshots()];
  const [items, counted] = [await store.localItems(), await store.aggregates()];
  const [unit, visitors] = [await store.text('unit', fresh), await store.text('visitors', fresh)];
  return { events, profiles, snapshots, items, counted, unit, visitors };
}

/** Every row of the database, as visible to somebody with its files. */
async function rows(): Promise<Record<string, unknown[]>> {
  const raw = await openDB('sidestream/test');
  const all: Record<string, unknown[]> = {};
  for (const name of raw.objectStoreNames) all[name] = [await raw.getAllKeys(name), await raw.getAll(name)];
  raw.close();
  return all;
}

/** The same as text. */
const text = async (): Promise<string> =>
  JSON.stringify(await rows(), (_, value) =>
    ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value as Uint8Array) : value,
  );

/** The content of an unencrypted store, to compare with. */
async function expected(): Promise<unknown> {
  const store = await DeviceStore.open('plain');
  await fill(store);
  const all = await contentOf(store);
  store.close();
  return all;
}

describe('the option', () => {
  const cryptoKey = (extractable = false, usages: KeyUsage[] = ['encrypt', 'decrypt'], length = 256) =>
    crypto.subtle.generateKey({ name: 'AES-GCM', length }, extractable, usages);

  it('is false or a key', async () => {
    for (const right of [false, KEY, { key: await cryptoKey() }]) {
      expect(v.parse(encryptionSchema, right)).toEqual(right);
    }
  });

  it('is refused, naming the required form', async () => {
    const wrong: [unknown, string][] = [
      ['yes', 'encrypt'],
      [true, 'encrypt'],
      [null, 'encrypt'],
      [{}, 'encrypt'],
      [{ pass: 'x' }, 'encrypt'],
      [{ passphrase: 'x' }, 'encrypt'],
      [{ ...KEY, more: 1 }, 'more'],
      [{ key: new Uint8Array(16) }, '32 bytes'],
      [{ key: 'text' }, 'key'],
      [{ key: await cryptoKey(false, ['encrypt']) }, 'CryptoKey'],
      [{ key: await cryptoKey(false, ['encrypt', 'decrypt'], 128) }, 'CryptoKey'],
      [{ key: await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']) }, 'CryptoKey'],
    ];
    for (const [value, about] of wrong) {
      const result = v.safeParse(encryptionSchema, value);
      expect(result.success, JSON.stringify(value)).toBe(false);
      expect(result.issues?.[0].message).toContain(about);
    }
  });
});

describe('a store under a key of the shop', () => {
  it('returns the stored data, on this visit and the next, and reveals none of it', async () => {
    const wanted = await expected();
    const store = await open(KEY);
    await fill(store);
    expect(await contentOf(store)).toEqual(wanted);
    store.close();
    const seen = await text();
    for (const clear of ['secret', '1234567', '7654321', '1928374']) expect(seen).not.toContain(clear);
    const again = await open(KEY);
    expect(await contentOf(again)).toEqual(wanted);
    again.close();
  });

  const openings: [string, Encryption, string][] = [
    ['another key', OTHER, 'does not open'],
    ['no key', false, 'createRecommender({ encrypt: { key } })'],
  ];

  it('does not open with any other key, and does not change', async () => {
    const store = await open(KEY);
    await fill(store);
    const wanted = await contentOf(store);
    store.close();
    const before = await rows();
    for (const [what, encrypt, message] of openings) {
      const opening = open(encrypt);
      await expect(opening, what).rejects.toEqual(refused('store/wrong-key'));
      await expect(opening, what).rejects.toThrow(message);
    }
    expect(await rows()).toEqual(before);
    const imported = await crypto.subtle.importKey('raw', KEY.key, 'AES-GCM', false, ['encrypt', 'decrypt']);
    const again = await open({ key: imported });
    expect(await contentOf(again)).toEqual(wanted);
    again.close();
  });

  it('may be deleted by a page that could not open it', async () => {
    (await open(KEY)).close();
    await expect(open()).rejects.toEqual(refused('store/wrong-key'));
    const deleting = indexedDB.deleteDatabase('sidestream/test');
    const blocked = vi.fn();
    deleting.onblocked = blocked;
    await new Promise((resolve) => {
      deleting.onsuccess = resolve;
    });
    expect(blocked).not.toHaveBeenCalled();
  });

  it('refuses a lock that is damaged or newer', async () => {
    (await open(KEY)).close();
    const raw = await openDB('sidestream/test');
    const lock = await raw.get('keys', 'lock');
    for (const [wrong, code] of [
      [{ sealedKey: new Uint8Array(1) }, 'store/corrupt'],
      [{ version: 2 }, 'store/newer-schema'],
    ] as const) {
      await raw.put('keys', { ...lock, ...wrong }, 'lock');
      await expect(open(KEY)).rejects.toEqual(refused(code));
      await expect(open()).rejects.toEqual(refused(code));
    }
    raw.close();
  });

  it('is one store for tabs that opened it at the same moment', async () => {
    const [first, second] = await Promise.all([open(KEY), open(KEY)]);
    await first.append([click('a')]);
    await second.append([click('b')]);
    expect((await first.eventsAfter(0)).map(({ itemId }) => itemId)).toEqual(['a', 'b']);
    first.close();
    second.close();
    const third = await open(KEY);
    expect(await third.eventsAfter(0)).toHaveLength(2);
    third.close();
  });

  it('names the missing feature without WebCrypto', async () => {
    vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as unknown as SubtleCrypto);
    await expect(open(KEY)).rejects.toThrow('https');
    await expect(open(KEY)).rejects.toEqual(refused('store/unavailable'));
  });
});

describe('a key given for the first time', () => {
  it('encrypts all stored data', async () => {
    const wanted = await expected();
    const plain = await open();
    await fill(plain);
    plain.close();
    const changed = await open(KEY);
    expect(await contentOf(changed)).toEqual(wanted);
    expect(await text()).not.toContain('secret');
    changed.close();
    expect(((await rows()).keys[0] as string[]).sort()).toEqual(['lock', 'unit', 'visitors']);
  });

  it('changes nothing if the page ends before all is encrypted', async () => {
    const wanted = await expected();
    const plain = await open();
    await fill(plain);
    plain.close();
    const before = await rows();
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    let calls = 0;
    const spy = vi.spyOn(crypto.subtle, 'encrypt').mockImplementation((...args) => {
      return ++calls > 4 ? Promise.reject(new DOMException('The page is gone.', 'OperationError')) : encrypt(...args);
    });
    await expect(open(KEY)).rejects.toThrow();
    spy.mockRestore();
    expect(await rows()).toEqual(before);
    const again = await open(KEY);
    expect(await contentOf(again)).toEqual(wanted);
    again.close();
  });

  it('encrypts what another tab writes while it reads', async () => {
    const plain = await open();
    await fill(plain);
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    let writing: Promise<unknown> | undefined;
    vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(async (...args) => {
      writing ??= plain.append([click('secret c')]);
      await writing;
      return encrypt(...args);
    });
    const changed = await open(KEY);
    expect((await changed.eventsAfter(2)).map(({ itemId }) => itemId)).toEqual(['secret c']);
    expect(await text()).not.toContain('secret');
    changed.close();
    plain.close();
  });

  it('is one lock for tabs that give it at the same moment', async () => {
    const plain = await open();
    await fill(plain);
    plain.close();
    const wanted = await expected();
    const both = await Promise.all([open(KEY), open(KEY)]);
    for (const store of both) expect(await contentOf(store)).toEqual(wanted);
    for (const store of both) store.close();
  });

  it('shuts out a tab without it, which continues in memory', async () => {
    const closings: string[] = [];
    const old = await open();
    old.onLost = (why) => closings.push(why);
    await fill(old);
    const changed = await open(KEY);
    await expect(old.append([click('late')])).rejects.toEqual(refused('store/newer-schema'));
    await expect(old.saveProfile(profile('in the clear'), 0)).rejects.toEqual(refused('store/newer-schema'));
    expect(closings).toEqual(['newer-code']);
    expect(await changed.eventsAfter(2)).toEqual([]);
    expect(await text()).not.toContain('late');
    changed.close();
  });

  const readings: [string, (store: DeviceStore) => Promise<unknown>][] = [
    ['events', (store) => store.eventsAfter(2)],
    ['profiles', (store) => store.profiles()],
    ['snapshots', (store) => store.snapshots()],
    ['the aggregates', (store) => store.aggregates()],
    ['items', (store) => store.localItems()],
    ['its id', (store) => store.text('unit', fresh)],
    ['nothing, but saves aggregates', (store) => store.saveAggregates({ ...aggregates, lastEvent: 9 }, 0)],
    ['nothing, but saves an item', (store) => store.saveLocalItem(item('c'))],
    ['nothing, but goes back', async (store) => store.rollback(1)],
    ['nothing, but takes in a profile', (store) => store.replace(profile('x'))],
  ];
  it.each(readings)('shuts out a tab without it as soon as it reads %s', async (_, read) => {
    const closings: string[] = [];
    const old = await open();
    old.onLost = (why) => closings.push(why);
    await fill(old);
    const changed = await open(KEY);
    await changed.append([click('c')]);
    const before = await contentOf(changed);
    await expect(read(old)).rejects.toEqual(refused('store/newer-schema'));
    expect(closings).toEqual(['newer-code']);
    expect(await contentOf(changed)).toEqual(before);
    changed.close();
  });
});
