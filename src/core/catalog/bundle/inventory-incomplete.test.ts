import { describe, expect, it } from 'vitest';
import { memoryBundle } from '../../../../testing/bundles';
import { topicContent } from '../../../../testing/topics';
import type { SidestreamError } from '../../../error';
import { inventory, staleNames } from './inventory';
import { addLearned } from './learned';
import { manifestFile } from './manifest-file';
import { MANIFEST_FILE } from './manifest-schema';
import { openBundle, openHead } from './read-bundle';
import { writeBundle } from './write-bundle';

/** A published bundle, and the folder of the next one built in its place. */
async function twoBuilds(whole: boolean) {
  const content = async (title: string) => {
    const topics = await topicContent({ items: 300, topics: 6 });
    return { ...topics, items: topics.items.map((item) => ({ ...item, title })) };
  };
  const options = { whole, shardItems: 20 };
  const server = memoryBundle();
  const before = await writeBundle(await content('Old'), server.sink, options);
  const build = memoryBundle();
  for (const [name, bytes] of server.files) build.files.set(name, bytes);
  const previous = await openBundle(server.fetchFile);
  const next = await content('New');
  const after = await writeBundle(next, build.sink, { ...options, previous });
  return { server, build, before, after };
}

type FetchFile = (name: string) => Promise<Response>;

/** The title of the items that a page shows first, and the errors that it reports. */
const titleOf = async (fetchFile: FetchFile) => {
  const errors: SidestreamError[] = [];
  const { head } = await openHead(fetchFile, undefined, { onIncomplete: (error) => errors.push(error) });
  return { title: head.items[0].title, errors: errors.map(({ code }) => code) };
};

describe.each([true, false])('a partly uploaded bundle (whole: %s)', (whole) => {
  it('whose manifest arrived before its items is replaced by the previous one, with an error', async () => {
    const { server, build } = await twoBuilds(whole);
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
    // The rest arrives.
    for (const [name, bytes] of build.files) server.files.set(name, bytes);
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'New', errors: [] });
  });

  it('is not used either when something was learned for it before the upload', async () => {
    const { server, build, before, after } = await twoBuilds(whole);
    const offsets = new Uint32Array(after.count + 1);
    const cooccurrence = { count: after.count, offsets, rows: new Uint32Array(), lifts: new Float32Array() };
    const learned = await addLearned(await openBundle(build.fetchFile), { cooccurrence }, build.sink);
    expect(learned.previous).toEqual(await manifestFile(before));
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
  });

  it('with a head cut short is not used either', async () => {
    const { server, build, after } = await twoBuilds(whole);
    for (const [name, bytes] of build.files) server.files.set(name, bytes);
    const { file } = after.shards.head;
    server.files.set(file, (server.files.get(file) ?? new Uint8Array()).slice(0, 10));
    expect(await titleOf(server.fetchFile)).toEqual({ title: 'Old', errors: ['bundle/incomplete'] });
  });

  it('is refused, naming the missing file, if the previous one is gone as well or not requested', async () => {
    const { server, build, before } = await twoBuilds(whole);
    server.files.set(MANIFEST_FILE, build.files.get(MANIFEST_FILE) ?? new Uint8Array());
    await expect(openBundle(server.fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
    server.files.delete((await manifestFile(before)).file);
    await expect(titleOf(server.fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
  });

  it("leaves the previous bundle's files for pages that have it open", async () => {
    const { build, before, after } = await twoBuilds(whole);
    const names = (await inventory(before, build.fetchFile)).map(({ file }) => file);
    expect(await staleNames(names, [after], build.fetchFile)).toEqual([]);
  });
});

it('an unchanged manifest has the same bytes', async () => {
  const { build } = await twoBuilds(true);
  const previous = await openBundle(build.fetchFile);
  const again = memoryBundle();
  const topics = await topicContent({ items: 300, topics: 6 });
  const items = topics.items.map((item) => ({ ...item, title: 'New' }));
  await writeBundle({ ...topics, items }, again.sink, { whole: true, shardItems: 20, previous });
  expect(again.files.get(MANIFEST_FILE)).toEqual(build.files.get(MANIFEST_FILE));
});
