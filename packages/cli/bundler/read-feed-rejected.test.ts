import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectFeed, RejectedRowsFile } from './read-feed';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps the first thousand rejected rows of a feed, counts all and writes all', async () => {
  const path = join(folder, 'feed.jsonl');
  const bad = Array.from({ length: 2500 }, (_, n) => `{"id":"${n}"}`);
  await writeFile(path, `${['{"id":"good","title":"Good"}', ...bad].join('\n')}\n`);
  const collected = new RejectedRowsFile(join(folder, 'refused.jsonl'));
  const { items, rejected, rejectedRows } = await collectFeed([path], {}, collected);
  await collected.close();
  expect([items.length, rejectedRows, collected.count, rejected.length]).toEqual([1, 2500, 2500, 1000]);
  const written = (await readFile(join(folder, 'refused.jsonl'), 'utf8')).trim().split('\n');
  expect(written).toHaveLength(2500);
  expect(JSON.parse(written[2499])).toMatchObject({ file: path, line: 2501, id: '2499', field: 'title' });
});

it('says when the file cannot be written', () => {
  expect(() => new RejectedRowsFile(join(folder, 'none', 'file'))).toThrow(
    expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining('--refusals') }),
  );
});
