import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { sideModel } from '../../../testing/side-models';
import { topicContent } from '../../../testing/topics';
import { sha256 } from '../../common/bytes';
import type { CooccurrenceTable } from '../cooccurrence';
import type { Demand } from '../demand';
import { createTable } from '../features/feature-table';
import { decodeTexts, firstTexts } from '../locales';
import { decodeSideModel, encodeSideModel } from '../side-model/side-model-file';
import { inventory, verifyBundle } from './inventory';
import { addLearned } from './learned';
import { bundleFiles, MANIFEST_FILE } from './manifest-schema';
import { openBundle } from './read-bundle';
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
  repeats: { share: 0.25, interval: 7, shares: Float32Array.of(1, 0), intervals: Float32Array.of(7, 0) },
};

async function written() {
  const memory = memoryBundle();
  const content = await bundleContent([makeItem('a'), makeItem('b')]);
  return { ...memory, content, manifest: await writeBundle(content, memory.sink) };
}

describe('trained files in a bundle', () => {
  it('are fetched only on request, and are the ones added last', async () => {
    const { manifest, sink, fetchFile, fetched } = await written();
    const empty = await openBundle(fetchFile);
    expect([await empty.cooccurrence(), await empty.demand()]).toEqual([null, null]);
    const { repeats: _, ...once } = demand;
    await addLearned(await openBundle(fetchFile), { demand: once }, sink);
    const second = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, sink);
    fetched.splice(0);
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(second);
    expect(fetched.filter((name) => /^(companions|demand)-/.test(name))).toEqual([]);
    const progress: number[] = [];
    expect(await bundle.cooccurrence((loaded, total) => progress.push(loaded / total))).toEqual(cooccurrence);
    expect(progress.at(-1)).toBe(1);
    const names = bundleFiles(second).map(({ file }) => file);
    expect(names).toContain(second.companions?.file);
    expect(await bundle.demand()).toEqual(demand);
    expect(second.demand?.repeats).toEqual({ share: 0.25, interval: 7 });
    expect(names).toContain(second.demand?.file);
    await verifyBundle(second, fetchFile);
    expect(second.digest).toBe(manifest.digest);
  });

  it("follow the order of the bundle's items if clusters change it", async () => {
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
    await writeBundle(content, sink, { clusterFrom: 100, clusterItems: 20, learned });
    const bundle = await openBundle(fetchFile);
    const table = await bundle.cooccurrence();
    const rowOf = new Map(content.items.map(({ id }, row) => [id, row]));
    const followers = bundle.items.map((_, at) => table && bundle.items[table.rows[table.offsets[at]]].id);
    expect(followers).toEqual(bundle.items.map(({ id }) => content.items[next[rowOf.get(id) ?? 0]].id));
    expect(table?.origin).toBe('shop');
    const choices = (await bundle.demand())?.choices ?? [];
    expect([...choices].map(Math.round)).toEqual(bundle.items.map(({ id }) => rowOf.get(id)));
  });

  it('stay with a product whose first variant goes, comes or changes its place', async () => {
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

  it('are written before one manifest, and stay unless replaced', async () => {
    const { sink, fetchFile } = await written();
    const names: string[] = [];
    const noting = async (name: string, bytes: Uint8Array): Promise<void> => {
      names.push(name);
      await sink(name, bytes);
    };
    const both = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, noting);
    expect(names.filter((name) => !name.startsWith('manifest-'))).toEqual([
      both.companions?.file,
      both.demand?.file,
      MANIFEST_FILE,
    ]);
    expect(names.at(-1)).toBe(MANIFEST_FILE);
    const other = await addLearned(
      await openBundle(fetchFile),
      { demand: { ...demand, recent: Float32Array.of(1, 2) } },
      sink,
    );
    expect(other.companions).toEqual(both.companions);
    expect(other.demand).not.toEqual(both.demand);
  });

  it('is refused when its bytes, its description or the number of its items are wrong', async () => {
    const { manifest, sink, fetchFile, files } = await written();
    const learned = await addLearned(await openBundle(fetchFile), { cooccurrence, demand }, sink);
    files.get(learned.companions?.file ?? '')?.fill(0);
    files.get(learned.demand?.file ?? '')?.fill(0);
    const bundle = await openBundle(fetchFile);
    await expect(bundle.demand()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    await expect(bundle.cooccurrence()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    const spoilt = { ...manifest, companions: { ...learned.companions, origin: 'nowhere' } };
    files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(spoilt)));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/invalid' });
    const three = { ...cooccurrence, count: 3, offsets: Uint32Array.of(0, 1, 2, 2) };
    await expect(addLearned(bundle, { cooccurrence: three }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining('3 items'),
    });
    const one = { choices: Float32Array.of(1), recent: Float32Array.of(1) };
    await expect(addLearned(bundle, { demand: one }, sink)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });
});

describe('a side model in a bundle', () => {
  const side = {
    model: sideModel(2, 3),
    weights: { popularity: 0.4, sideModel: 1.5 },
    training: { choices: 10, shoppers: 2, windows: 1, epochs: 3, seconds: 1.5 },
  };

  it('is named by the manifest, read when asked for, and verified', async () => {
    const { sink, fetchFile, fetched } = await written();
    expect(await (await openBundle(fetchFile)).side()).toBeNull();
    await addLearned(await openBundle(fetchFile), { demand }, sink);
    const learned = await addLearned(await openBundle(fetchFile), { side }, sink);
    expect(learned.demand).toBeDefined();
    expect(learned.side).toMatchObject({ weights: side.weights, training: side.training });
    expect(bundleFiles(learned).map(({ file }) => file)).toContain(learned.side?.file);
    fetched.splice(0);
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(learned);
    expect(fetched.filter((name) => name.startsWith('side-'))).toEqual([]);
    const read = await bundle.side();
    expect(read).toEqual({
      ...decodeSideModel(encodeSideModel(side.model, 2).buffer, 2),
      digest: learned.side?.sha256,
    });
    await verifyBundle(learned, fetchFile);
    const other = await addLearned(await openBundle(fetchFile), { side: { model: sideModel(2, 3, [0.5], 2) } }, sink);
    expect(other.side?.sha256).not.toBe(learned.side?.sha256);
    expect([other.side?.weights, other.side?.training]).toEqual([undefined, undefined]);
  });

  it('is refused when it is damaged, has a wrong number of items or is described wrongly', async () => {
    const invalid = { code: 'bundle/invalid' };
    const { sink, fetchFile, files } = await written();
    await expect(
      addLearned(await openBundle(fetchFile), { side: { model: sideModel(3) } }, sink),
    ).rejects.toMatchObject(invalid);
    const learned = await addLearned(await openBundle(fetchFile), { side }, sink);
    const name = learned.side?.file ?? '';
    const whole = files.get(name) ?? new Uint8Array();
    files.set(name, whole.slice().fill(0, 0, 4));
    const damaged = { code: 'bundle/digest-mismatch' };
    await expect((await openBundle(fetchFile)).side()).rejects.toMatchObject(damaged);
    await expect(verifyBundle(learned, fetchFile)).rejects.toMatchObject(damaged);
    // The bytes that the manifest names, but for other items.
    const foreign = encodeSideModel(sideModel(3, 3), 3);
    files.set(name, foreign);
    const entry = { file: name, sha256: await sha256(foreign), bytes: foreign.byteLength };
    await expect(verifyBundle({ ...learned, side: entry }, fetchFile)).rejects.toMatchObject(invalid);
    const stored = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
    const described = (change: object) => {
      const spoilt = { ...stored, side: { ...stored.side, ...change } };
      files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(spoilt)));
      return openBundle(fetchFile);
    };
    await described({});
    const training = (change: object) => ({ training: { ...side.training, ...change } });
    for (const change of [
      ...[-1, 101, 'much'].map((popularity) => ({ weights: { popularity } })),
      training({ seconds: -1 }),
      training({ seconds: 1e10 }),
      training({ savedSeconds: -1e10 }),
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

  describe('with clusters', () => {
    const count = 120;
    const clustered = { clusterFrom: 100, clusterItems: 20 };
    const model = { ...sideModel(count, 2), biases: Float32Array.from({ length: count }, (_, row) => row) };
    const rowsOf = (items: readonly { id: string }[]) => {
      const rowOf = new Map(items.map(({ id }, row) => [id, row]));
      return (of: readonly { id: string }[]) => of.map(({ id }) => rowOf.get(id));
    };

    it('follows its items, by the head and by cluster', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const { sink, fetchFile, files } = memoryBundle();
      const manifest = await writeBundle(content, sink, { ...clustered, learned: { side: { model } } });
      await verifyBundle(manifest, fetchFile);
      const rows = rowsOf(content.items);
      const bundle = await openBundle(fetchFile);
      const whole = await bundle.side();
      expect([...(whole?.biases ?? [])]).toEqual(rows(bundle.items));
      const head = await openBundle(fetchFile, undefined, { whole: false });
      expect([...((await head.side())?.biases ?? [])]).toEqual(rows(head.items));
      expect((await head.side())?.digest).toBe(whole?.digest);
      const { items } = (await head.clusters?.items(1)) ?? { items: [] };
      const of = await head.learnedOf('side', 1, items.length);
      expect([...(of?.biases ?? [])]).toEqual(rows(items));
      expect(of?.vectors).toHaveLength(2 * items.length);
      await expect(head.learnedOf('side', 1, items.length + 1)).rejects.toMatchObject({ code: 'bundle/invalid' });
      const named = (await inventory(manifest, fetchFile)).map(({ file }) => file);
      const side = [...files.keys()].filter((name) => name.startsWith('side-'));
      expect(side).toHaveLength(2 + (manifest.clusters?.count ?? 0));
      expect(named).toEqual(expect.arrayContaining(side));
      // A damaged file of rows is found before the manifest is written.
      files.set(side[0], Uint8Array.of(1));
      await expect(verifyBundle(manifest, fetchFile)).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    });

    it('is added later, kept for the same items, and placed by content for new ones', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const { sink, fetchFile } = memoryBundle();
      await writeBundle(content, sink, clustered);
      const bundle = await openBundle(fetchFile);
      const learned = await addLearned(await openBundle(fetchFile), { side: { model } }, sink);
      await verifyBundle(learned, fetchFile);
      const previous = await openBundle(fetchFile);
      expect([...((await previous.side())?.biases ?? [])]).toEqual([...model.biases]);

      const dearer = structuredClone(content);
      dearer.items[1].price = 7;
      const next = await writeBundle(dearer, sink, { ...clustered, previous });
      expect(next.side).toEqual(learned.side);

      const renamed = structuredClone(content);
      renamed.items[5].id = 'new';
      const after = await writeBundle(renamed, sink, { ...clustered, previous: await openBundle(fetchFile) });
      await verifyBundle(after, fetchFile);
      const now = await openBundle(fetchFile);
      const side = await now.side();
      const rows = rowsOf(bundle.items);
      for (const [row, before] of rows(now.items).entries()) {
        if (before !== undefined) expect(side?.biases[row]).toBe(before);
        else expect(side?.vectors.subarray(2 * row, 2 * row + 2).some((value) => value !== 0)).toBe(true);
      }
    });

    it('keeps the head, its texts and the files of other clusters in step with a log', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const items = content.items.map(({ popularity: _, ...item }) => item);
      const { sink, fetchFile } = memoryBundle();
      const titles = items.map(({ id }) => ({ title: `DE ${id}` }));
      const locales = [{ tag: 'de', texts: titles }];
      await writeBundle({ ...content, items, language: 'en', locales }, sink, clustered);
      const before = await openBundle(fetchFile);
      const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => row);
      const rows = Uint32Array.from({ length: count }, (_, row) => (row + 60) % count);
      const companions = { count, offsets, rows, lifts: Float32Array.from(rows, (row) => 1 + (row % 5)) };
      const chosen = Float32Array.from({ length: count }, (_, row) => (row % 2 === 0 ? 0.3 * row : 0));
      const log = { demand: { choices: chosen, recent: chosen }, side: { model } };
      await addLearned(before, { cooccurrence: companions }, sink);
      const learned = await addLearned(await openBundle(fetchFile), log, sink);
      await verifyBundle(learned, fetchFile);

      const head = await openBundle(fetchFile, undefined, { whole: false });
      const best = before.items[count - 2].id;
      expect(head.items[0].id).toBe(best);
      expect(head.items.length).toBeGreaterThan(before.manifest.clusters?.head.count ?? 0);
      expect(head.statistics?.popularity).toMatchObject({ known: count / 2 - 1, any: true });
      const [texts] = firstTexts(learned, 'de');
      expect(decodeTexts(await head.file(texts), texts.file, texts.count)[0]).toEqual({ title: `DE ${best}` });
      expect((await head.side())?.biases[0]).toBe(count - 2);
      const read = await openBundle(fetchFile);
      expect((await read.cooccurrence())?.rows).toEqual(rows);

      // The same catalogue gives the same bundle, with a log or with the files that it left.
      const next = { ...content, items, language: 'en', locales };
      expect(await writeBundle(next, sink, { ...clustered, previous: read })).toEqual(learned);
      const renamed = items.with(0, { ...items[0], id: 'item-new' });
      const after = await writeBundle({ ...next, items: renamed }, sink, { ...clustered, previous: read });
      await verifyBundle(after, fetchFile);
      const [old, now] = [await inventory(learned, fetchFile), await inventory(after, fetchFile)].map((files) =>
        files.flatMap(({ file }) => (/^(companions|demand)-/.test(file) ? [file] : [])),
      );
      expect(now.filter((file) => !old.includes(file)).length).toBeLessThan(now.length / 2);
      expect((await (await openBundle(fetchFile)).cooccurrence())?.rows).toHaveLength(count - 2);
    });

    it('is refused if it is for other items, or the bundle has no clusters', async () => {
      const content = await topicContent({ items: count, topics: 4 });
      const { sink, fetchFile, files } = memoryBundle();
      await writeBundle(content, sink, clustered);
      const invalid = { code: 'bundle/invalid' };
      await expect(
        addLearned(await openBundle(fetchFile), { side: { model: sideModel(9) } }, sink),
      ).rejects.toMatchObject(invalid);
      const learned = await addLearned(await openBundle(fetchFile), { side: { model } }, sink);
      const { clusters: _, ...flat } = learned;
      files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(flat)));
      await expect(openBundle(fetchFile)).rejects.toMatchObject(invalid);
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
    expect(after.side).toMatchObject({ weights: learned.side?.weights, training: learned.side?.training });
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
      repeats: { share: 0.25, interval: 7, shares: Float32Array.of(0, 1), intervals: Float32Array.of(0, 7) },
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
    expect(demand?.repeats?.shares[0]).toBe(1);
    // A new item is bought again as the shop's average.
    expect(demand?.repeats?.shares[1]).toBeCloseTo(0.25, 4);
    expect(demand?.repeats?.intervals[1]).toBeCloseTo(7, 3);
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
