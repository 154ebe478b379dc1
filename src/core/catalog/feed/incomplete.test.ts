import { describe, expect, it } from 'vitest';
import type { SidestreamError } from '../../../error';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { inventory, publishedNames } from '../bundle/inventory';
import { addLearned } from '../bundle/learned';
import { manifestFile } from '../bundle/manifest-file';
import { MANIFEST_FILE } from '../bundle/manifest-schema';
import { openBundle } from '../bundle/read-bundle';
import { writeBundle } from '../bundle/write-bundle';

/** A published bundle, and the folder of the next one built in its place. */
async function twoBuilds(kind: 'small' | 'clusters') {
  const content = async (title: string) => {
    if (kind === 'small') return bundleContent(['a', 'b', 'c'].map((id) => makeItem(id, { title })));
    const topics = await topicContent({ items: 300, topics: 6 });
    return { ...topics, items: topics.items.map((item) => ({ ...item, title })) };
  };
  const options = { clusterFrom: 100, clusterItems: 20 };
  const server = memoryBundle();
  const before = await writeBundle(await content('Old'), server.sink, options);
  const build = memoryBundle();
  for (const [name, bytes] of server.files) build.files.set(name, bytes);
  const previous = await openBundle(server.fetchFile);
  const next = await content('New');
  // Another picture: features are separate files even if the items are in the manifest.
  next.features.values[next.encoders.text.contentTap * next.features.dim] ^= 1;
  const after = await writeBundle(next, build.sink, { ...options, previous });
  return { server, build, before, after };
}

const titleOf = async (fetchFile: (name: string) => Promise<Response>) => {
  const errors: SidestreamError[] = [];
  const bundle = await openBundle(fetchFile, undefined, { whole: false, onIncomplete: (error) => errors.push(error) });
  return { title: bundle.items[0].title, errors: errors.map(({ code }) => code) };
};

describe.each(['small', 'clusters'] as const)('a partly uploaded bundle (%s)', (kind) => {
  it('whose manifest arrived before its items is replaced by the previous one, with an error', async () => {
    const { server, build } = await twoBuilds(kind);
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
    // The rest arrives.
    for (const [name, bytes] of build.files) server.files.set(name, bytes);
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'New', errors: [] });
  });

  it('is not used either when something was learned for it before the upload', async () => {
    const { server, build, before, after } = await twoBuilds(kind);
    const offsets = new Uint32Array(after.count + 1);
    const cooccurrence = { count: after.count, offsets, rows: new Uint32Array(), lifts: new Float32Array() };
    const learned = await addLearned(await openBundle(build.fetchFile), { cooccurrence }, build.sink);
    expect(learned.previous).toEqual(await manifestFile(before));
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
  });

  it('with a file cut short is not used either', async () => {
    const { server, build, after } = await twoBuilds(kind);
    for (const [name, bytes] of build.files) server.files.set(name, bytes);
    const { file } = after.clusters?.head.features ?? after.shards.features[0];
    server.files.set(file, (server.files.get(file) ?? new Uint8Array()).slice(0, 10));
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
  });

  it('is refused, naming the missing file, if the previous one is gone as well or not requested', async () => {
    const { server, build, before } = await twoBuilds(kind);
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    await expect(openBundle(server.fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
    server.files.delete((await manifestFile(before)).file);
    await expect(titleOf(server.fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
  });

  it('takes features loaded later from the previous bundle, with an error', async () => {
    const { server, build } = await twoBuilds(kind);
    const codes: string[] = [];
    const open = () =>
      openBundle(server.fetchFile, undefined, {
        whole: false,
        featuresLater: true,
        onIncomplete: ({ code }) => codes.push(code),
      });
    const old = await (await open()).loadFeatures?.();
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    const bundle = await open();
    expect(bundle.items[0].title).toBe('New');
    expect(codes).toEqual([]);
    expect(await bundle.loadFeatures?.()).toEqual(old);
    expect(codes).toEqual(['bundle/incomplete']);
    // The rest arrives.
    for (const [name, bytes] of build.files) server.files.set(name, bytes);
    expect(await bundle.loadFeatures?.()).not.toEqual(old);
    expect(codes).toHaveLength(1);
  });

  it("leaves the previous bundle's files for pages that have it open", async () => {
    const { build, before, after } = await twoBuilds(kind);
    const published = await publishedNames(after, build.fetchFile);
    for (const { file } of await inventory(before, build.fetchFile)) expect(published).toContain(file);
  });
});

it('an unchanged manifest has the same bytes', async () => {
  const { build } = await twoBuilds('small');
  const previous = await openBundle(build.fetchFile);
  const again = memoryBundle();
  const content = await bundleContent(['a', 'b', 'c'].map((id) => makeItem(id, { title: 'New' })));
  content.features.values[content.encoders.text.contentTap * content.features.dim] ^= 1;
  await writeBundle(content, again.sink, { previous });
  expect(again.files.get(MANIFEST_FILE)).toEqual(build.files.get(MANIFEST_FILE));
});
