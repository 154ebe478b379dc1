import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import type { CooccurrenceTable } from '../cooccurrence';
import type { Demand } from '../demand';
import { createTable, pickRows } from '../features/feature-table';
import { bundleTexts, decodeTexts } from '../locales';
import { joinCompanions } from '../shards/join-parts';
import { decodeSideRows, encodeSideRows } from '../side-model/side-model-file';
import { inventory, verifyBundle } from './inventory';
import { addLearned } from './learned';
import { MANIFEST_FILE, type Manifest } from './manifest-schema';
import { openBundle, openHead } from './read-bundle';
import { writeBundle } from './write-bundle';

/** Items a and b of two co-occur. */
const cooccurrence: CooccurrenceTable = {
  count: 2,
  offsets: Uint32Array.of(0, 1, 2),
  rows: Uint32Array.of(1, 0),
  lifts: Float32Array.of(2, 2),
};

/** Exact in a file, because its only values are the largest and 0. */
const demand: Demand = {
  choices: Float32Array.of(3, 0),
  recent: Float32Array.of(0, 3),
  repeats: 0.25,
};

async function written() {
  const memory = memoryBundle();
  const content = await bundleContent([makeItem('a'), makeItem('b')]);
  return { ...memory, content, manifest: await writeBundle(content, memory.sink) };
}

type Memory = ReturnType<typeof memoryBundle>;
const namesOf = async (manifest: Manifest, fetchFile: Memory['fetchFile']) =>
  (await inventory(manifest, fetchFile)).map(({ file }) => file);
const shardsOf = (names: Iterable<string>) => [...names].filter((name) => name.startsWith('shard-'));

describe('trained data in a bundle', () => {
  it('lies in its shards and its head, and is that which was added last', async () => {
    const { manifest, sink, fetchFile } = await written();
    const empty = await openBundle(fetchFile);
    expect([await empty.cooccurrence(), await empty.demand()]).toEqual([null, null]);
    const { repeats: _, ...once } = demand;
    await addLearned(empty, { demand: once }, sink);
    const second = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, sink);
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(second);
    expect(await bundle.cooccurrence()).toEqual(cooccurrence);
    expect(await bundle.demand()).toEqual(demand);
    expect(second.demand?.repeats).toBe(0.25);
    expect(second.demand?.sums).toEqual({ choices: 3, recent: 3 });
    const { head } = await openHead(fetchFile);
    expect(head.demand).toEqual({ ...demand, sums: { choices: 3, recent: 3, count: 2 } });
    expect(joinCompanions([head])).toEqual(cooccurrence);
    await verifyBundle(second, fetchFile);
    expect(second.digest).toBe(manifest.digest);
  });

  it('follows the items of other shards', async () => {
    const count = 120;
    const content = await topicContent({ items: count, topics: 4 });
    const { sink, fetchFile } = memoryBundle();
    // Every item goes with the next one of the feed.
    const next = Uint32Array.from({ length: count }, (_, row) => (row + 1) % count);
    const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => row);
    const chain: CooccurrenceTable = {
      count,
      offsets,
      rows: next,
      lifts: new Float32Array(count).fill(1),
      origin: 'shop',
    };
    const counted = Float32Array.from({ length: count }, (_, row) => row);
    const learned = { cooccurrence: chain, demand: { choices: counted, recent: counted } };
    await writeBundle(content, sink, { shardItems: 20, learned });
    const bundle = await openBundle(fetchFile);
    const table = await bundle.cooccurrence();
    const rowOf = new Map(content.items.map(({ id }, row) => [id, row]));
    const followers = bundle.items.map((_, at) => table && bundle.items[table.rows[table.offsets[at]]].id);
    expect(followers).toEqual(bundle.items.map(({ id }) => content.items[next[rowOf.get(id) ?? 0]].id));
    expect(table?.origin).toBe('shop');
    const choices = (await bundle.demand())?.choices ?? [];
    expect([...choices].map(Math.round)).toEqual(bundle.items.map(({ id }) => rowOf.get(id)));
  });

  it('stays with a product whose first variant goes, comes or changes its place', async () => {
    const { sink, fetchFile } = memoryBundle();
    const variant = (id: string) => makeItem(id, { group: 'a' });
    const first = await bundleContent([variant('a1'), variant('a2'), makeItem('b')]);
    // Only the first variant of a product has entries.
    const table = { ...cooccurrence, count: 3, offsets: Uint32Array.of(0, 1, 1, 2), rows: Uint32Array.of(2, 0) };
    const choices = Float32Array.of(3, 3, 0);
    const side = { model: { ...sideModel(3, 2), biases: Float32Array.of(7, 7, 1) } };
    await writeBundle(first, sink, { learned: { cooccurrence: table, demand: { choices, recent: choices }, side } });
    for (const ids of [
      ['a2', 'b'],
      ['a0', 'a2', 'b'],
      ['a2', 'a1', 'b'],
      ['b', 'a1', 'a0'],
    ]) {
      const next = await bundleContent(ids.map((id) => (id === 'b' ? makeItem(id) : variant(id))));
      await writeBundle(next, sink, { previous: await openBundle(fetchFile) });
      const bundle = await openBundle(fetchFile);
      const [b, a] = [ids.indexOf('b'), ids.findIndex((id) => id !== 'b')];
      const kept = await bundle.cooccurrence();
      const pairs = ids.map((_, row) => [...(kept?.rows.slice(kept.offsets[row], kept.offsets[row + 1]) ?? [])]);
      expect(pairs).toEqual(ids.map((_, row) => (row === a ? [b] : row === b ? [a] : [])));
      expect([...((await bundle.demand())?.choices ?? [])].map(Math.round)).toEqual(
        ids.map((id) => (id === 'b' ? 0 : 3)),
      );
      const { biases = [] } = (await bundle.side()) ?? {};
      expect([...biases].map(Math.round)).toEqual(ids.map((id) => (id === 'b' ? 1 : 7)));
    }
  });

  it('is written before one manifest, and stays unless replaced', async () => {
    const { sink, fetchFile } = await written();
    const names: string[] = [];
    const noting = async (name: string, bytes: Uint8Array): Promise<void> => {
      names.push(name);
      await sink(name, bytes);
    };
    const both = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, noting);
    expect(names.slice(-2)).toEqual([expect.stringMatching(/^manifest-\w+\.json$/), MANIFEST_FILE]);
    expect(new Set(names.map((name) => name.split(/[-.]/)[0]))).toEqual(
      new Set(['shard', 'photos', 'head', 'ids', 'directory', 'manifest']),
    );
    const recent = Float32Array.of(1, 2);
    const other = await addLearned(await openBundle(fetchFile), { demand: { ...demand, recent } }, sink);
    expect(other.companions).toEqual(both.companions);
    expect(other.demand).not.toEqual(both.demand);
    const bundle = await openBundle(fetchFile);
    expect(await bundle.cooccurrence()).toEqual(cooccurrence);
    expect([...((await bundle.demand())?.recent ?? [])].map(Math.round)).toEqual([1, 2]);
  });

  it('leaves texts, photos, rules, offers, encoders and the size of shards as they are', async () => {
    const { sink, fetchFile } = memoryBundle();
    const items = Array.from({ length: 9 }, (_, n) => makeItem(`${n}`, { image: `${n}.webp`, popularity: n }));
    const content = await bundleContent(items);
    const texts = items.map(({ id }, n) => (n === 4 ? null : { title: `DE ${id}` }));
    const options = { shardItems: 2, whole: false, offers: new Map([['ch', { offers: [] }]]) };
    const locales = [{ tag: 'de', market: 'ch', texts }];
    const before = await writeBundle({ ...content, language: 'en', currency: 'EUR', locales }, sink, options);
    const counted = { choices: new Float32Array(9).fill(1), recent: new Float32Array(9).fill(1) };
    const after = await addLearned(await openBundle(fetchFile), { demand: counted }, sink);
    await verifyBundle(after, fetchFile);
    const { demand: _, shards, ...rest } = after;
    expect({ ...rest, shards: { ...shards, bytes: 0, head: null, directory: null, files: null } }).toEqual({
      ...before,
      shards: { ...before.shards, bytes: 0, head: null, directory: null, files: null },
    });
    const bundle = await openBundle(fetchFile);
    expect(await bundleTexts(bundle, 'de')).toEqual(texts);
    expect(await bundle.photos()).toEqual(
      pickRows(content.features, [...Array(content.features.count).keys()], { text: [], image: [1, 2] }),
    );
    expect(bundle.items).toEqual(items);
    // The files that have no trained data stay.
    const [old, now] = [await namesOf(before, fetchFile), await namesOf(after, fetchFile)];
    const others = (names: string[]) => names.filter((name) => /^(texts|photos|ids|text|projection)-/.test(name));
    expect(others(now)).toEqual(others(old));
  });

  it('is refused when its bytes or its description are wrong, or a number is not finite', async () => {
    const { sink, fetchFile, files } = await written();
    const learned = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, sink);
    const bundle = await openBundle(fetchFile);
    const names = shardsOf(await namesOf(learned, fetchFile));
    for (const name of names) {
      const sound = files.get(name) ?? new Uint8Array();
      files.set(name, sound.slice().fill(0));
      await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
      files.set(name, sound);
    }
    const spoilt = { ...learned, companions: { ...learned.companions, origin: 'nowhere' } };
    files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(spoilt)));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/invalid' });
    const one = { choices: Float32Array.of(1, Number.NaN), recent: Float32Array.of(1, 1) };
    await expect(addLearned(bundle, { demand: one }, sink)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });
});

describe('a side model in a bundle', () => {
  const side = {
    model: sideModel(2, 3),
    start: { weights: { popularity: 0.4, sideModel: 1.5 }, opening: { popularity: 0.7 }, repeats: { frequency: 0.9 } },
    training: { choices: 10, shoppers: 2, windows: 1, epochs: 3, seconds: 1.5, halfLife: 0.5 },
  };

  it('lies in the shards, with its settings in the manifest', async () => {
    const { sink, fetchFile } = await written();
    expect(await (await openBundle(fetchFile)).side()).toBeNull();
    await addLearned(await openBundle(fetchFile), { demand }, sink);
    const learned = await addLearned(await openBundle(fetchFile), { side }, sink);
    expect(learned.demand).toBeDefined();
    expect(learned.side).toMatchObject({ width: 3, start: side.start, training: side.training });
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(learned);
    const read = await bundle.side();
    const { vectors, biases } = decodeSideRows(encodeSideRows(side.model, 3).buffer, 2, 3);
    const states = side.model.states.map(({ decay, gain }) => ({ decay: Math.fround(decay), gain }));
    expect(read).toEqual({ width: 3, states, vectors, biases, digest: learned.side?.digest });
    expect((await openHead(fetchFile)).head.model).toEqual(read);
    await verifyBundle(learned, fetchFile);
    const other = await addLearned(await openBundle(fetchFile), { side: { model: sideModel(2, 3, [0.5], 2) } }, sink);
    expect(other.side?.digest).not.toBe(learned.side?.digest);
    expect([other.side?.start, other.side?.training]).toEqual([undefined, undefined]);
  });

  it('is refused when a number is not finite, or its width or description is wrong', async () => {
    const invalid = { code: 'bundle/invalid' };
    const { sink, fetchFile, files } = await written();
    const biases = Float32Array.of(0, Number.NaN);
    await expect(
      addLearned(await openBundle(fetchFile), { side: { model: { ...side.model, biases } } }, sink),
    ).rejects.toMatchObject(invalid);
    await addLearned(await openBundle(fetchFile), { side }, sink);
    const stored = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
    const described = (change: object) => {
      const spoilt = { ...stored, side: { ...stored.side, ...change } };
      files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(spoilt)));
      return openBundle(fetchFile);
    };
    await described({});
    await expect(described({ width: 4 })).rejects.toMatchObject(invalid);
    const training = (change: object) => ({ training: { ...side.training, ...change } });
    for (const change of [
      ...[-1, 101, 'much'].map((popularity) => ({ start: { weights: {}, opening: { popularity } } })),
      training({ seconds: -1 }),
      training({ halfLife: 0 }),
      training({ seconds: 1e10 }),
      training({ choices: 1e300 }),
      training({ shoppers: 0.5 }),
      training({ epochs: -1 }),
      training({ windows: 1e17 }),
      training({ experts: { text: [1.5] } }),
      training({ experts: { text: new Array(65).fill(0) } }),
    ]) {
      await expect(described(change), JSON.stringify(change)).rejects.toMatchObject(invalid);
    }
  });

  describe('of a catalogue in many shards', () => {
    const count = 120;
    const options = { shardItems: 20, whole: false };
    const model = { ...sideModel(count, 2), biases: Float32Array.from({ length: count }, (_, row) => row) };

    it('follows its items into shards and head', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const { sink, fetchFile } = memoryBundle();
      const manifest = await writeBundle(content, sink, { ...options, learned: { side: { model } } });
      await verifyBundle(manifest, fetchFile);
      const rowOf = new Map(content.items.map(({ id }, row) => [id, row]));
      const rows = (items: readonly { id: string }[]) => items.map(({ id }) => rowOf.get(id));
      const bundle = await openBundle(fetchFile);
      expect([...((await bundle.side())?.biases ?? [])]).toEqual([...model.biases]);
      const { head, shards } = await openHead(fetchFile);
      expect([...(head.model?.biases ?? [])]).toEqual(rows(head.items));
      for await (const { items, side } of shards.all()) {
        expect([...(side?.biases ?? [])]).toEqual(rows(items));
        expect(side?.vectors).toHaveLength(2 * items.length);
      }
    });

    it('is added later, kept for the same items, and placed by content for new ones', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const { sink, fetchFile } = memoryBundle();
      await writeBundle(content, sink, options);
      const learned = await addLearned(await openBundle(fetchFile), { side: { model } }, sink);
      await verifyBundle(learned, fetchFile);
      const previous = await openBundle(fetchFile);
      expect([...((await previous.side())?.biases ?? [])]).toEqual([...model.biases]);

      const dearer = structuredClone(content);
      dearer.items[1].price = 7;
      const next = await writeBundle(dearer, sink, { ...options, previous });
      expect(next.side).toEqual(learned.side);
      const known = await namesOf(learned, fetchFile);
      expect(shardsOf(await namesOf(next, fetchFile)).filter((name) => !known.includes(name))).toHaveLength(1);

      const renamed = structuredClone(content);
      renamed.items[5].id = 'new';
      const after = await writeBundle(renamed, sink, { ...options, previous: await openBundle(fetchFile) });
      await verifyBundle(after, fetchFile);
      expect(after.side?.digest).toBe(learned.side?.digest);
      const side = await (await openBundle(fetchFile)).side();
      for (const row of renamed.items.keys()) {
        if (row !== 5) expect(side?.biases[row]).toBe(row);
        else expect(side?.vectors.subarray(2 * row, 2 * row + 2).some((value) => value !== 0)).toBe(true);
      }
    });

    it('keeps the head, its texts and the files of other shards in step with a log', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const items = content.items.map(({ popularity: _, ...item }) => item);
      const { sink, fetchFile } = memoryBundle();
      const titles = items.map(({ id }) => ({ title: `DE ${id}` }));
      const locales = [{ tag: 'de', texts: titles }];
      await writeBundle({ ...content, items, language: 'en', locales }, sink, options);
      const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => row);
      const rows = Uint32Array.from({ length: count }, (_, row) => (row + 60) % count);
      const companions = { count, offsets, rows, lifts: Float32Array.from(rows, (row) => 1 + (row % 5)) };
      const chosen = Float32Array.from({ length: count }, (_, row) => (row % 2 === 0 ? 0.3 * row : 0));
      const log = { demand: { choices: chosen, recent: chosen }, side: { model } };
      await addLearned(await openBundle(fetchFile), { cooccurrence: companions }, sink);
      const learned = await addLearned(await openBundle(fetchFile), log, sink);
      await verifyBundle(learned, fetchFile);

      const { head, file } = await openHead(fetchFile);
      const best = head.items.findIndex(({ id }) => id === items[count - 2].id);
      expect(best).toBeGreaterThanOrEqual(0);
      expect(head.statistics.popularity).toMatchObject({ known: count / 2 - 1, any: true });
      const { head: texts } = learned.locales?.de ?? { head: learned.projection };
      const shown = decodeTexts(await file(texts), texts.file, head.items.length);
      expect(shown).toEqual(head.items.map(({ id }) => ({ title: `DE ${id}` })));
      expect(head.model?.biases[best]).toBe(count - 2);
      const read = await openBundle(fetchFile);
      expect((await read.cooccurrence())?.rows).toEqual(rows);

      // The same catalogue gives the same bundle, with the data of the log that the previous one has.
      const next = { ...content, items, language: 'en', locales };
      expect(await writeBundle(next, sink, { ...options, previous: read })).toEqual(learned);
      const renamed = items.with(0, { ...items[0], id: 'item-new' });
      const after = await writeBundle({ ...next, items: renamed }, sink, { ...options, previous: read });
      await verifyBundle(after, fetchFile);
      const [old, now] = [await namesOf(learned, fetchFile), await namesOf(after, fetchFile)].map(shardsOf);
      // Changed: the shard that loses the product, the shard that the new product joins, and shards that named the lost one.
      expect(now.filter((file) => !old.includes(file)).length).toBeLessThanOrEqual(4);
      expect((await (await openBundle(fetchFile)).cooccurrence())?.rows).toHaveLength(count - 2);
    });
  });

  it('is kept when a bundle of the same items replaces another, and by id when items come and go', async () => {
    const { sink, content, fetchFile } = await written();
    const learned = await addLearned(await openBundle(fetchFile), { side }, sink);
    const previous = await openBundle(fetchFile);
    const dearer = structuredClone(content);
    dearer.items[1].price = 7;
    expect((await writeBundle(dearer, sink, { previous })).side).toEqual(learned.side);
    const turned = structuredClone(content);
    turned.items.reverse();
    const after = await writeBundle(turned, sink, { previous });
    expect(after.side).toMatchObject({ start: learned.side?.start, training: learned.side?.training });
    const [model, before] = [await (await openBundle(fetchFile)).side(), await previous.side()];
    const last = content.items.length - 1;
    const vectorOf = (of: typeof model, row: number) => [...(of?.vectors.subarray(row * 3, row * 3 + 3) ?? [])];
    expect(vectorOf(model, 0)).toEqual(vectorOf(before, last));
    expect(model?.biases[last]).toBe(before?.biases[0]);
  });
});

describe('a bundle that replaces another', () => {
  async function rebuilt(change: (content: Awaited<ReturnType<typeof bundleContent>>) => void) {
    const { sink, content, fetchFile } = await written();
    const learned = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, sink);
    const previous = await openBundle(fetchFile);
    const next = structuredClone(content);
    change(next);
    const after = await writeBundle(next, sink, { previous });
    await verifyBundle(after, fetchFile);
    expect((await openBundle(fetchFile)).manifest).toEqual(after);
    return { fetchFile, companions: after.companions, demand: after.demand, learned };
  }

  it('keeps trained files if only the content of items changed', async () => {
    const kept = await rebuilt(({ items }) => {
      items[1].price = 7;
    });
    expect(kept.companions).toEqual(kept.learned.companions);
    expect(kept.demand).toEqual(kept.learned.demand);
    expect(kept.demand).toBeDefined();
  });

  it('keeps trained data by id when the order changes', async () => {
    const { fetchFile } = await rebuilt(({ items }) => void items.reverse());
    const bundle = await openBundle(fetchFile);
    expect(bundle.items.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(await bundle.cooccurrence()).toEqual(cooccurrence);
    expect(await bundle.demand()).toEqual({
      choices: Float32Array.of(0, 3),
      recent: Float32Array.of(3, 0),
      repeats: 0.25,
    });
  });

  it('keeps trained data of the items that stay when one goes and one comes', async () => {
    const { fetchFile } = await rebuilt(({ items }) => {
      items[1].id = 'new';
    });
    const bundle = await openBundle(fetchFile);
    const table = await bundle.cooccurrence();
    expect([table?.count, table?.rows.length]).toEqual([2, 0]);
    const demand = await bundle.demand();
    expect([...(demand?.choices ?? [])]).toEqual([3, 0]);
    expect(demand?.repeats).toBe(0.25);
  });

  it.each<[string, (content: Awaited<ReturnType<typeof bundleContent>>) => void]>([
    ['another encoder', ({ encoders }) => void Object.assign(encoders.image, { digest: 'e'.repeat(64) })],
    ['other taps', ({ encoders }) => void Object.assign(encoders.image, { taps: ['c', 'd', 'x'] })],
    [
      'another width',
      (content) => {
        content.features = createTable({ ...content.features, dim: 2 }, 2);
      },
    ],
    ['another projection', (content) => void Object.assign(content, { projection: new Uint8Array([9]) })],
    ['other texts read', (content) => void Object.assign(content, { text: 'title' })],
  ])('keeps co-occurrence table and demand after %s', async (_, change) => {
    const kept = await rebuilt(change);
    expect(kept.companions).toEqual(kept.learned.companions);
    expect(kept.demand).toEqual(kept.learned.demand);
  });
});
